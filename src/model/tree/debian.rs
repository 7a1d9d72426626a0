//! Debian's and Ubuntu's layouts: a mirror, the folder of one installer, one unpacked for a network, and their discs.

use super::{
    Algorithm, Checksum, Distribution, Evidence, Note, Tree,
    detect::{Lookup, first_pair},
};

/// Where a folder of installers keeps its list; the first that is there counts.
const IMAGES: [&str; 3] = ["current/images", "current/legacy-images", "daily"];
/// Suites of a mirror that does not list them, the newest first.
const SUITES: [&str; 11] =
    ["stable", "trixie", "bookworm", "bullseye", "noble", "jammy", "focal", "bionic", "xenial", "testing", "sid"];

/// Any of the layouts.
pub(super) fn tree<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    for layout in [installer::<L>, mirror::<L>, unpacked::<L>, disc::<L>] {
        if let Some(tree) = layout(lookup, arch)? {
            return Ok(Some(tree));
        }
    }
    Ok(None)
}

/// The folder of one installer: `dists/SUITE/main/installer-ARCH`.
fn installer<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    in_folder(lookup, "", "../../Release", arch)
}

/// A whole mirror: of its suites the stable one, else the newest that has an installer.
fn mirror<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    let listed = lookup.names("dists")?;
    if listed.is_none()
        && lookup.text("dists/stable/Release")?.is_none()
        && lookup.text("dists/noble/Release")?.is_none()
    {
        return Ok(None);
    }
    let mut suites: Vec<String> = match listed {
        Some(names) => names.iter().map(|name| name.trim_end_matches('/').to_owned()).collect(),
        None => SUITES.map(str::to_owned).to_vec(),
    };
    let rank = |suite: &String| SUITES.iter().position(|known| known == suite).unwrap_or(SUITES.len());
    suites.sort_by_key(rank);
    let deb = deb_arch(arch);
    for suite in suites.iter().filter(|suite| !suite.contains('-')).take(16) {
        let folder = format!("dists/{suite}/main/installer-{deb}/");
        if let Some(tree) = in_folder(lookup, &folder, &format!("dists/{suite}/Release"), arch)? {
            return Ok(Some(tree));
        }
    }
    Ok(None)
}

fn in_folder<L: Lookup>(lookup: &mut L, folder: &str, release: &str, arch: &str) -> Result<Option<Tree>, L::Error> {
    for images in IMAGES {
        let manifest = format!("{folder}{images}/MANIFEST");
        let Some(text) = lookup.text(&manifest)? else { continue };
        let Some((kernel, initrd)) = boot_files(&text, deb_arch(arch)) else { continue };
        let path = |file: &str| format!("{folder}{images}/{file}");
        let mut tree = Tree {
            distribution: of_manifest(&text),
            ..Tree::bare(&path(&kernel), &path(&initrd), arch, Evidence::Description(manifest))
        };
        if let Some(text) = lookup.text(release)? {
            released(&mut tree, &text);
        }
        let at = format!("{folder}{images}/");
        if let Some(text) = lookup.text(&format!("{at}SHA256SUMS"))? {
            tree.checksums = sums(&text, &at);
        }
        return Ok(Some(tree));
    }
    Ok(None)
}

/// `ab12…  ./netboot/debian-installer/amd64/linux`, in the folder `at`.
fn sums(text: &str, at: &str) -> Vec<Checksum> {
    let of = |line: &str| {
        let (hex, path) = line.split_once(char::is_whitespace)?;
        let path = path.trim().trim_start_matches('*').trim_start_matches("./");
        let is_sum = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hex = hex.to_ascii_lowercase();
        is_sum.then(|| Checksum { path: format!("{at}{path}"), algorithm: Algorithm::Sha256, hex })
    };
    text.lines().filter_map(of).filter(|sum| sum.path.ends_with("/linux") || sum.path.ends_with("/initrd.gz")).collect()
}

