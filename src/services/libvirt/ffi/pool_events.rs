//! Events of storage pools, copied to a sink; virt has none.
#![expect(unsafe_code, reason = "virt has no events of pools")]

use libc::{c_int, c_void};
use virt::connect::Connect;
use virt_sys::{virConnectPtr, virStoragePoolPtr};

use super::{
    error::failure,
    events::{Notice, Sink, boxed, free, tell},
};
use crate::libvirt::error::LibvirtError;

/// The registrations of one connection; dropping them ends them. They hold the connection.
#[derive(Debug)]
pub(crate) struct PoolSubscription {
    connect: Connect,
    ids: Vec<c_int>,
}

impl PoolSubscription {
    /// Has `sink` told whenever a pool is defined, started, stopped or read anew; libvirt reads one anew after each upload
    /// to a volume of it.
    ///
    /// # Errors
    /// If the driver has no pools.
    pub(crate) fn new(connect: &Connect, sink: &Sink) -> Result<Self, LibvirtError> {
        let mut all = Self { connect: connect.clone(), ids: Vec::new() };
        all.register(virt_sys::VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, lifecycle(), sink)?;
        all.register(virt_sys::VIR_STORAGE_POOL_EVENT_ID_REFRESH, on_refresh, sink)?;
        Ok(all)
    }

    fn register(&mut self, event: u32, callback: Generic, sink: &Sink) -> Result<(), LibvirtError> {
        let opaque = boxed(sink);
        // SAFETY: the connection lives as long as `self`, which holds it; the callback has the signature of the event; the
        // box belongs to libvirt from here on, which gives it back to `free` once.
        let id = unsafe {
            virt_sys::virConnectStoragePoolEventRegisterAny(
                self.connect.as_ptr(),
                std::ptr::null_mut(),
                event.cast_signed(),
                Some(callback),
                opaque,
                Some(free),
            )
        };
        if id < 0 {
            let error = failure();
            // SAFETY: libvirt does not take the box of a registration that it refuses.
            unsafe { free(opaque) };
            return Err(error);
        }
        self.ids.push(id);
        Ok(())
    }
}

impl Drop for PoolSubscription {
    fn drop(&mut self) {
        // A connection that is already dead refuses, after it has let go of the callback: nothing is left to do.
        for id in &self.ids {
            // SAFETY: the connection is alive as an object, and the number came from it.
            unsafe { virt_sys::virConnectStoragePoolEventDeregisterAny(self.connect.as_ptr(), *id) };
        }
    }
}

unsafe extern "C" fn on_lifecycle(
    _connect: virConnectPtr,
    _pool: virStoragePoolPtr,
    _event: c_int,
    _detail: c_int,
    opaque: *mut c_void,
) {
    // SAFETY: libvirt passes what was registered.
    unsafe { tell(opaque, Notice::Pools) };
}

unsafe extern "C" fn on_refresh(_connect: virConnectPtr, _pool: virStoragePoolPtr, opaque: *mut c_void) {
    // SAFETY: libvirt passes what was registered.
    unsafe { tell(opaque, Notice::Pools) };
}

/// The type that libvirt declares for all kinds of callbacks; it calls each with the signature of its own kind.
type Generic = unsafe extern "C" fn(virConnectPtr, virStoragePoolPtr, *mut c_void);

fn lifecycle() -> Generic {
    type Own = unsafe extern "C" fn(virConnectPtr, virStoragePoolPtr, c_int, c_int, *mut c_void);
    // SAFETY: libvirt turns it back before the call: the cast is VIR_STORAGE_POOL_EVENT_CALLBACK of its header.
    unsafe { std::mem::transmute::<Own, Generic>(on_lifecycle) }
}
