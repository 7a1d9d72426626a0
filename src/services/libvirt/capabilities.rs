//! What a host can do, asked and read on the threads of the calls.

use std::time::Duration;

use virt::connect::Connect;

use lectern_model::{
    capabilities::{Capabilities, CapabilitiesError, DomainCapabilities, VirtType},
    defaults::{HostCapabilities, machine_type},
    guest_os::GuestOs,
};

use super::{error::HostError, ffi::error::checked, handle::Host};

/// How long an answer may take. libvirt starts QEMU to learn what it can, again after each update, and more than once
/// where its user cannot open `/dev/kvm`.
const LIMIT: Duration = Duration::from_mins(2);

/// Which machines to ask for; what is left open is the host's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineKind {
    /// The architecture: `x86_64`.
    pub arch: Option<String>,
    /// The machine type: `q35`.
    pub machine: Option<String>,
    /// How they are run.
    pub virt_type: Option<VirtType>,
}

impl Host {
    /// What the host says of itself and of all that it can run.
    ///
    /// # Errors
    /// [`HostError::BadAnswer`] if it cannot be read; else as for [`Host::act`], after 2 minutes.
    pub async fn capabilities(&self) -> Result<Capabilities, HostError> {
        self.call(LIMIT, |connection| of_host(connection.connect())).await
    }

    /// What the host can give to machines of one kind.
    ///
    /// # Errors
    /// As for [`Self::capabilities`]; libvirt refuses kinds that the host does not run.
    pub async fn domain_capabilities(&self, kind: MachineKind) -> Result<DomainCapabilities, HostError> {
        self.call(LIMIT, move |connection| of_domain(connection.connect(), &kind)).await
    }

    /// All that [`lectern_model::defaults::new_machine`] wants to know of the host, for machines of the type that is
    /// right for a system. Without an architecture or a way to run, it is the host's own and the best.
    ///
    /// # Errors
    /// As for [`Self::domain_capabilities`].
    pub async fn capabilities_for(
        &self,
        os: GuestOs,
        arch: Option<String>,
        virt_type: Option<VirtType>,
    ) -> Result<HostCapabilities, HostError> {
        self.call(LIMIT, move |connection| {
            let host = of_host(connection.connect())?;
            let arch = arch.or_else(|| host.host.arch.clone());
            let virt_type = virt_type.or_else(|| host.virt_types(arch.as_deref()?).first().copied());
            let machine = arch.as_deref().zip(virt_type).and_then(|(arch, t)| machine_type(&os, &host, arch, t));
            let machine = machine.map(str::to_owned);
            let domain = of_domain(connection.connect(), &MachineKind { arch, machine, virt_type })?;
            Ok(HostCapabilities { host, domain })
        })
        .await
    }
}

fn of_host(connect: &Connect) -> Result<Capabilities, HostError> {
    read(Capabilities::parse(&checked(connect.capabilities())?))
}

fn of_domain(connect: &Connect, kind: &MachineKind) -> Result<DomainCapabilities, HostError> {
    let (arch, machine) = (kind.arch.as_deref(), kind.machine.as_deref());
    // virt gives C what it is given, and ends the program over a NUL.
    if [arch, machine].into_iter().flatten().any(|text| text.contains('\0')) {
        return Err(HostError::System("no architecture or machine type holds a NUL".to_owned()));
    }
    let virt_type = kind.virt_type.map(VirtType::as_str);
    read(DomainCapabilities::parse(&checked(connect.domain_capabilities(None, arch, machine, virt_type, 0))?))
}

fn read<T>(answer: Result<T, CapabilitiesError>) -> Result<T, HostError> {
    answer.map_err(|error| HostError::BadAnswer(error.to_string()))
}
