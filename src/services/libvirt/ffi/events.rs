//! Domain events and the loss of a connection, copied to a sink; virt has neither.
#![expect(unsafe_code, reason = "virt has no events")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use libc::{c_char, c_int, c_uchar, c_ulonglong, c_void};
use virt::connect::Connect;
use virt_sys::{virConnectPtr, virDomainEventID, virDomainPtr};

use lectern_model::id::DomainId;

use super::error::failure;
use crate::libvirt::error::LibvirtError;

/// What came from libvirt: only copies, nothing that refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The domain's state, name or existence may have changed; for a definition, its details too.
    Changed {
        /// Which.
        id: DomainId,
        /// Whether its XML may have changed without its state.
        details: bool,
    },
    /// Only its details may have changed: texts, devices, the guest agent.
    Touched(DomainId),
    /// A network came, went, started or stopped.
    Networks,
    /// A storage pool came, went, started, stopped or was read anew.
    Pools,
    /// The connection is gone.
    Closed,
}

/// Takes notices on the loop's thread; must neither wait nor call libvirt.
pub(crate) type Sink = Arc<dyn Fn(Notice) + Send + Sync>;

/// The registrations of one connection; dropping them ends them. They hold the connection, so they go first.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    connect: Connect,
    ids: Vec<c_int>,
    closing: bool,
}

impl Subscriptions {
    /// Has `sink` told of everything that happens on `connect`.
    ///
    /// # Errors
    /// If the driver has no life-cycle events; the other kinds are taken where they exist.
    pub(crate) fn new(connect: &Connect, sink: &Sink) -> Result<Self, LibvirtError> {
        let mut all = Self { connect: connect.clone(), ids: Vec::new(), closing: false };
        all.closing = all.register_close(sink);
        all.register(virt_sys::VIR_DOMAIN_EVENT_ID_LIFECYCLE, lifecycle(), sink)?;
        for (event, callback) in [
            (virt_sys::VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, balloon()),
            (virt_sys::VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, metadata()),
            (virt_sys::VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, agent()),
            (virt_sys::VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, device()),
            (virt_sys::VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, device()),
        ] {
            if let Err(error) = all.register(event, callback, sink) {
                tracing::debug!("no event {event}: {error}");
            }
        }
        Ok(all)
    }

