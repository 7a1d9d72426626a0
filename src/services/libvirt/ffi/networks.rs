//! What a network's DHCP has given out, and how many ports it has; virt has neither.
#![expect(unsafe_code, reason = "virt has no leases and no ports of networks")]

use std::{ffi::CStr, net::IpAddr, ptr};

use libc::c_char;
use virt::network::Network;
use virt_sys::{_virNetworkDHCPLease, virNetworkDHCPLeasePtr, virNetworkPortPtr};

use lectern_model::{mac::MacAddress, network::lease::Lease};

use super::error::failure;
use crate::libvirt::error::LibvirtError;

/// What an active network's DHCP has given out.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn leases(network: &Network) -> Result<Vec<Lease>, LibvirtError> {
    let mut list: *mut virNetworkDHCPLeasePtr = ptr::null_mut();
    // SAFETY: a live network, no filter, and a place for the list that is ours to free if the call succeeds.
    let count = unsafe { virt_sys::virNetworkGetDHCPLeases(network.as_ptr(), ptr::null(), &raw mut list, 0) };
    let Ok(count) = usize::try_from(count) else { return Err(failure()) };
    let mut leases = Vec::new();
    if list.is_null() {
        return Ok(leases);
    }
    for index in 0..count {
        // SAFETY: libvirt returned a list of `count` leases, each of which is read and then freed once.
        unsafe {
            let lease = *list.add(index);
            leases.extend(lease.as_ref().and_then(|lease| read(lease)));
            virt_sys::virNetworkDHCPLeaseFree(lease);
        }
    }
    // SAFETY: the list itself came from malloc and is the caller's to free (virNetworkGetDHCPLeases).
    unsafe { libc::free(list.cast()) };
    Ok(leases)
}

/// # Safety
/// `lease` came from libvirt and is not yet freed.
unsafe fn read(lease: &_virNetworkDHCPLease) -> Option<Lease> {
    // SAFETY: each is null or a C string of the lease.
    let (ip, mac, hostname, client) =
        unsafe { (text(lease.ipaddr), text(lease.mac), text(lease.hostname), text(lease.clientid)) };
    Some(Lease {
        mac: mac.and_then(|mac| MacAddress::parse(&mac).ok()),
        ip: ip?.parse::<IpAddr>().ok()?,
        prefix: lease.prefix,
        hostname: hostname.filter(|name| !name.is_empty() && name != "*"),
        client: client.filter(|client| !client.is_empty() && client != "*"),
        expires: lease.expirytime,
    })
}

/// # Safety
/// `pointer` is null or a C string that lives during the call.
unsafe fn text(pointer: *const c_char) -> Option<String> {
    // SAFETY: as the caller promises.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}

/// How many ports guests have in an active network now.
///
/// # Errors
/// As libvirt gives it; a driver without ports is such an error.
pub(crate) fn ports(network: &Network) -> Result<usize, LibvirtError> {
    let mut list: *mut virNetworkPortPtr = ptr::null_mut();
    // SAFETY: a live network, and a place for the list that is ours to free if the call succeeds.
    let count = unsafe { virt_sys::virNetworkListAllPorts(network.as_ptr(), &raw mut list, 0) };
    let Ok(count) = usize::try_from(count) else { return Err(failure()) };
    if !list.is_null() {
        for index in 0..count {
            // SAFETY: libvirt returned a list of `count` ports, each of which is given back once.
            unsafe { virt_sys::virNetworkPortFree(*list.add(index)) };
        }
        // SAFETY: the list itself came from malloc and is the caller's to free (virNetworkListAllPorts).
        unsafe { libc::free(list.cast()) };
    }
    Ok(count)
}
