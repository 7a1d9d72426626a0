//! What an installer's kernel must be told: where its packages are, which console, where its answers are.

use super::{Distribution, Family, Tree};

/// A file that answers an installer's questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// Anaconda's.
    Kickstart,
    /// debian-installer's.
    Preseed,
    /// `YaST`'s.
    AutoYast,
}

impl AnswerKind {
    /// Its name at the top of the RAM disk.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Kickstart => "ks.cfg",
            // debian-installer reads a file of this name there unasked.
            Self::Preseed => "preseed.cfg",
            Self::AutoYast => "autoinst.xml",
        }
    }
}

/// The answers for an installer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whose they are.
    pub kind: AnswerKind,
    /// The text.
    pub text: String,
}

/// Which answers the installer of this distribution takes from its RAM disk. Ubuntu's live installer takes none there.
#[must_use]
pub const fn answer_kind(distribution: &Distribution) -> Option<AnswerKind> {
    match distribution.family() {
        Family::RedHat | Family::Other => Some(AnswerKind::Kickstart),
        Family::Debian => Some(AnswerKind::Preseed),
        Family::Suse => Some(AnswerKind::AutoYast),
        Family::Ubuntu | Family::Mageia => None,
    }
}

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
    words.extend(telling.address.and_then(|address| source(tree, address)));
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

fn source(tree: &Tree, address: &str) -> Option<String> {
    match tree.distribution.family() {
        Family::RedHat if is_old(tree) => Some(format!("repo={address}")),
        // A tree that only its layout is known of is Red Hat's layout; who does not know the argument passes it over.
        Family::RedHat | Family::Other => Some(format!("inst.repo={address}")),
        Family::Suse => Some(format!("install={address}")),
        Family::Debian | Family::Ubuntu | Family::Mageia => None,
    }
}

fn answers(tree: &Tree, kind: AnswerKind) -> Vec<String> {
    let words: &[&str] = match kind {
        AnswerKind::Kickstart if is_old(tree) => &["ks=file:/ks.cfg"],
        AnswerKind::Kickstart => &["inst.ks=file:/ks.cfg"],
        AnswerKind::Preseed => &["auto=true", "priority=critical", "preseed/file=/preseed.cfg"],
        AnswerKind::AutoYast => &["autoyast=file:///autoinst.xml"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}