    fn register(&mut self, event: virDomainEventID, callback: Generic, sink: &Sink) -> Result<(), LibvirtError> {
        let opaque = boxed(sink);
        // SAFETY: the connection lives as long as `self`; the callback has the signature of `event`; the box belongs to
        // libvirt from here on, which gives it back to `free` once.
        let id = unsafe {
            virt_sys::virConnectDomainEventRegisterAny(
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

    fn register_close(&self, sink: &Sink) -> bool {
        let opaque = boxed(sink);
        // SAFETY: as in `register`.
        let result = unsafe {
            virt_sys::virConnectRegisterCloseCallback(self.connect.as_ptr(), Some(on_close), opaque, Some(free))
        };
        if result < 0 {
            tracing::debug!("no close callback: {}", failure());
            // SAFETY: as in `register`.
            unsafe { free(opaque) };
        }
        result >= 0
    }
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        // A connection that is already dead refuses, after it has let go of the callback: nothing is left to do.
        for id in &self.ids {
            // SAFETY: the connection is alive as an object, and the number came from it.
            unsafe { virt_sys::virConnectDomainEventDeregisterAny(self.connect.as_ptr(), *id) };
        }
        if self.closing {
            // SAFETY: as above.
            unsafe { virt_sys::virConnectUnregisterCloseCallback(self.connect.as_ptr(), Some(on_close)) };
        }
    }
}

/// A box of the sink for libvirt to hold, for [`free`] to take back.
pub(super) fn boxed(sink: &Sink) -> *mut c_void {
    Box::into_raw(Box::new(Arc::clone(sink))).cast()
}

/// # Safety
/// `opaque` was made by [`boxed`], and is given back once.
pub(super) unsafe extern "C" fn free(opaque: *mut c_void) {
    // SAFETY: made by `boxed`, and given back once.
    drop(unsafe { Box::from_raw(opaque.cast::<Sink>()) });
}

/// Hands a notice to the sink behind `opaque`; a panic must not pass into C.
///
/// # Safety
/// `opaque` was made by `boxed` and is not freed during the call.
pub(super) unsafe fn tell(opaque: *mut c_void, notice: Notice) {
    // SAFETY: as the caller promises.
    let sink = unsafe { &*opaque.cast::<Sink>() };
    if catch_unwind(AssertUnwindSafe(|| sink(notice))).is_err() {
        tracing::error!("an event was dropped");
    }
}

/// The identifier of an event's domain, which is inside the pointer: no call to the daemon.
///
/// # Safety
/// `domain` is what libvirt passed to the callback that runs now.
unsafe fn id_of(domain: virDomainPtr) -> Option<DomainId> {
    let mut bytes: [c_uchar; 16] = [0; 16];
    // SAFETY: a live domain, and room for the sixteen bytes that are written.
    let result = unsafe { virt_sys::virDomainGetUUID(domain, bytes.as_mut_ptr()) };
    (result == 0).then(|| DomainId::from_bytes(bytes))
}

unsafe extern "C" fn on_close(_connect: virConnectPtr, _reason: c_int, opaque: *mut c_void) {
    // SAFETY: libvirt passes what was registered.
    unsafe { tell(opaque, Notice::Closed) };
}

unsafe extern "C" fn on_lifecycle(
    _connect: virConnectPtr,
    domain: virDomainPtr,
    event: c_int,
    _detail: c_int,
    opaque: *mut c_void,
) -> c_int {
    let details = event == virt_sys::VIR_DOMAIN_EVENT_DEFINED.cast_signed();
    // SAFETY: libvirt passes a live domain and what was registered.
    unsafe { id_of(domain).map(|id| tell(opaque, Notice::Changed { id, details })) };
    0
}

unsafe extern "C" fn on_balloon(
    _connect: virConnectPtr,
    domain: virDomainPtr,
    _actual: c_ulonglong,
    opaque: *mut c_void,
) {
    // SAFETY: as in `on_lifecycle`.
    unsafe { id_of(domain).map(|id| tell(opaque, Notice::Changed { id, details: false })) };
}

unsafe extern "C" fn on_metadata(
    _connect: virConnectPtr,
    domain: virDomainPtr,
    _kind: c_int,
    _uri: *const c_char,
    opaque: *mut c_void,
) {
    // SAFETY: as in `on_lifecycle`.
    unsafe { touched(domain, opaque) };
}

unsafe extern "C" fn on_agent(
    _connect: virConnectPtr,
    domain: virDomainPtr,
    _state: c_int,
    _reason: c_int,
    opaque: *mut c_void,
) {
    // SAFETY: as in `on_lifecycle`.
    unsafe { touched(domain, opaque) };
}

unsafe extern "C" fn on_device(
    _connect: virConnectPtr,
    domain: virDomainPtr,
    _alias: *const c_char,
    opaque: *mut c_void,
) {
    // SAFETY: as in `on_lifecycle`.
    unsafe { touched(domain, opaque) };
}

/// # Safety
/// As for `id_of` and `tell`.
unsafe fn touched(domain: virDomainPtr, opaque: *mut c_void) {
    // SAFETY: as the caller promises.
    unsafe { id_of(domain).map(|id| tell(opaque, Notice::Touched(id))) };
}

/// The type that libvirt declares for all kinds of callbacks; it calls each with the signature of its own kind.
type Generic = unsafe extern "C" fn(virConnectPtr, virDomainPtr, *mut c_void);

fn lifecycle() -> Generic {
    type Own = unsafe extern "C" fn(virConnectPtr, virDomainPtr, c_int, c_int, *mut c_void) -> c_int;
    // SAFETY: libvirt turns it back before the call: the cast is VIR_DOMAIN_EVENT_CALLBACK of its header.
    unsafe { std::mem::transmute::<Own, Generic>(on_lifecycle) }
}

fn balloon() -> Generic {
    type Own = unsafe extern "C" fn(virConnectPtr, virDomainPtr, c_ulonglong, *mut c_void);
    // SAFETY: as in `lifecycle`.
    unsafe { std::mem::transmute::<Own, Generic>(on_balloon) }
}

fn metadata() -> Generic {
    type Own = unsafe extern "C" fn(virConnectPtr, virDomainPtr, c_int, *const c_char, *mut c_void);
    // SAFETY: as in `lifecycle`.
    unsafe { std::mem::transmute::<Own, Generic>(on_metadata) }
}

fn agent() -> Generic {
    type Own = unsafe extern "C" fn(virConnectPtr, virDomainPtr, c_int, c_int, *mut c_void);
    // SAFETY: as in `lifecycle`.
    unsafe { std::mem::transmute::<Own, Generic>(on_agent) }
}

fn device() -> Generic {
    type Own = unsafe extern "C" fn(virConnectPtr, virDomainPtr, *const c_char, *mut c_void);
    // SAFETY: as in `lifecycle`.
    unsafe { std::mem::transmute::<Own, Generic>(on_device) }
}
