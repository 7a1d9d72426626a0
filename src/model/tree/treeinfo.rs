//! `.treeinfo`, the file by which Red Hat's and SUSE's trees describe themselves.

use super::{Algorithm, Checksum, Distribution, Evidence, Tree, redhat};

/// What the file says. Its format is that of Python's `configparser`; productmd's documentation tells the sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeInfo {
    lines: Vec<(String, String, String)>,
}

impl TreeInfo {
    /// Reads it; `None` where it is no such file: a server may answer anything to any name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut section = String::new();
        let mut lines = Vec::new();
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.trim().clone_into(&mut section);
            } else if let Some((key, value)) = line.split_once(['=', ':']) {
                // The sums' values have a colon of their own, their keys none.
                let (key, value) = line.split_once('=').unwrap_or((key, value));
                lines.push((section.clone(), key.trim().to_owned(), value.trim().to_owned()));
            }
        }
        let is_one = lines
            .iter()
            .any(|(section, _, _)| ["general", "release"].iter().any(|known| section.eq_ignore_ascii_case(known)));
        is_one.then_some(Self { lines })
    }

    /// One value; an empty one is none.
    #[must_use]
    pub fn get(&self, section: &str, key: &str) -> Option<&str> {
        let found = self.lines.iter().find(|(s, k, _)| s.eq_ignore_ascii_case(section) && k.eq_ignore_ascii_case(key));
        found.map(|(_, _, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// What it calls its distribution.
    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.get("general", "family").or_else(|| self.get("release", "name"))
    }

    /// The architecture that it is for.
    #[must_use]
    pub fn arch(&self) -> Option<&str> {
        self.get("general", "arch").or_else(|| self.get("tree", "arch"))
    }

    /// Kernel and initial RAM disk for `arch`; of the only architecture where that one is not named.
    #[must_use]
    pub fn boot_files(&self, arch: &str) -> Option<(String, String)> {
        let of = |section: &str| {
            let file = |key| self.get(section, key).map(plain);
            Some((file("kernel")?, file("initrd")?))
        };
        of(&format!("images-{arch}")).or_else(|| {
            let is_images = |section: &str| section.starts_with("images-") && section != "images-xen";
            let sections = self.lines.iter().map(|(section, _, _)| section.to_ascii_lowercase());
            sections.filter(|section| is_images(section)).find_map(|section| of(&section))
        })
    }

    /// The sums that it tells.
    #[must_use]
    pub fn checksums(&self) -> Vec<Checksum> {
        let sums = self.lines.iter().filter(|(section, _, _)| section.eq_ignore_ascii_case("checksums"));
        sums.filter_map(|(_, path, value)| {
            let (word, hex) = value.split_once(':')?;
            let algorithm = match word.trim().to_ascii_lowercase().as_str() {
                "sha256" => Algorithm::Sha256,
                "sha512" => Algorithm::Sha512,
                _ => return None,
            };
            Some(Checksum { path: plain(path), algorithm, hex: hex.trim().to_ascii_lowercase() })
        })
        .collect()
    }

    /// The tree that it describes, with the kernel and the RAM disk at these paths.
    #[must_use]
    pub fn tree(&self, file: &str, kernel: &str, initrd: &str, arch: &str) -> Tree {
        let name = self.get("general", "name").or_else(|| self.get("release", "name"));
        let words = format!("{} {}", self.family().unwrap_or_default(), name.unwrap_or_default());
        let distribution = match Distribution::from_words(&words) {
            Distribution::Other(_) => Distribution::Other(self.family().unwrap_or_default().to_owned()),
            known => known,
        };
        let told = self.get("general", "version").or_else(|| self.get("release", "version")).map(str::to_owned);
        Tree {
            distribution,
            name: name.map(str::to_owned),
            version: told.or_else(|| redhat::version(&words)),
            checksums: self.checksums(),
            ..Tree::bare(kernel, initrd, self.arch().unwrap_or(arch), Evidence::Description(file.to_owned()))
        }
    }
}

/// A path as the others here are: from the tree's top, without a dot in front.
fn plain(path: &str) -> String {
    path.trim_start_matches("./").trim_start_matches('/').to_owned()
}
