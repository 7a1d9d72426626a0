//! A guest's addresses; virt's own call leaks them.
#![expect(unsafe_code, reason = "virt never calls virDomainInterfaceFree")]

use std::{ffi::CStr, net::IpAddr, ptr};

use libc::c_char;
use virt::domain::Domain;
use virt_sys::{virDomainInterface, virDomainInterfacePtr};

use lectern_model::address::{AddressSource, GuestAddress};

use super::error::failure;
use crate::libvirt::error::LibvirtError;

/// Asks one source for the addresses of an active domain. The guest agent may take seconds.
///
/// # Errors
/// As libvirt gives it; a source that does not fit the domain is such an error.
pub(crate) fn ask(domain: &Domain, source: AddressSource) -> Result<Vec<GuestAddress>, LibvirtError> {
    let raw_source = match source {
        AddressSource::Lease => virt_sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
        AddressSource::Agent => virt_sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
        AddressSource::Arp => virt_sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
    };
    let mut list: *mut virDomainInterfacePtr = ptr::null_mut();
    // SAFETY: a live domain, and a place for the list that is ours to free if the call succeeds.
    let count = unsafe { virt_sys::virDomainInterfaceAddresses(domain.as_ptr(), &raw mut list, raw_source, 0) };
    let Ok(count) = usize::try_from(count) else { return Err(failure()) };
    if list.is_null() {
        return Ok(Vec::new());
    }
    let mut addresses = Vec::new();
    for index in 0..count {
        // SAFETY: libvirt returned a list of `count` interfaces, each of which is read and then freed once.
        unsafe {
            let interface = *list.add(index);
            if let Some(interface) = interface.as_ref() {
                read(interface, source, &mut addresses);
            }
            virt_sys::virDomainInterfaceFree(interface);
        }
    }
    // SAFETY: the list itself came from malloc and is the caller's to free (virDomainInterfaceAddresses).
    unsafe { libc::free(list.cast()) };
    Ok(addresses)
}

/// # Safety
/// `interface` came from libvirt and is not yet freed.
unsafe fn read(interface: &virDomainInterface, source: AddressSource, into: &mut Vec<GuestAddress>) {
    // SAFETY: both are null or C strings of the interface.
    let (name, mac) = unsafe { (text(interface.name), text(interface.hwaddr)) };
    let count = usize::try_from(interface.naddrs).unwrap_or(0);
    if count == 0 || interface.addrs.is_null() {
        return;
    }
    // SAFETY: the interface says how many addresses it has.
    for address in unsafe { std::slice::from_raw_parts(interface.addrs, count) } {
        // SAFETY: null or a C string of the address.
        let parsed = unsafe { text(address.addr) }.and_then(|text| text.parse::<IpAddr>().ok());
        into.extend(parsed.map(|ip| GuestAddress {
            interface: name.clone().unwrap_or_default(),
            mac: mac.clone(),
            ip,
            prefix: address.prefix,
            source,
        }));
    }
}

/// # Safety
/// `pointer` is null or a C string that lives during the call.
unsafe fn text(pointer: *const c_char) -> Option<String> {
    // SAFETY: as the caller promises.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}
