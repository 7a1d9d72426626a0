//! The calling thread's last libvirt error, whole: virt drops the system's error number.
#![expect(unsafe_code, reason = "virGetLastError hands out a pointer into thread-local memory")]

use std::ffi::CStr;

use super::codes;
use crate::libvirt::error::LibvirtError;

/// Takes the result of a virt call that has just returned on this thread, with everything libvirt said.
pub(crate) fn checked<T>(result: Result<T, virt::error::Error>) -> Result<T, LibvirtError> {
    result.map_err(|error| last().unwrap_or_else(|| not_passed(error.message())))
}

/// The error of the libvirt call that has just failed on this thread.
pub(crate) fn failure() -> LibvirtError {
    last().unwrap_or_else(|| not_passed("unknown error"))
}

/// Takes the thread's last error and forgets it, so that a later failure outside libvirt is not mistaken for it.
fn last() -> Option<LibvirtError> {
    // SAFETY: the pointer is null or points into this thread's own error, valid until this thread calls libvirt again;
    // it is copied before the reset below.
    let raw = unsafe { virt_sys::virGetLastError().as_ref() }?;
    let message = if raw.message.is_null() {
        String::new()
    } else {
        // SAFETY: a message that is not null is a C string owned by the same error.
        unsafe { CStr::from_ptr(raw.message) }.to_string_lossy().into_owned()
    };
    let errno = (raw.code == codes::SYSTEM_ERROR && raw.int1 > 0).then_some(raw.int1);
    let level = i32::try_from(raw.level).unwrap_or_default();
    let error = LibvirtError { code: raw.code, domain: raw.domain, level, message, errno };
    // SAFETY: touches this thread's error only, and `raw` is not used afterwards.
    unsafe { virt_sys::virResetLastError() };
    Some(error)
}

/// virt refused an argument before it reached libvirt.
fn not_passed(message: &str) -> LibvirtError {
    LibvirtError { code: codes::INVALID_ARG, domain: 0, level: 2, message: message.to_owned(), errno: None }
}
