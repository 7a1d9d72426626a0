//! What an installer's kernel must be told: where its packages are, which console, where its answers are.

use super::{AnswerKind, Distribution, Family, Tree};

/// What the installer is to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telling<'t> {
    /// The tree's address as the guest reaches it, where it is on a server.
    pub address: Option<&'t str>,
    /// Whether it talks on the first serial console.
    pub serial: bool,
    /// Which answers lie in its RAM disk.
    pub answer: Option<AnswerKind>,
    /// What the user adds.
    pub more: &'t str,
}

/// The kernel's arguments: the user's first, as virt-manager does it.
#[must_use]
pub fn arguments(tree: &Tree, telling: &Telling<'_>) -> String {
    let mut words: Vec<String> = telling.more.split_whitespace().map(str::to_owned).collect();
    let family = tree.distribution.family();
    if telling.serial {
        words.extend(["console=tty0".to_owned(), "console=ttyS0".to_owned()]);
        words.extend(text_mode(family).map(str::to_owned));
    }
    words.extend(source(tree, telling.address));
    words.extend(telling.answer.into_iter().flat_map(|kind| answers(tree, kind)));
    let mut seen = std::collections::BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words.join(" ")
}

const fn text_mode(family: Family) -> Option<&'static str> {
    match family {
        Family::RedHat => Some("inst.text"),
        Family::Suse => Some("textmode=1"),
        Family::Debian | Family::Ubuntu | Family::Mageia | Family::Other => None,
    }
}

/// Before version 7, Red Hat's arguments had no `inst.` in front (Anaconda's boot options).
fn is_old(tree: &Tree) -> bool {
    let major = tree.version.as_deref().and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    tree.distribution != Distribution::Fedora && major.is_some_and(|major| major < 7)
}

fn source(tree: &Tree, address: Option<&str>) -> Option<String> {
    let at = |word: &str| address.map(|address| format!("{word}={address}"));
    match tree.distribution.family() {
        Family::RedHat if is_old(tree) => at("repo"),
        // A tree that only its layout is known of is Red Hat's layout; who does not know the argument passes it over.
        Family::RedHat | Family::Other => at("inst.repo"),
        Family::Suse => at("install"),
        // It would wait for a key at its end: “remove the installation medium”.
        Family::Ubuntu if tree.is_live() => Some("noprompt".to_owned()),
        Family::Debian | Family::Ubuntu | Family::Mageia => None,
    }
}

fn answers(tree: &Tree, kind: AnswerKind) -> Vec<String> {
    let words: &[&str] = match kind {
        AnswerKind::Kickstart if is_old(tree) => &["ks=file:/ks.cfg"],
        AnswerKind::Kickstart => &["inst.ks=file:/ks.cfg"],
        AnswerKind::Preseed => &["auto=true", "priority=critical", "preseed/file=/preseed.cfg"],
        AnswerKind::AutoYast => &["autoyast=file:///autoinst.xml"],
        // cloud-init finds the disc by its label; without this word the installer asks whether it may begin.
        AnswerKind::Autoinstall => &["autoinstall"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}
