//! What the guests of a lab are told beside their names, by which way, and why.

use super::{Addresses, LabDraft, LabFacts, LabNetwork};
use crate::draft::cloud::is_key;
use crate::identity_files::Format;

/// What the user wants told.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestWish {
    /// Whether the addresses are written down in the guests, where DHCP would give them as well.
    pub fixed: bool,
    /// Whether all have an `/etc/hosts` with all of them.
    pub hosts: bool,
    /// Root's password; empty for the template's.
    pub password: String,
    /// A public key with which root logs in.
    pub key: String,
    /// Whether the root file system takes all of its disk.
    pub grow: bool,
    /// By which way.
    pub way: WayChoice,
    /// How the guest keeps its network's configuration, where that is written from outside.
    pub format: Option<Format>,
    /// The guest's name for its first network card, which some formats need.
    pub device: String,
}

impl Default for GuestWish {
    fn default() -> Self {
        Self {
            fixed: false,
            hosts: false,
            password: String::new(),
            key: String::new(),
            grow: true,
            way: WayChoice::default(),
            format: None,
            device: "eth0".to_owned(),
        }
    }
}

/// Nobody reads the password in a log.
impl std::fmt::Debug for GuestWish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuestWish").field("hosts", &self.hosts).field("way", &self.way).finish_non_exhaustive()
    }
}

/// A way that was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WayChoice {
    /// The first of [`Way`] that can tell all that is wanted.
    #[default]
    Automatic,
    /// The service that sealing put into the template.
    Service,
    /// The guest's cloud-init.
    CloudInit,
    /// Files written into each disk.
    Offline,
}

/// How the guests learn who they are, first the one that costs least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// The network's DHCP server keeps name and address; nothing else is wanted.
    Dhcp,
    /// The template's first-boot service reads it.
    Service,
    /// cloud-init reads it from a disc for each machine.
    CloudInit,
    /// virt-customize writes it into the overlays, one after the other.
    Offline,
    /// Only the firmware tells it, to whoever reads that.
    Firmware,
}

/// Why disks cannot be written to from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfflineLack {
    /// They are on another computer.
    NotHere,
    /// virt-customize is not installed.
    NoTool,
    /// They are not this user's.
    NotOurs,
}

impl GuestWish {
    /// Whether more is wanted than name and address, which DHCP cannot tell.
    #[must_use]
    pub const fn is_more(&self) -> bool {
        self.fixed || self.hosts || !self.password.is_empty() || !self.key.is_empty()
    }
}

/// The way of this draft. Where nothing can tell all, [`super::problems`] says so.
#[must_use]
pub fn way(draft: &LabDraft, facts: &LabFacts) -> Way {
    let template = facts.template.as_ref();
    match draft.guest.way {
        WayChoice::Service => Way::Service,
        WayChoice::CloudInit => Way::CloudInit,
        WayChoice::Offline => Way::Offline,
        WayChoice::Automatic if template.is_some_and(|template| template.has_service) => Way::Service,
        WayChoice::Automatic if !draft.guest.is_more() && is_served(draft, facts) => Way::Dhcp,
        WayChoice::Automatic if template.is_some_and(|template| template.offline.is_none()) && asks(draft, facts) => {
            Way::Offline
        }
        WayChoice::Automatic => Way::Firmware,
    }
}

/// Whether somebody has to tell the guests anything but their names.
fn asks(draft: &LabDraft, facts: &LabFacts) -> bool {
    draft.guest.is_more() || has_addresses(draft) && !is_served(draft, facts)
}

/// Whether each machine has an address of its own.
#[must_use]
pub const fn has_addresses(draft: &LabDraft) -> bool {
    matches!(draft.network, LabNetwork::Each { .. } | LabNetwork::One { addresses: Addresses::Fixed { .. }, .. })
}

/// Whether a DHCP server gives the machines names and addresses.
fn is_served(draft: &LabDraft, facts: &LabFacts) -> bool {
    match &draft.network {
        LabNetwork::Each { .. } => true,
        LabNetwork::AsTemplate | LabNetwork::One { addresses: Addresses::Any, .. } => false,
        LabNetwork::One { network, .. } => facts.networks.iter().any(|known| known.name == *network && known.serves),
    }
}

/// How the guest keeps its network's configuration: as it was said, else as its system does it.
#[must_use]
pub fn format(draft: &LabDraft, facts: &LabFacts) -> Option<Format> {
    draft.guest.format.or_else(|| facts.template.as_ref()?.format)
}

/// The format of a system, by its identifier in osinfo's database: `http://centos.org/centos/7.0`.
#[must_use]
pub fn format_of(system: &str) -> Option<Format> {
    let mut parts = system.trim_end_matches('/').rsplit('/');
    let (version, name) = (parts.next()?, parts.next()?);
    let major: f64 = version.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(f64::MAX);
    Some(match name {
        "centos" | "rhel" | "centos-stream" | "ol" | "rocky" | "almalinux" if major < 9.0 => Format::Ifcfg,
        "fedora" if major < 33.0 => Format::Ifcfg,
        "centos" | "rhel" | "centos-stream" | "ol" | "rocky" | "almalinux" | "fedora" | "opensuse" | "sle" => {
            Format::NetworkManager
        }
        "ubuntu" if major >= 17.1 => Format::Netplan,
        "ubuntu" | "debian" | "alpinelinux" => Format::Ifupdown,
        "archlinux" => Format::Networkd,
        _ => return None,
    })
}

/// What is wrong with what is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Untold {
    /// Nothing tells it: the template has no service, and this is why it is not written into the disks.
    NoWay(OfflineLack),
    /// It was to be written into the disks.
    Offline(OfflineLack),
    /// Nobody knows how the guest keeps its network's configuration.
    NoFormat,
    /// A hosts file needs addresses.
    NoAddresses,
    /// The password has characters that cannot be typed at a log-in.
    Password,
    /// Not a public key.
    Key,
    /// Not a name of a network card.
    Device,
}

/// All that is wrong.
#[must_use]
pub(super) fn untold(draft: &LabDraft, facts: &LabFacts) -> Vec<Untold> {
    let wish = &draft.guest;
    let Some(template) = &facts.template else { return Vec::new() };
    let way = way(draft, facts);
    let lack = template.offline;
    let key = wish.key.trim();
    let by_name = matches!(format(draft, facts), Some(Format::Ifcfg | Format::Ifupdown));
    let found = [
        (way == Way::Firmware && wish.is_more()).then_some(lack).flatten().map(Untold::NoWay),
        (way == Way::Offline).then_some(lack).flatten().map(Untold::Offline),
        (way == Way::Offline && has_addresses(draft) && format(draft, facts).is_none()).then_some(Untold::NoFormat),
        (wish.hosts && !has_addresses(draft)).then_some(Untold::NoAddresses),
        wish.password.chars().any(char::is_control).then_some(Untold::Password),
        (!key.is_empty() && !is_key(key)).then_some(Untold::Key),
        (way == Way::Offline && by_name && !is_device(&wish.device)).then_some(Untold::Device),
    ];
    found.into_iter().flatten().collect()
}

fn is_device(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= 15 && name.chars().all(good)
}
