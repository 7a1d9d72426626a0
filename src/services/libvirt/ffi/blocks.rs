//! The sizes of a machine's disks; virt's call drops the error.
#![expect(unsafe_code, reason = "virt's block_info answers Ok whatever libvirt said")]

use std::{ffi::CString, mem::MaybeUninit};

use virt::domain::Domain;

use super::{codes, error::failure};
use crate::libvirt::error::LibvirtError;

/// What the guest sees of a disk, and what it takes on the host, in bytes. Works whether the machine is on or not.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn sizes(domain: &Domain, target: &str) -> Result<(u64, u64), LibvirtError> {
    let Ok(target) = CString::new(target) else {
        let message = "a target holds no NUL".to_owned();
        return Err(LibvirtError { code: codes::INVALID_ARG, domain: 0, level: 2, message, errno: None });
    };
    let mut info = MaybeUninit::<virt_sys::virDomainBlockInfo>::zeroed();
    // SAFETY: a live domain, a C string that outlives the call, and room for what is written.
    let result = unsafe { virt_sys::virDomainGetBlockInfo(domain.as_ptr(), target.as_ptr(), info.as_mut_ptr(), 0) };
    if result < 0 {
        return Err(failure());
    }
    // SAFETY: three numbers, for which all zeros are a value, and which libvirt has filled.
    let info = unsafe { info.assume_init() };
    Ok((info.capacity, info.allocation))
}
