//! Whose a tree is, and what the osinfo database calls that.

/// A distribution of Linux.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Fedora.
    Fedora,
    /// Red Hat Enterprise Linux.
    Rhel,
    /// `CentOS` Linux.
    Centos,
    /// `CentOS` Stream.
    CentosStream,
    /// Rocky Linux.
    Rocky,
    /// `AlmaLinux`.
    Alma,
    /// Oracle Linux.
    Oracle,
    /// Scientific Linux.
    Scientific,
    /// Anolis OS.
    Anolis,
    /// openEuler.
    OpenEuler,
    /// Debian.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// openSUSE.
    OpenSuse,
    /// SUSE Linux Enterprise.
    Sle,
    /// Mageia.
    Mageia,
    /// Another, by the name that it has for itself; empty where it has none.
    Other(String),
}

/// Distributions whose installers take the same arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Anaconda.
    RedHat,
    /// debian-installer.
    Debian,
    /// Subiquity on a live system.
    Ubuntu,
    /// `YaST`.
    Suse,
    /// `DrakX`.
    Mageia,
    /// Not known.
    Other,
}

/// What is in a name, in lower case, and whose it then is; the first that fits counts.
const WORDS: [(&str, Distribution); 17] = [
    ("centos stream", Distribution::CentosStream),
    ("centos", Distribution::Centos),
    ("fedora", Distribution::Fedora),
    ("red hat", Distribution::Rhel),
    ("rocky", Distribution::Rocky),
    ("alma", Distribution::Alma),
    ("oracle", Distribution::Oracle),
    ("scientific", Distribution::Scientific),
    ("anolis", Distribution::Anolis),
    ("openeuler", Distribution::OpenEuler),
    ("ubuntu", Distribution::Ubuntu),
    ("debian", Distribution::Debian),
    ("opensuse", Distribution::OpenSuse),
    ("suse linux enterprise", Distribution::Sle),
    ("sles", Distribution::Sle),
    ("sled", Distribution::Sle),
    ("mageia", Distribution::Mageia),
];

impl Distribution {
    /// From whatever a tree says of itself.
    #[must_use]
    pub fn from_words(words: &str) -> Self {
        let lower = words.to_lowercase();
        let known = WORDS.into_iter().find(|(word, _)| lower.contains(word)).map(|(_, distribution)| distribution);
        known.unwrap_or_else(|| Self::Other(words.trim().to_owned()))
    }

    /// Which installer it has.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self {
            Self::Fedora
            | Self::Rhel
            | Self::Centos
            | Self::CentosStream
            | Self::Rocky
            | Self::Alma
            | Self::Oracle
            | Self::Scientific
            | Self::Anolis
            | Self::OpenEuler => Family::RedHat,
            Self::Debian => Family::Debian,
            Self::Ubuntu => Family::Ubuntu,
            Self::OpenSuse | Self::Sle => Family::Suse,
            Self::Mageia => Family::Mageia,
            Self::Other(_) => Family::Other,
        }
    }

    /// Its own name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Fedora => "Fedora",
            Self::Rhel => "Red Hat Enterprise Linux",
            Self::Centos => "CentOS",
            Self::CentosStream => "CentOS Stream",
            Self::Rocky => "Rocky Linux",
            Self::Alma => "AlmaLinux",
            Self::Oracle => "Oracle Linux",
            Self::Scientific => "Scientific Linux",
            Self::Anolis => "Anolis OS",
            Self::OpenEuler => "openEuler",
            Self::Debian => "Debian",
            Self::Ubuntu => "Ubuntu",
            Self::OpenSuse => "openSUSE",
            Self::Sle => "SUSE Linux Enterprise",
            Self::Mageia => "Mageia",
            Self::Other(name) => name,
        }
    }

    /// Its short names in the osinfo database, the likeliest first: a version that is newer than the database is walked
    /// down to one that it has (virtinst/install/urldetect.py does the same for RHEL).
    #[must_use]
    pub fn os_names(&self, version: Option<&str>) -> Vec<String> {
        let version = version.unwrap_or_default().trim().to_lowercase();
        let (major, minor) = version.split_once('.').unwrap_or((&version, ""));
        let minor: u32 = minor.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        let dotted = |prefix: &str| -> Vec<String> {
            let exact = [format!("{prefix}{version}")].into_iter();
            let down = (0..=minor.min(99)).rev().map(|minor| format!("{prefix}{major}.{minor}"));
            exact.chain(down).chain([format!("{prefix}{major}")]).collect()
        };
        let mut names = match self {
            Self::Fedora if version == "rawhide" => vec!["fedora-rawhide".to_owned(), "fedora-unknown".to_owned()],
            Self::Fedora => vec![format!("fedora{major}"), "fedora-unknown".to_owned()],
            Self::Rhel => [dotted("rhel"), vec!["rhel-unknown".to_owned()]].concat(),
            Self::Centos => dotted("centos"),
            Self::CentosStream => vec![format!("centos-stream{major}")],
            Self::Rocky => [dotted("rocky"), vec!["rocky-unknown".to_owned()]].concat(),
            Self::Alma => [dotted("almalinux"), vec!["almalinux-unknown".to_owned()]].concat(),
            Self::Oracle => dotted("ol"),
            Self::Scientific => dotted("scientificlinux"),
            Self::Anolis => dotted("anolis"),
            Self::OpenEuler => vec![format!("openeuler{version}"), format!("openeuler{major}")],
            Self::Debian => vec![format!("debian{major}"), "debiantesting".to_owned()],
            Self::Ubuntu => vec![format!("ubuntu{}", two_parts(&version))],
            Self::OpenSuse if version.len() == 8 => vec!["opensusetumbleweed".to_owned()],
            Self::OpenSuse => vec![format!("opensuse{version}"), "opensusetumbleweed".to_owned()],
            Self::Sle => service_packs(major, minor),
            Self::Mageia => vec![format!("mageia{major}")],
            Self::Other(_) => Vec::new(),
        };
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }
}

/// Server and desktop were two systems before 15; a service pack that is not known is walked down to one that is.
fn service_packs(major: &str, minor: u32) -> Vec<String> {
    let prefix = if major.parse::<u32>().is_ok_and(|major| major < 15) { "sles" } else { "sle" };
    let packs = (1..=minor.min(20)).rev().map(|pack| format!("{prefix}{major}sp{pack}"));
    packs.chain([format!("{prefix}{major}")]).collect()
}

/// `24.04` of `24.04.1`.
fn two_parts(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}
