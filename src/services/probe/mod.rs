//! Does KVM really boot a guest here, and with which CPU? Found out by booting one: a tiny one of our own.
//!
//! There are computers where `/dev/kvm` opens, libvirt calls KVM usable, and a Linux guest still dies in its first second,
//! or QEMU aborts for `host-passthrough`. So the probe starts [`GUEST`] with each CPU of [`Candidate::ORDER`] and looks
//! how it ends. Where none boots, the same guest runs under emulation: only if it is well there is KVM to blame.
//!
//! Nothing stays: the machine is transient and dies with the connection that made it; its disk is a volume of a mebibyte,
//! deleted at once, and by a later probe where this program was killed. Probe machines are kept out of every list
//! ([`is_probe`]): by the prefix of their name, which costs nothing, and then by [`NAMESPACE`] in their metadata.

mod cache;
mod disk;
mod machine;
mod report;
mod run;

use virt::connect::Connect;

pub use self::report::{Attempt, Candidate, Fate, Obstacle, Report, Verdict};
pub(crate) use self::{
    cache::Key,
    disk::{images, written},
    run::{News, run},
};
use crate::libvirt::ffi::{codes, error::checked};

/// The guest: a boot sector and seven more, made from `guest.S`.
pub const GUEST: &[u8] = include_bytes!("guest.bin");

/// How the names of probe machines, and of their disks, begin.
pub const PREFIX: &str = "lectern-probe-";

/// The namespace of the element in a probe machine's metadata.
pub const NAMESPACE: &str = "urn:lectern:probe:1";

/// Whether the machine of this name is one of a probe's, ours or another Lectern's; one that has just gone is, too.
pub(crate) fn is_probe(connect: &Connect, name: &str) -> bool {
    if !name.starts_with(PREFIX) {
        return false;
    }
    let Ok(domain) = checked(connect.lookup_domain_by_name(name)) else { return true };
    let element = virt_sys::VIR_DOMAIN_METADATA_ELEMENT.cast_signed();
    let metadata = checked(domain.metadata(element, Some(NAMESPACE), 0));
    metadata.map_or_else(|error| error.code != codes::NO_DOMAIN_METADATA, |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{path::Path, process::Command};

    #[test]
    fn the_guest_is_a_boot_sector_and_seven_more() {
        assert_eq!(GUEST.len(), 8 * 512);
        assert_eq!(GUEST[510..512], [0x55, 0xaa]);
    }

    /// Runs a tool; `false` where it is not there.
    fn tool(program: &str, args: &[&Path]) -> bool {
        match Command::new(program).args(args).status() {
            Ok(status) => {
                assert!(status.success(), "{program} failed");
                true
            }
            Err(_) => false,
        }
    }

    #[test]
    fn the_checked_in_guest_is_what_its_source_says() {
        let folder = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("probe/guest.S");
        let [object, linked, flat] = ["o", "elf", "bin"].map(|end| folder.path().join("guest").with_extension(end));
        let at = Path::new;
        let made = tool("as", &[at("--64"), &source, at("-o"), &object])
            && tool("ld", &[at("-Ttext"), at("0x7c00"), at("-o"), &linked, &object])
            && tool("objcopy", &[at("-O"), at("binary"), &linked, &flat]);
        if !made || !cfg!(target_arch = "x86_64") {
            println!("skipped: no assembler for x86-64 here");
            return;
        }
        assert!(std::fs::read(flat).unwrap() == GUEST, "guest.bin is not made from guest.S");
    }
}
