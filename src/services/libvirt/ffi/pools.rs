//! Which kinds of storage pools a host offers; virt has no call for it.
#![expect(unsafe_code, reason = "virt has no capabilities of pools")]

use std::ffi::CStr;

use virt::connect::Connect;

use super::error::failure;
use crate::libvirt::error::LibvirtError;

/// The XML of `virConnectGetStoragePoolCapabilities` (libvirt 5.2 and later).
///
/// # Errors
/// As libvirt gives it; a driver without it is such an error.
pub(crate) fn capabilities(connect: &Connect) -> Result<String, LibvirtError> {
    // SAFETY: a live connection; the answer is null or a C string of malloc's, which is ours.
    let text = unsafe { virt_sys::virConnectGetStoragePoolCapabilities(connect.as_ptr(), 0) };
    if text.is_null() {
        return Err(failure());
    }
    // SAFETY: not null, and ended by a NUL.
    let copy = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
    // SAFETY: from malloc, and given back once.
    unsafe { libc::free(text.cast()) };
    Ok(copy)
}