/// Kernel and RAM disk of the plain netboot installer, by the list: `netboot/debian-installer/amd64/linux -- …`.
fn boot_files(manifest: &str, arch: &str) -> Option<(String, String)> {
    let paths =
        || manifest.lines().filter_map(|line| line.split_whitespace().next()).map(|p| p.trim_start_matches("./"));
    let is_kernel = |path: &&str| path.starts_with("netboot/") && path.ends_with(&format!("-installer/{arch}/linux"));
    // A list that names no kernel is Ubuntu's or an old one: the place is always the same.
    let kernel = paths().find(is_kernel).map(str::to_owned).or_else(|| {
        let word = if manifest.contains("ubuntu") { "ubuntu" } else { "debian" };
        paths().any(|path| path.contains("netboot")).then(|| format!("netboot/{word}-installer/{arch}/linux"))
    })?;
    let initrd = format!("{}initrd.gz", kernel.trim_end_matches("linux"));
    Some((kernel, initrd))
}

fn of_manifest(text: &str) -> Distribution {
    if text.contains("ubuntu") { Distribution::Ubuntu } else { Distribution::Debian }
}

/// What `Release` tells.
fn released(tree: &mut Tree, text: &str) {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    if let Some(origin) = value("Origin") {
        tree.distribution = Distribution::from_words(&origin);
    }
    tree.version = value("Version");
    tree.codename = value("Codename");
    tree.name = tree.version.as_ref().map(|version| format!("{} {version}", tree.distribution.name()));
}

/// An installer for the network that somebody unpacked (`netboot.tar.gz`), or the folder of its kernel.
fn unpacked<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    let deb = deb_arch(arch);
    for word in ["debian", "ubuntu"] {
        let folder = format!("{word}-installer/{deb}");
        for folder in [format!("{folder}/"), format!("netboot/{folder}/"), format!("install/netboot/{folder}/")] {
            let (kernel, initrd) = (format!("{folder}linux"), format!("{folder}initrd.gz"));
            if lookup.has_both(&kernel, &initrd)? {
                let evidence = Evidence::Layout(folder.trim_end_matches('/').to_owned());
                let tree = Tree {
                    distribution: Distribution::from_words(word),
                    ..Tree::bare(&kernel, &initrd, arch, evidence)
                };
                return Ok(Some(tree));
            }
        }
    }
    let bare = first_pair(lookup, arch, &[("linux", "initrd.gz")])?;
    Ok(bare.map(|tree| Tree { distribution: Distribution::Debian, ..tree }))
}

/// A disc: `.disk/info` tells whose.
fn disc<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    let info = lookup.text(".disk/info")?;
    let pairs = [
        ("install.amd/vmlinuz", "install.amd/initrd.gz"),
        ("install/vmlinuz", "install/initrd.gz"),
        ("install.386/vmlinuz", "install.386/initrd.gz"),
        ("install.a64/vmlinuz", "install.a64/initrd.gz"),
        // Debian's live discs with an installer.
        ("d-i/vmlinuz", "d-i/initrd.gz"),
        ("casper/vmlinuz", "casper/initrd"),
        ("casper/vmlinuz", "casper/initrd.gz"),
        ("casper/vmlinuz", "casper/initrd.lz"),
        ("casper/vmlinuz.efi", "casper/initrd.lz"),
    ];
    let Some(mut tree) = first_pair(lookup, arch, &pairs)? else { return Ok(None) };
    tree.distribution = if tree.kernel.starts_with("casper") { Distribution::Ubuntu } else { Distribution::Debian };
    tree.notes.push(Note::NeedsDisc);
    if let Some(info) = info {
        tree.evidence = Evidence::Description(".disk/info".to_owned());
        on_disc(&mut tree, info.trim());
    }
    Ok(Some(tree))
}

/// `Debian GNU/Linux 13.1.0 "Trixie" - Official amd64 NETINST …`, `Ubuntu-Server 24.04.1 LTS "Noble Numbat" - …`.
fn on_disc(tree: &mut Tree, info: &str) {
    let title = info.split(" - ").next().unwrap_or(info);
    tree.distribution = Distribution::from_words(title);
    tree.version = super::redhat::version(&title.replace("Server", ""));
    tree.codename = info.split('"').nth(1).map(|name| name.split(' ').next().unwrap_or(name).to_lowercase());
    tree.name = Some(title.trim().to_owned());
}

/// Debian's word for an architecture of libvirt's.
fn deb_arch(arch: &str) -> &str {
    match arch {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "i686" => "i386",
        "ppc64le" => "ppc64el",
        other => other,
    }
}
