//! Files that answer an installer's questions: which installer takes which, how it gets them, and what is wrong with one.

use serde::{Deserialize, de::IgnoredAny};

use super::{Family, Tree};
use crate::xml::Document;

/// A file that answers an installer's questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// Anaconda's.
    Kickstart,
    /// debian-installer's.
    Preseed,
    /// `YaST`'s.
    AutoYast,
    /// That of Ubuntu's live installer, which cloud-init hands to it.
    Autoinstall,
}

impl AnswerKind {
    /// Its name: at the top of the RAM disk, or of the disc.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Kickstart => "ks.cfg",
            // debian-installer reads a file of this name there unasked.
            Self::Preseed => "preseed.cfg",
            Self::AutoYast => "autoinst.xml",
            Self::Autoinstall => "user-data",
        }
    }

    /// Whether it lies on the boot disc itself, and not in the RAM disk.
    #[must_use]
    pub const fn is_on_disc(self) -> bool {
        matches!(self, Self::Autoinstall)
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

/// What is wrong with answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    /// cloud-init passes over what does not begin with `#cloud-config`.
    NoCloudConfig,
    /// It has no `autoinstall`, so that the installer would ask everything.
    NoAutoinstall,
    /// It is not well-formed; what the parser said.
    Malformed(String),
}

/// Which answers the installer of this tree takes; none where it takes none.
#[must_use]
pub fn answer_kind(tree: &Tree) -> Option<AnswerKind> {
    match tree.distribution.family() {
        Family::RedHat | Family::Other => Some(AnswerKind::Kickstart),
        Family::Debian => Some(AnswerKind::Preseed),
        Family::Suse => Some(AnswerKind::AutoYast),
        // Ubuntu had Debian's installer until 20.04, and has it in its “legacy” images.
        Family::Ubuntu if !tree.is_live() => Some(AnswerKind::Preseed),
        Family::Ubuntu => knows_autoinstall(tree).then_some(AnswerKind::Autoinstall),
        Family::Mageia => None,
    }
}

/// The live server from 20.04 on, every live system from 23.04 on; before, a desktop's installer knows nothing of it.
fn knows_autoinstall(tree: &Tree) -> bool {
    let parts = tree.version.as_deref().map(|version| version.split('.').map(str::parse::<u32>));
    let Some(version) = parts.map(|parts| parts.map_while(Result::ok).take(2).collect::<Vec<_>>()) else {
        return true;
    };
    let is_server = tree.name.as_deref().is_none_or(|name| name.contains("Server"));
    version >= if is_server { vec![20, 4] } else { vec![23, 4] }
}

impl Answer {
    /// What is wrong with them, as far as that can be told without the installer.
    #[must_use]
    pub fn fault(&self) -> Option<AnswerFault> {
        match self.kind {
            AnswerKind::Kickstart | AnswerKind::Preseed => None,
            AnswerKind::AutoYast => {
                let parsed = Document::parse(&without_doctype(&self.text));
                parsed.err().map(|error| AnswerFault::Malformed(error.to_string()))
            }
            AnswerKind::Autoinstall => autoinstall(&self.text),
        }
    }
}

/// Profiles begin with `<!DOCTYPE profile>`, which says nothing; one that says more is left to be refused.
fn without_doctype(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let Some((before, rest)) = text.split_once("<!DOCTYPE") else { return text.to_owned() };
    match rest.split_once('>') {
        Some((inner, after)) if !inner.contains('[') => format!("{before}{after}"),
        _ => text.to_owned(),
    }
}

/// What is looked for in a `#cloud-config`.
#[derive(Deserialize)]
struct CloudConfig {
    autoinstall: Option<IgnoredAny>,
}

fn autoinstall(text: &str) -> Option<AnswerFault> {
    if text.lines().next().is_none_or(|line| line.trim_end() != "#cloud-config") {
        return Some(AnswerFault::NoCloudConfig);
    }
    match serde_saphyr::from_str::<CloudConfig>(text) {
        Ok(config) if config.autoinstall.is_some() => None,
        Ok(_) => Some(AnswerFault::NoAutoinstall),
        Err(error) => Some(AnswerFault::Malformed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Distribution, Evidence};
    use super::*;

    #[test]
    fn an_installer_takes_its_own_answers_and_no_others() {
        let tree = |kernel: &str, version: Option<&str>, name: Option<&str>| Tree {
            distribution: Distribution::Ubuntu,
            version: version.map(str::to_owned),
            name: name.map(str::to_owned),
            ..Tree::bare(kernel, "initrd", "x86_64", Evidence::Layout(String::new()))
        };
        let live = "casper/vmlinuz";
        for (kernel, version, name, expected) in [
            (live, Some("24.04.1"), Some("Ubuntu-Server 24.04.1 LTS"), Some(AnswerKind::Autoinstall)),
            (live, Some("20.04"), Some("Ubuntu-Server 20.04 LTS"), Some(AnswerKind::Autoinstall)),
            (live, Some("18.04.6"), Some("Ubuntu-Server 18.04.6 LTS"), None),
            (live, Some("22.04"), Some("Ubuntu 22.04 LTS"), None),
            (live, Some("24.04"), Some("Ubuntu 24.04 LTS"), Some(AnswerKind::Autoinstall)),
            (live, None, None, Some(AnswerKind::Autoinstall)),
            ("install/vmlinuz", Some("16.04.7"), Some("Ubuntu-Server 16.04.7"), Some(AnswerKind::Preseed)),
        ] {
            assert_eq!(answer_kind(&tree(kernel, version, name)), expected, "{name:?}");
        }
    }

    #[test]
    fn answers_that_would_be_passed_over_are_told() {
        let fault = |kind, text: &str| Answer { kind, text: text.to_owned() }.fault();
        let ubuntu = |text: &str| fault(AnswerKind::Autoinstall, text);
        assert_eq!(ubuntu("#cloud-config\nautoinstall:\n  version: 1\n"), None);
        assert_eq!(ubuntu("autoinstall:\n  version: 1\n"), Some(AnswerFault::NoCloudConfig));
        assert_eq!(ubuntu("#cloud-config\nhostname: a\n"), Some(AnswerFault::NoAutoinstall));
        assert!(matches!(ubuntu("#cloud-config\nautoinstall: [1\n"), Some(AnswerFault::Malformed(_))));
        assert!(matches!(fault(AnswerKind::AutoYast, "<profile>"), Some(AnswerFault::Malformed(_))));
        assert_eq!(fault(AnswerKind::AutoYast, "<?xml version=\"1.0\"?>\n<!DOCTYPE profile>\n<profile/>"), None);
        assert_eq!(fault(AnswerKind::Kickstart, "anything"), None);
    }
}
