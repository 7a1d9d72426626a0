//! How an image names its backing file, and which file that is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ImageFormat,
    path::{folder_of, normal},
};

/// An image's backing file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backing {
    /// As it is written in the image.
    pub written: String,
    /// What that means.
    pub source: Source,
    /// Its format, where the image gives one. Without it QEMU refuses (qemu-img) or guesses, and a guest that writes a
    /// header to a raw disk could make it read any file.
    pub format: Option<ImageFormat>,
}

/// Where a backing file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A file or block device on the host, by its whole path.
    Path(String),
    /// Not a path: on the network, or put together of several.
    Elsewhere,
}

impl Backing {
    /// The backing file `written` in the image at `image`.
    #[must_use]
    pub fn new(written: &str, image: &str, format: Option<ImageFormat>) -> Self {
        Self { written: written.to_owned(), source: resolve(written, image), format }
    }

    /// Its path, if it has one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match &self.source {
            Source::Path(path) => Some(path),
            Source::Elsewhere => None,
        }
    }
}

/// What QEMU takes `written` for (`bdrv_get_full_backing_filename`): a relative name is looked for beside the image,
/// and what begins with a word and a colon names a protocol.
fn resolve(written: &str, image: &str) -> Source {
    if let Some(json) = written.strip_prefix("json:") {
        let found = serde_json::from_str::<Value>(json).ok().as_ref().and_then(file_in);
        return found.map_or(Source::Elsewhere, |path| join(&path, image));
    }
    let before_slash = written.split('/').next().unwrap_or_default();
    match before_slash.split_once(':') {
        Some(("file" | "host_device", _)) => {
            let path = written.split_once(':').map_or("", |(_, path)| path);
            join(path.strip_prefix("//").unwrap_or(path), image)
        }
        Some(_) => Source::Elsewhere,
        None => join(written, image),
    }
}

fn join(path: &str, image: &str) -> Source {
    match path {
        "" => Source::Elsewhere,
        path if path.starts_with('/') => Source::Path(normal(path)),
        path => Source::Path(normal(&format!("{}/{path}", folder_of(image)))),
    }
}

/// The file of `{"driver": "qcow2", "file": {"driver": "file", "filename": "/x"}}`, of the same in dotted keys, or of a
/// plain `{"driver": "file", "filename": "/x"}`.
fn file_in(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    if let Some(below) = object.get("file").filter(|below| below.is_object()) {
        return file_in(below);
    }
    if let Some(path) = text("file.filename") {
        return matches!(text("file.driver"), None | Some("file" | "host_device")).then(|| path.to_owned());
    }
    let local = matches!(text("driver"), None | Some("file" | "host_device"));
    text("filename").filter(|_| local).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backing_files_are_found_as_qemu_finds_them() {
        for (written, path) in [
            ("/b/base.img", Some("/b/base.img")),
            ("base.img", Some("/vm/base.img")),
            ("../b/base.img", Some("/b/base.img")),
            ("file:/b/x", Some("/b/x")),
            ("file:///b/x", Some("/b/x")),
            (r#"json:{"driver":"qcow2","file":{"driver":"file","filename":"/b/x"}}"#, Some("/b/x")),
            (r#"json:{"driver":"raw","file.filename":"x"}"#, Some("/vm/x")),
            (r#"json:{"driver":"nbd","host":"h"}"#, None),
            ("nbd://host/export", None),
            ("json:{", None),
            ("./a:b", Some("/vm/a:b")),
        ] {
            assert_eq!(Backing::new(written, "/vm/top.qcow2", None).path(), path, "{written}");
        }
    }
}
