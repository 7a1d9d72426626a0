//! What a list of machines shows of Lectern's notes.

use std::net::Ipv4Addr;

use super::{LabMark, Machine, Origin, Student};
use crate::{id::DomainId, identity_files::Addressing};

/// The notes on one machine, as far as a list needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The project that it counts in.
    pub project: Option<String>,
    /// The flavor that it was made or resized with.
    pub flavor: Option<String>,
    /// The lab that it is a member of.
    pub lab: Option<LabMark>,
    /// Whose it is.
    pub student: Option<Student>,
    /// The template that its overlays lie on.
    pub origin: Option<Origin>,
    /// The version of the template that it is itself.
    pub template: Option<u32>,
    /// The UUID of that template's first version; none for that itself.
    pub line: Option<DomainId>,
    /// Which version of a template it is being made.
    pub next: Option<u32>,
    /// The name that its guest was given.
    pub host_name: Option<String>,
    /// The address that its guest was given.
    pub address: Option<Ipv4Addr>,
}

impl Notes {
    /// Whether nothing is noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<Machine> for Notes {
    fn from(machine: Machine) -> Self {
        let nics = machine.guest.iter().flat_map(|guest| &guest.nics);
        let address = nics.into_iter().find_map(|nic| match &nic.addressing {
            Addressing::Static { address, .. } => Some(address.addr()),
            Addressing::Dhcp => None,
        });
        Self {
            project: machine.project,
            flavor: machine.flavor,
            lab: machine.lab,
            student: machine.student,
            origin: machine.origin,
            line: machine.template.as_ref().and_then(|mark| mark.line),
            next: machine.next.map(|next| next.version),
            template: machine.template.map(|mark| mark.version),
            host_name: machine.guest.map(|guest| guest.host_name),
            address,
        }
    }
}
