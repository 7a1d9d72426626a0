//! What becomes of domains, with libvirt's reasons; for those who wait for one machine's end.
#![expect(unsafe_code, reason = "virt has no events")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use libc::{c_int, c_uchar, c_void};
use virt::connect::Connect;
use virt_sys::{virConnectPtr, virDomainPtr};

use lectern_model::id::DomainId;

use super::error::failure;
use crate::libvirt::error::LibvirtError;

/// One event of a domain's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// Whose.
    pub(crate) id: DomainId,
    /// `virDomainEventType`.
    pub(crate) event: u32,
    /// Its detail, numbered anew for each event.
    pub(crate) detail: u32,
}

/// Takes events on the loop's thread; must neither wait nor call libvirt.
pub(crate) type Sink = Arc<dyn Fn(Life) + Send + Sync>;

/// A registration, which ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Lives {
    connect: Connect,
    id: c_int,
}

impl Lives {
    /// Has `sink` told of all domains of `connect`.
    ///
    /// # Errors
    /// If the driver has no such events.
    pub(crate) fn watch(connect: &Connect, sink: &Sink) -> Result<Self, LibvirtError> {
        type Own = unsafe extern "C" fn(virConnectPtr, virDomainPtr, c_int, c_int, *mut c_void) -> c_int;
        type Generic = unsafe extern "C" fn(virConnectPtr, virDomainPtr, *mut c_void);
        let opaque: *mut c_void = Box::into_raw(Box::new(Arc::clone(sink))).cast();
        // SAFETY: libvirt turns it back before the call: the cast is VIR_DOMAIN_EVENT_CALLBACK of its header.
        let callback = unsafe { std::mem::transmute::<Own, Generic>(on_lifecycle) };
        // SAFETY: the registration holds the connection; the callback has the signature of the event; the box belongs to
        // libvirt from here on, which gives it back to `free` once.
        let id = unsafe {
            virt_sys::virConnectDomainEventRegisterAny(
                connect.as_ptr(),
                std::ptr::null_mut(),
                virt_sys::VIR_DOMAIN_EVENT_ID_LIFECYCLE.cast_signed(),
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
        Ok(Self { connect: connect.clone(), id })
    }
}

impl Drop for Lives {
    fn drop(&mut self) {
        // A connection that is already dead refuses, after it has let go of the callback: nothing is left to do.
        // SAFETY: the connection is alive as an object, and the number came from it.
        unsafe { virt_sys::virConnectDomainEventDeregisterAny(self.connect.as_ptr(), self.id) };
    }
}

unsafe extern "C" fn free(opaque: *mut c_void) {
    // SAFETY: made by `watch`, and given back once.
    drop(unsafe { Box::from_raw(opaque.cast::<Sink>()) });
}

unsafe extern "C" fn on_lifecycle(
    _connect: virConnectPtr,
    domain: virDomainPtr,
    event: c_int,
    detail: c_int,
    opaque: *mut c_void,
) -> c_int {
    let mut bytes: [c_uchar; 16] = [0; 16];
    // SAFETY: libvirt passes a live domain, and there is room for the sixteen bytes that are written.
    if unsafe { virt_sys::virDomainGetUUID(domain, bytes.as_mut_ptr()) } == 0 {
        let life =
            Life { id: DomainId::from_bytes(bytes), event: event.cast_unsigned(), detail: detail.cast_unsigned() };
        // SAFETY: libvirt passes what was registered, which is not freed during the call.
        let sink = unsafe { &*opaque.cast::<Sink>() };
        // A panic must not pass into C.
        if catch_unwind(AssertUnwindSafe(|| sink(life))).is_err() {
            tracing::error!("an event was dropped");
        }
    }
    0
}
