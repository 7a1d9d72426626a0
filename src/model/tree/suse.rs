//! SUSE's and Mageia's layouts.

use super::{
    Distribution, Evidence, Tree,
    detect::{Lookup, first_pair},
    redhat,
};

/// SUSE's: `content` or `media.1/products` tells which, the kernel lies in `boot`.
pub(super) fn suse<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    let pairs = [
        ("boot/ARCH/loader/linux", "boot/ARCH/loader/initrd"),
        ("boot/ARCH/linux", "boot/ARCH/initrd"),
        ("boot/ARCH/vmlinuz", "boot/ARCH/initrd"),
        ("boot/loader/linux64", "boot/loader/initrd64"),
        ("boot/loader/linux", "boot/loader/initrd"),
    ];
    let Some(mut tree) = first_pair(lookup, arch, &pairs)? else { return Ok(None) };
    tree.distribution = Distribution::OpenSuse;
    if let Some(text) = lookup.text("content")? {
        tree.evidence = Evidence::Description("content".to_owned());
        content(&mut tree, &text);
    } else if let Some(text) = lookup.text("media.1/products")? {
        tree.evidence = Evidence::Description("media.1/products".to_owned());
        products(&mut tree, &text);
    }
    Ok(Some(tree))
}

/// `LABEL openSUSE Leap 42.3`, `DISTRO cpe:/o:suse:sles:12:sp5,SUSE Linux Enterprise Server 12 SP5`, `VERSION 12.5-0`.
fn content(tree: &mut Tree, text: &str) {
    let value = |key: &str| {
        let of = |line: &str| Some(line.strip_prefix(key)?.strip_prefix([' ', '\t'])?.trim().to_owned());
        text.lines().find_map(of)
    };
    let name = value("LABEL").or_else(|| value("DISTRO").and_then(|text| Some(text.split_once(',')?.1.to_owned())));
    let words = [name.clone(), value("DISTRO"), value("REPOID")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    tree.distribution = match Distribution::from_words(&words) {
        Distribution::Other(_) => Distribution::OpenSuse,
        known => known,
    };
    let plain = |version: String| version.split('-').next().unwrap_or_default().to_owned();
    tree.version = value("VERSION").map(plain).or_else(|| name.as_deref().and_then(service_pack));
    tree.name = name;
}

/// `/ openSUSE-Leap 15.5-1`, `/ SLE15-SP6 15.6-0`.
fn products(tree: &mut Tree, text: &str) {
    let Some(line) = text.lines().find(|line| line.starts_with('/')) else { return };
    let mut words = line.split_whitespace().skip(1);
    let name = words.next().unwrap_or_default().replace('-', " ");
    let is_enterprise = name.starts_with("SLE");
    tree.distribution = if is_enterprise { Distribution::Sle } else { Distribution::OpenSuse };
    tree.version = words.next().map(|version| version.split('-').next().unwrap_or_default().to_owned());
    tree.name = tree.version.as_ref().map(|version| format!("{} {version}", tree.distribution.name()));
}

/// `12.5` of `SUSE Linux Enterprise Server 12 SP5`.
fn service_pack(name: &str) -> Option<String> {
    let version = redhat::version(name)?;
    let pack = name.split_whitespace().find_map(|word| word.strip_prefix("SP"));
    Some(pack.map_or_else(|| version.clone(), |pack| format!("{version}.{pack}")))
}

/// Mageia's: `VERSION` is one line, `Mageia 9 x86_64 …`.
pub(super) fn mageia<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    let pairs = [("isolinux/ARCH/vmlinuz", "isolinux/ARCH/all.rdz"), ("isolinux/vmlinuz", "isolinux/all.rdz")];
    let Some(mut tree) = first_pair(lookup, arch, &pairs)? else { return Ok(None) };
    tree.distribution = Distribution::Mageia;
    if let Some(text) = lookup.text("VERSION")? {
        let line = text.lines().next().unwrap_or_default().trim().to_owned();
        tree.evidence = Evidence::Description("VERSION".to_owned());
        tree.version = redhat::version(&line.replace("Version:", ""));
        tree.name = tree.version.as_ref().map(|version| format!("Mageia {version}"));
    }
    Ok(Some(tree))
}
