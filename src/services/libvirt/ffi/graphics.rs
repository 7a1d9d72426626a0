//! A screen's socket: libvirt gives it as a bare number.
#![expect(unsafe_code, reason = "virt leaves the descriptor to its caller as a number")]

use std::os::fd::{FromRawFd, OwnedFd};

use virt::domain::Domain;

use super::error::checked;
use crate::libvirt::error::LibvirtError;

/// Opens a connection to a domain's screen, past its password: libvirt's own rules have let the user in.
///
/// # Errors
/// As libvirt gives it; it passes descriptors only on its own computer.
pub(crate) fn open(domain: &Domain, screen: u32) -> Result<OwnedFd, LibvirtError> {
    let number = checked(domain.open_graphics_fd(screen, virt_sys::VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH))?;
    // SAFETY: libvirt has just made this descriptor for its caller, which is to close it (virDomainOpenGraphicsFD).
    Ok(unsafe { OwnedFd::from_raw_fd(number.cast_signed()) })
}
