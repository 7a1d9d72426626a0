//! The error codes that this layer acts on, in the signed type in which libvirt reports them.

/// A code as `virError.code` holds it.
const fn code(number: virt_sys::virErrorNumber) -> i32 {
    number.cast_signed()
}

/// The connection is read-only.
pub(crate) const OPERATION_DENIED: i32 = code(virt_sys::VIR_ERR_OPERATION_DENIED);
/// The host's rules do not let this user.
pub(crate) const ACCESS_DENIED: i32 = code(virt_sys::VIR_ERR_ACCESS_DENIED);
/// There is no such domain.
pub(crate) const NO_DOMAIN: i32 = code(virt_sys::VIR_ERR_NO_DOMAIN);
/// The driver has no such function.
pub(crate) const NO_SUPPORT: i32 = code(virt_sys::VIR_ERR_NO_SUPPORT);
/// There is no such storage pool.
pub(crate) const NO_STORAGE_POOL: i32 = code(virt_sys::VIR_ERR_NO_STORAGE_POOL);
/// Something without a code of its own.
pub(crate) const INTERNAL_ERROR: i32 = code(virt_sys::VIR_ERR_INTERNAL_ERROR);
/// The operation failed, without a code of its own.
pub(crate) const OPERATION_FAILED: i32 = code(virt_sys::VIR_ERR_OPERATION_FAILED);
/// An argument cannot be passed.
pub(crate) const INVALID_ARG: i32 = code(virt_sys::VIR_ERR_INVALID_ARG);
/// No driver takes the URI.
pub(crate) const NO_CONNECT: i32 = code(virt_sys::VIR_ERR_NO_CONNECT);
/// A system call failed; its number comes along.
pub(crate) const SYSTEM_ERROR: i32 = code(virt_sys::VIR_ERR_SYSTEM_ERROR);
/// The daemon refused the user.
pub(crate) const AUTH_FAILED: i32 = code(virt_sys::VIR_ERR_AUTH_FAILED);
/// The user gave up.
pub(crate) const AUTH_CANCELLED: i32 = code(virt_sys::VIR_ERR_AUTH_CANCELLED);
/// Nobody could ask the user.
pub(crate) const AUTH_UNAVAILABLE: i32 = code(virt_sys::VIR_ERR_AUTH_UNAVAILABLE);
/// The part of libvirt that talks to the system bus, as `virError.domain` holds it.
pub(crate) const FROM_DBUS: i32 = virt_sys::VIR_FROM_DBUS.cast_signed();
/// The thing is not in a state for it, or not of a kind.
pub(crate) const OPERATION_INVALID: i32 = code(virt_sys::VIR_ERR_OPERATION_INVALID);
/// There is no such network.
pub(crate) const NO_NETWORK: i32 = code(virt_sys::VIR_ERR_NO_NETWORK);
/// There is no such volume.
pub(crate) const NO_STORAGE_VOL: i32 = code(virt_sys::VIR_ERR_NO_STORAGE_VOL);
/// A volume of that name is there already.
pub(crate) const STORAGE_VOL_EXIST: i32 = code(virt_sys::VIR_ERR_STORAGE_VOL_EXIST);
/// The domain has no such metadata.
pub(crate) const NO_DOMAIN_METADATA: i32 = code(virt_sys::VIR_ERR_NO_DOMAIN_METADATA);
