//! The labs of a host and their members, read from what is noted on its machines.

use std::net::Ipv4Addr;

use lectern_model::{
    handout,
    id::DomainId,
    identity_files::Addressing,
    metadata::{self, GuestIdentity, LabMark, Origin, Student},
    uri::HostUri,
};

use crate::{
    host::{Host, StorageError},
    plan::{Plan, Purpose, steps::StartMachines},
};

/// A lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lab {
    /// Its mark.
    pub mark: LabMark,
    /// Its machines, by name.
    pub members: Vec<LabMember>,
}

/// A machine of a lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabMember {
    /// Its key.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub student: Option<Student>,
    /// The template that its overlays lie on.
    pub origin: Option<Origin>,
    /// What its guest was told of itself.
    pub guest: Option<GuestIdentity>,
}

impl LabMember {
    /// The address that it was given; none where DHCP gives any.
    #[must_use]
    pub fn address(&self) -> Option<Ipv4Addr> {
        self.guest.as_ref()?.nics.iter().find_map(|nic| match &nic.addressing {
            Addressing::Static { address, .. } => Some(address.addr()),
            Addressing::Dhcp => None,
        })
    }

    /// Its line in the list for the class. `seen`: the address that it has now, where none was given.
    #[must_use]
    pub fn line(&self, seen: Option<String>) -> handout::Line {
        handout::Line {
            name: self.name.clone(),
            host_name: self.guest.as_ref().map(|guest| guest.host_name.clone()).unwrap_or_default(),
            student: self.student.clone(),
            address: self.address().map(|address| address.to_string()).or(seen).unwrap_or_default(),
        }
    }
}

impl Lab {
    /// The template of its machines: that of the first.
    #[must_use]
    pub fn template(&self) -> Option<&Origin> {
        self.members.iter().find_map(|member| member.origin.as_ref())
    }
}

/// All labs, by name.
///
/// # Errors
/// As the host gives it.
pub async fn labs(host: &Host) -> Result<Vec<Lab>, StorageError> {
    let mut found: Vec<Lab> = Vec::new();
    for machine in host.machines().await? {
        let notes = metadata::read(&machine.config).machine();
        let Some(mark) = notes.lab else { continue };
        let member = LabMember {
            id: machine.id,
            name: machine.name,
            student: notes.student,
            origin: notes.origin,
            guest: notes.guest,
        };
        match found.iter_mut().find(|lab| lab.mark.id == mark.id) {
            Some(lab) => lab.members.push(member),
            None => found.push(Lab { mark, members: vec![member] }),
        }
    }
    found.sort_by(|a, b| (&a.mark.name, a.mark.id).cmp(&(&b.mark.name, b.mark.id)));
    for lab in &mut found {
        lab.members.sort_by_key(|member| natural(&member.name));
    }
    Ok(found)
}

/// A name with its last number as a number, so that node10 comes after node9.
fn natural(name: &str) -> (String, u64, String) {
    let end = name.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let start = name[..end].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    let start = if name.is_char_boundary(start) { start } else { end };
    (name[..start].to_owned(), name[start..end].parse().unwrap_or(0), name[end..].to_owned())
}

/// Starts machines of a lab, one after the other, each when the host has caught its breath.
#[must_use]
pub fn start(host: &HostUri, lab: &str, machines: Vec<(DomainId, String)>) -> Plan {
    Plan::new(Purpose::StartLab(lab.to_owned()), host.clone(), vec![StartMachines { machines }.into()])
}
