//! Events of virtual networks, copied to a sink; virt has none.
#![expect(unsafe_code, reason = "virt has no events of networks")]

use libc::{c_int, c_void};
use virt::connect::Connect;
use virt_sys::{virConnectPtr, virNetworkPtr};

use super::{
    error::failure,
    events::{Notice, Sink, boxed, free, tell},
};
use crate::libvirt::error::LibvirtError;

/// The registration of one connection; dropping it ends it. It holds the connection.
#[derive(Debug)]
pub(crate) struct NetworkSubscription {
    connect: Connect,
    id: c_int,
}

impl NetworkSubscription {
    /// Has `sink` told whenever a network is defined, undefined, started or stopped. libvirt has no event for a change
    /// while one runs, nor for its autostart.
    ///
    /// # Errors
    /// If the driver has no networks.
    pub(crate) fn new(connect: &Connect, sink: &Sink) -> Result<Self, LibvirtError> {
        let opaque = boxed(sink);
        // SAFETY: the connection lives as long as the answer, which holds it; the callback has the signature of the
        // event; the box belongs to libvirt from here on, which gives it back to `free` once.
        let id = unsafe {
            virt_sys::virConnectNetworkEventRegisterAny(
                connect.as_ptr(),
                std::ptr::null_mut(),
                virt_sys::VIR_NETWORK_EVENT_ID_LIFECYCLE.cast_signed(),
                Some(lifecycle()),
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

impl Drop for NetworkSubscription {
    fn drop(&mut self) {
        // A connection that is already dead refuses, after it has let go of the callback: nothing is left to do.
        // SAFETY: the connection is alive as an object, and the number came from it.
        unsafe { virt_sys::virConnectNetworkEventDeregisterAny(self.connect.as_ptr(), self.id) };
    }
}

unsafe extern "C" fn on_lifecycle(
    _connect: virConnectPtr,
    _network: virNetworkPtr,
    _event: c_int,
    _detail: c_int,
    opaque: *mut c_void,
) {
    // SAFETY: libvirt passes what was registered.
    unsafe { tell(opaque, Notice::Networks) };
}

/// The type that libvirt declares for all kinds of callbacks; it calls each with the signature of its own kind.
type Generic = unsafe extern "C" fn(virConnectPtr, virNetworkPtr, *mut c_void);

fn lifecycle() -> Generic {
    type Own = unsafe extern "C" fn(virConnectPtr, virNetworkPtr, c_int, c_int, *mut c_void);
    // SAFETY: libvirt turns it back before the call: the cast is VIR_NETWORK_EVENT_CALLBACK of its header.
    unsafe { std::mem::transmute::<Own, Generic>(on_lifecycle) }
}
