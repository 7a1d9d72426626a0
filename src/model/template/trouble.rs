//! What is wrong with what a machine's disks lie on.

use serde::{Deserialize, Serialize};

use super::BaseChange;
use crate::storage::{Chain, Fault};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// With a disk's chain of images: a base is gone, an overlay does not say its base's format.
    Chain {
        /// The disk's own image.
        disk: String,
        /// What.
        fault: Fault,
    },
    /// A template's disk is not as it was when it was locked, so what lies on it may be damaged.
    Changed {
        /// The template's name.
        template: String,
        /// How it differs.
        change: BaseChange,
    },
}

impl Trouble {
    /// Whether no machine starts with it, or its data cannot be trusted.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Chain { fault, .. } => fault.is_fatal(),
            Self::Changed { .. } => true,
        }
    }
}

/// What is wrong with a disk; `changes` are those of sealed disks, each with its template's name. What cannot be read is not
/// known to be wrong.
#[must_use]
pub fn troubles(disk: &str, chain: &Chain, changes: &[(String, BaseChange)]) -> Vec<Trouble> {
    let known = |fault: &&Fault| !matches!(fault, Fault::Unreadable { .. } | Fault::Elsewhere { .. });
    let faults = chain.faults.iter().filter(known);
    let faults = faults.map(|fault| Trouble::Chain { disk: disk.to_owned(), fault: fault.clone() });
    let lies_on = |path: &str| chain.links.iter().any(|link| link.path == path);
    let under = changes.iter().filter(|(_, change)| lies_on(&change.path));
    let under = under.map(|(template, change)| Trouble::Changed { template: template.clone(), change: change.clone() });
    faults.chain(under).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{ImageFormat, ImageInfo, backing::Backing, chain::Unread};
    use crate::units::Bytes;

    fn read(path: &str) -> Result<ImageInfo, Unread> {
        let on = |base, format| ImageInfo {
            backing: Some(Backing::new(base, path, format)),
            ..ImageInfo::raw(ImageFormat::Qcow2, Bytes(9))
        };
        match path {
            "/i/bare" => Ok(on("base", None)),
            "/i/good" => Ok(on("base", Some(ImageFormat::Raw))),
            "/i/lost" => Ok(on("gone", Some(ImageFormat::Raw))),
            "/i/base" => Ok(ImageInfo::raw(ImageFormat::Raw, Bytes(9))),
            "/i/shut" => Err(Unread::Denied),
            _ => Err(Unread::Missing),
        }
    }

    #[test]
    fn each_fault_is_found_and_what_cannot_be_read_is_none() {
        let change = BaseChange { path: "/i/base".into(), size: None, modified: Some((1, 2)) };
        let changes = [("cent7".to_owned(), change)];
        let of = |disk: &str, changes: &[_]| troubles(disk, &Chain::follow(disk, read), changes);
        assert_eq!(of("/i/good", &[]), []);
        assert_eq!(of("/i/shut", &changes), []);
        let [Trouble::Chain { fault: Fault::FormatNotGiven { .. }, .. }] = of("/i/bare", &[])[..] else { panic!() };
        let lost = of("/i/lost", &changes);
        let [Trouble::Chain { fault: Fault::Missing { path, .. }, .. }] = &lost[..] else { panic!("{lost:?}") };
        assert_eq!((path.as_str(), lost[0].is_fatal()), ("/i/gone", true));
        assert!(matches!(&of("/i/good", &changes)[..], [Trouble::Changed { template, .. }] if template == "cent7"));
        assert!(matches!(&of("/i/base", &changes)[..], [Trouble::Changed { .. }]));
    }
}
