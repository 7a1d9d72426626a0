//! Paths on a host, as text: libvirt's XML holds no others.

/// The path without empty, `.` and `..` parts: `/a//b/../c/` is `/a/c`. Only by the text: where a folder is a symbolic
/// link, the services know better and say so (`Builder::same` of the dependency map).
#[must_use]
pub fn normal(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if rooted { "/" } else { "" }, parts.join("/"))
}

/// The folder that holds `path`; `/` for what stands there, nothing for a bare name.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

/// The last part of `path`.
#[must_use]
pub fn name_of(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_in_order() {
        for (given, expected) in [
            ("/a//b/./c", "/a/b/c"),
            ("/a/b/../c/", "/a/c"),
            ("/../a", "/a"),
            ("a/../../b", "../b"),
            ("/", "/"),
            ("", ""),
        ] {
            assert_eq!(normal(given), expected, "{given}");
        }
        assert_eq!((folder_of("/a/b"), folder_of("/a"), folder_of("a")), ("/a", "/", ""));
        assert_eq!((name_of("/a/.b.img"), name_of("/a/b/"), name_of("/")), (".b.img", "b", ""));
    }
}
