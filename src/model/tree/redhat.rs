//! Red Hat's layout without the file that describes it.

use super::{
    Distribution, Note, Tree,
    detect::{Lookup, first_pair},
};

/// A tree for a network: what the course copies with `cp /mnt/*` has this, and no `.treeinfo`.
pub(super) fn bare<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    named(lookup, arch, &[("images/pxeboot/vmlinuz", "images/pxeboot/initrd.img")])
}

/// The same kernel where a disc's boot loader has it.
pub(super) fn disc<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Tree>, L::Error> {
    named(lookup, arch, &[("isolinux/vmlinuz", "isolinux/initrd.img")])
}

fn named<L: Lookup>(lookup: &mut L, arch: &str, pairs: &[(&str, &str)]) -> Result<Option<Tree>, L::Error> {
    let Some(mut tree) = first_pair(lookup, arch, pairs)? else { return Ok(None) };
    tree.notes.push(Note::DotFilesMissing);
    if let Some(name) = name(lookup)? {
        tree.distribution = Distribution::from_words(&name);
        tree.version = version(&name);
        tree.name = Some(name);
    }
    Ok(Some(tree))
}

/// What the disc calls itself in the files that have no dot in front.
fn name<L: Lookup>(lookup: &mut L) -> Result<Option<String>, L::Error> {
    if let Some(text) = lookup.text("media.repo")?
        && let Some(name) = text.lines().find_map(|line| line.trim().strip_prefix("name="))
    {
        return Ok(Some(name.trim().to_owned()));
    }
    if let Some(text) = lookup.text(".discinfo")?
        && let Some(name) = text.lines().nth(1)
        && name.chars().any(char::is_alphabetic)
    {
        return Ok(Some(name.trim().to_owned()));
    }
    if let Some(text) = lookup.text("isolinux/isolinux.cfg")?
        && let Some(name) = text.lines().find_map(|line| line.trim().strip_prefix("menu title "))
    {
        return Ok(Some(name.trim().to_owned()));
    }
    for (version, major) in (5..=10).rev().map(|major| (format!("RPM-GPG-KEY-CentOS-{major}"), major)) {
        if lookup.has(&version)? {
            return Ok(Some(format!("CentOS {major}")));
        }
    }
    Ok(None)
}

/// The first word that is a number: `7`, `9.4`.
pub(super) fn version(name: &str) -> Option<String> {
    let is_version = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    name.split([' ', '-', '_']).find(is_version).map(str::to_owned)
}
