//! The host's own CPU and memory counters, each in one call; virt has neither.
#![expect(unsafe_code, reason = "virt has no node statistics")]

use std::{ffi::CStr, ptr, time::Duration};

use libc::{c_char, c_int};
use virt::connect::Connect;
use virt_sys::{virNodeCPUStats, virNodeMemoryStats};

use lectern_model::{stats::HostCounters, units::KiB};

use super::{codes, error::failure};
use crate::libvirt::error::LibvirtError;

/// Reads both; what the driver cannot tell is left out.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn counters(connect: &Connect) -> Result<HostCounters, LibvirtError> {
    let cpu = told(cpu(connect))?.unwrap_or_default();
    let memory = told(memory(connect))?.unwrap_or_default();
    Ok(HostCounters { cpu: times(&cpu), memory: used(&memory) })
}

/// Nothing where the driver has no such call.
fn told<T>(result: Result<T, LibvirtError>) -> Result<Option<T>, LibvirtError> {
    match result {
        Ok(told) => Ok(Some(told)),
        Err(error) if error.code == codes::NO_SUPPORT => Ok(None),
        Err(error) => Err(error),
    }
}

/// Values under libvirt's names for them.
type Values = Vec<(String, u64)>;

fn value(values: &Values, name: &str) -> Option<u64> {
    values.iter().find(|(field, _)| field == name).map(|(_, value)| *value)
}

/// Time at work, and all time, over all CPUs (virNodeGetCPUStats: nanoseconds).
fn times(values: &Values) -> Option<(Duration, Duration)> {
    let nanos = |name| value(values, name).map(Duration::from_nanos);
    let busy = nanos("kernel")? + nanos("user")? + nanos("intr").unwrap_or_default();
    Some((busy, busy + nanos("idle")? + nanos("iowait").unwrap_or_default()))
}

/// Memory in use without the caches, and all of it (virNodeGetMemoryStats: kibibytes).
fn used(values: &Values) -> Option<(KiB, KiB)> {
    let total = value(values, "total")?;
    let spare = ["free", "buffers", "cached"].into_iter().filter_map(|name| value(values, name)).sum();
    Some((KiB(total.saturating_sub(spare)), KiB(total)))
}

fn cpu(connect: &Connect) -> Result<Values, LibvirtError> {
    let all = virt_sys::VIR_NODE_CPU_STATS_ALL_CPUS;
    let mut count: c_int = 0;
    // SAFETY: a live connection; without a list only the count is written.
    if unsafe { virt_sys::virNodeGetCPUStats(connect.as_ptr(), all, ptr::null_mut(), &raw mut count, 0) } < 0 {
        return Err(failure());
    }
    let empty = virNodeCPUStats { field: [0; 80], value: 0 };
    let mut list = vec![empty; usize::try_from(count).unwrap_or(0)];
    // SAFETY: as above, and a list of `count` records to be written.
    if unsafe { virt_sys::virNodeGetCPUStats(connect.as_ptr(), all, list.as_mut_ptr(), &raw mut count, 0) } < 0 {
        return Err(failure());
    }
    Ok(list.iter().filter_map(|one| Some((name(&one.field)?, one.value))).collect())
}

fn memory(connect: &Connect) -> Result<Values, LibvirtError> {
    let all = virt_sys::VIR_NODE_MEMORY_STATS_ALL_CELLS;
    let mut count: c_int = 0;
    // SAFETY: as in `cpu`.
    if unsafe { virt_sys::virNodeGetMemoryStats(connect.as_ptr(), all, ptr::null_mut(), &raw mut count, 0) } < 0 {
        return Err(failure());
    }
    let empty = virNodeMemoryStats { field: [0; 80], value: 0 };
    let mut list = vec![empty; usize::try_from(count).unwrap_or(0)];
    // SAFETY: as in `cpu`.
    if unsafe { virt_sys::virNodeGetMemoryStats(connect.as_ptr(), all, list.as_mut_ptr(), &raw mut count, 0) } < 0 {
        return Err(failure());
    }
    Ok(list.iter().filter_map(|one| Some((name(&one.field)?, one.value))).collect())
}

fn name(field: &[c_char; 80]) -> Option<String> {
    // SAFETY: the same eighty bytes, read as unsigned; the bounds stay.
    let bytes = unsafe { std::slice::from_raw_parts(field.as_ptr().cast::<u8>(), field.len()) };
    Some(CStr::from_bytes_until_nul(bytes).ok()?.to_str().ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(list: &[(&str, u64)]) -> Values {
        list.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    #[test]
    fn caches_are_no_use_and_waiting_is_no_work() {
        let memory = values(&[("total", 1000), ("free", 100), ("buffers", 50), ("cached", 250)]);
        assert_eq!(used(&memory), Some((KiB(600), KiB(1000))));
        let cpu = values(&[("kernel", 1), ("user", 2), ("idle", 5), ("iowait", 2)]);
        assert_eq!(times(&cpu), Some((Duration::from_nanos(3), Duration::from_nanos(10))));
        assert_eq!((times(&values(&[])), used(&values(&[]))), (None, None));
    }
}
