//! How long it takes until QEMU runs for a machine.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use lectern_test_kit::{libvirt::PrivateLibvirt, wait};

/// The time from `begin` until QEMU runs for the machine; then the machine goes.
pub(crate) fn measure(libvirt: &PrivateLibvirt, name: &str, begin: impl FnOnce()) -> Duration {
    let start = Instant::now();
    begin();
    let wanted = format!("guest={name},");
    wait::holds("QEMU", Duration::from_secs(30), || runs(&wanted));
    let took = start.elapsed();
    libvirt.wait_state(name, "running", wait::SOON);
    // The end of virt-install is no part of the figure, but it must not meet the next one.
    libvirt.virsh(&["destroy", name]);
    let undefined = |name: &str| libvirt.virsh_command(&["undefine", name]).stderr(Stdio::null()).status();
    wait::holds("the machine to go", wait::SOON, || undefined(name).is_ok_and(|status| status.success()));
    took
}

fn runs(wanted: &str) -> bool {
    let is_it = |path: std::path::PathBuf| fs::read(path).is_ok_and(|line| contains(&line, wanted.as_bytes()));
    let pids = fs::read_dir("/proc").expect("/proc").flatten();
    pids.filter(|entry| entry.file_name().to_string_lossy().starts_with(|c: char| c.is_ascii_digit()))
        .any(|entry| is_it(entry.path().join("cmdline")))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.starts_with(b"/usr/bin/qemu-system") && text.windows(part.len()).any(|window| window == part)
}

/// The median, in milliseconds.
pub(crate) fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
