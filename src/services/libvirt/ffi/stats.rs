//! Bulk statistics: one call for many domains; virt's own leaks.
#![expect(unsafe_code, reason = "virt hands out the raw list and never frees it")]

use std::{ffi::CStr, ptr};

use libc::{c_char, c_int};
use virt::{connect::Connect, domain::Domain};
use virt_sys::{virDomainPtr, virDomainStatsRecordPtr, virTypedParameter};

use lectern_model::id::DomainId;

use super::error::failure;
use crate::libvirt::{error::LibvirtError, reading::Reading};

/// Which groups are asked for, `virDomainStatsTypes` or-ed.
pub(crate) type Groups = u32;

/// State, memory and number of CPUs: what the list shows.
pub(crate) const LIST: Groups =
    virt_sys::VIR_DOMAIN_STATS_STATE | virt_sys::VIR_DOMAIN_STATS_BALLOON | virt_sys::VIR_DOMAIN_STATS_VCPU;
/// State and CPU time.
pub(crate) const CPU: Groups = virt_sys::VIR_DOMAIN_STATS_STATE | virt_sys::VIR_DOMAIN_STATS_CPU_TOTAL;
/// All that one domain's graphs need.
pub(crate) const COUNTERS: Groups = LIST
    | virt_sys::VIR_DOMAIN_STATS_CPU_TOTAL
    | virt_sys::VIR_DOMAIN_STATS_BLOCK
    | virt_sys::VIR_DOMAIN_STATS_INTERFACE;

/// A job on a domain must not hold up the answer for all: what it hides is left out.
const NOWAIT: u32 = virt_sys::VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;

/// Reads all domains, or all active ones.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn all(connect: &Connect, groups: Groups, only_active: bool) -> Result<Vec<Reading>, LibvirtError> {
    let filter = if only_active { virt_sys::VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE } else { 0 };
    let mut records: *mut virDomainStatsRecordPtr = ptr::null_mut();
    // SAFETY: a live connection, and a place for the list that is ours to free if the call succeeds.
    let count =
        unsafe { virt_sys::virConnectGetAllDomainStats(connect.as_ptr(), groups, &raw mut records, filter | NOWAIT) };
    take(records, count)
}

/// Reads some domains, which must be of one connection. A domain that is gone makes the whole call fail.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn some(domains: &[Domain], groups: Groups) -> Result<Vec<Reading>, LibvirtError> {
    if domains.is_empty() {
        return Ok(Vec::new());
    }
    // SAFETY: the pointers are used only while `domains` is borrowed.
    let pointers = domains.iter().map(|domain| unsafe { domain.as_ptr() });
    let mut list: Vec<virDomainPtr> = pointers.chain([ptr::null_mut()]).collect();
    let mut records: *mut virDomainStatsRecordPtr = ptr::null_mut();
    // SAFETY: a list of live domains that ends with null, and a place for the answer as in `all`.
    let count = unsafe { virt_sys::virDomainListGetStats(list.as_mut_ptr(), groups, &raw mut records, NOWAIT) };
    take(records, count)
}

fn take(records: *mut virDomainStatsRecordPtr, count: c_int) -> Result<Vec<Reading>, LibvirtError> {
    let Ok(count) = usize::try_from(count) else { return Err(failure()) };
    if records.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: libvirt returned a list of `count` records.
    let list = unsafe { std::slice::from_raw_parts(records, count) };
    // SAFETY: each record is whole until the list is freed below.
    let readings = list.iter().filter_map(|record| unsafe { read(*record) }).collect();
    // SAFETY: the list is ours, and nothing of it is used afterwards.
    unsafe { virt_sys::virDomainStatsRecordListFree(records) };
    Ok(readings)
}

/// # Safety
/// `record` is one of a list that libvirt returned and that is not yet freed.
unsafe fn read(record: virDomainStatsRecordPtr) -> Option<Reading> {
    // SAFETY: as the caller promises.
    let record = unsafe { record.as_ref() }?;
    // SAFETY: the record's domain is alive as long as the record.
    let (id, name) = unsafe { identity(record.dom) }?;
    let mut reading = Reading::new(id, name);
    let count = usize::try_from(record.nparams).unwrap_or(0);
    if count > 0 && !record.params.is_null() {
        // SAFETY: the record says how many parameters it has.
        for parameter in unsafe { std::slice::from_raw_parts(record.params, count) } {
            if let (Some(field), Some(value)) = (field(parameter), number(parameter)) {
                reading.take(field, value);
            }
        }
    }
    Some(reading)
}

/// Identifier and name, which are inside the pointer: no call to the daemon.
///
/// # Safety
/// `domain` is alive.
unsafe fn identity(domain: virDomainPtr) -> Option<(DomainId, String)> {
    let mut bytes = [0; 16];
    // SAFETY: room for the sixteen bytes that are written.
    if unsafe { virt_sys::virDomainGetUUID(domain, bytes.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: the name belongs to the domain, which is alive during the copy.
    let name = unsafe { virt_sys::virDomainGetName(domain).as_ref() }?;
    // SAFETY: a C string.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
    Some((DomainId::from_bytes(bytes), name))
}

fn field(parameter: &virTypedParameter) -> Option<&str> {
    let field: &[c_char; 80] = &parameter.field;
    // SAFETY: the same eighty bytes, read as unsigned; the bounds stay.
    let bytes = unsafe { std::slice::from_raw_parts(field.as_ptr().cast::<u8>(), field.len()) };
    CStr::from_bytes_until_nul(bytes).ok()?.to_str().ok()
}

/// The parameter's value, where it is a whole number that is not negative.
fn number(parameter: &virTypedParameter) -> Option<u64> {
    let value = &parameter.value;
    // SAFETY: the type says which member of the union is set.
    unsafe {
        match parameter.type_.cast_unsigned() {
            virt_sys::VIR_TYPED_PARAM_INT => u64::try_from(value.i).ok(),
            virt_sys::VIR_TYPED_PARAM_UINT => Some(u64::from(value.ui)),
            virt_sys::VIR_TYPED_PARAM_LLONG => u64::try_from(value.l).ok(),
            virt_sys::VIR_TYPED_PARAM_ULLONG => Some(value.ul),
            virt_sys::VIR_TYPED_PARAM_BOOLEAN => Some(u64::from(value.b != 0)),
            _ => None,
        }
    }
}
