//! Installation discs: which system is on one, by its label.

use lectern_model::{guest_os::DiscLabel, xml::Node};
use regex::RegexBuilder;

/// Larger than any that the database has; a pattern that is not compiled matches nothing.
const PATTERN: usize = 1 << 20;

/// A disc that the database describes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Medium {
    system: Option<String>,
    volume: Option<String>,
    publisher: Option<String>,
    application: Option<String>,
    size: Option<u64>,
}

impl Medium {
    /// Reads `<media>`; `None` where no disc is described.
    pub(super) fn read(node: Node<'_>) -> Option<Self> {
        let iso = node.child("iso")?;
        let text = |name: &str| Some(iso.child(name)?.text().trim().to_owned()).filter(|text| !text.is_empty());
        let medium = Self {
            system: text("system-id"),
            volume: text("volume-id"),
            publisher: text("publisher-id"),
            application: text("application-id"),
            size: text("volume-size").and_then(|size| size.parse().ok()).filter(|size| *size > 0),
        };
        medium.volume.is_some().then_some(medium)
    }

    /// How well it fits, the more parts the better; `None` where it does not.
    pub(super) fn fits(&self, label: &DiscLabel) -> Option<usize> {
        if self.size.is_some_and(|size| size != label.size) {
            return None;
        }
        let parts = [
            (&self.volume, &label.volume),
            (&self.system, &label.system),
            (&self.publisher, &label.publisher),
            (&self.application, &label.application),
        ];
        let told = || parts.into_iter().filter_map(|(pattern, text)| Some((pattern.as_ref()?, text)));
        let all = told().all(|(pattern, text)| matches(pattern, text));
        all.then(|| told().count() + self.size.map_or(0, |_| 4))
    }
}

/// As libosinfo: somewhere in the text. Most patterns are plain, and need no engine.
fn matches(pattern: &str, text: &str) -> bool {
    if pattern == text {
        return true;
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || " _-/,".contains(letter);
    if pattern.chars().all(is_plain) {
        return text.contains(pattern);
    }
    RegexBuilder::new(pattern).size_limit(PATTERN).build().is_ok_and(|pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_decides_between_discs_of_one_name() {
        let label = DiscLabel { volume: "CentOS 7 x86_64".into(), size: 10, ..DiscLabel::default() };
        let medium = |volume: &str, size| Medium { volume: Some(volume.into()), size, ..Medium::default() };
        assert_eq!(medium("CentOS 7 x86_64", None).fits(&label), Some(1));
        assert_eq!(medium("CentOS 7 x86_64", Some(10)).fits(&label), Some(5));
        assert_eq!(medium("CentOS 7 x86_64", Some(11)).fits(&label), None);
        assert_eq!(medium("CentOS [78] x86.*", None).fits(&label), Some(1));
        assert_eq!(medium("CentOS 8", None).fits(&label), None);
        assert_eq!(medium("(", None).fits(&label), None);
    }
}
