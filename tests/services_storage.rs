//! Storage on a real libvirt: who needs which file, what root's images are to a plain member of the group, bad input,
//! mended rights, and copies. One libvirt for all of it.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[path = "storage/class.rs"]
mod class;
#[path = "storage/images.rs"]
mod images;
#[path = "storage/member.rs"]
mod member;
#[path = "storage/rights.rs"]
mod rights;
#[path = "storage/writing.rs"]
mod writing;

use std::{fs, path::PathBuf};

use lectern_model::storage::Pool;
use lectern_services::host::Host;
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    witness::{Witness, answer},
};

/// A private libvirt with two pools, `a` and `b`, and a folder beside them.
struct Place {
    libvirt: PrivateLibvirt,
    host: Host,
}

impl Place {
    fn make() -> Option<Self> {
        let group = ["--libvirtd-conf", "unix_sock_group = \"libvirt\""];
        let mut libvirt = PrivateLibvirt::with(&group)?;
        let folder = libvirt.folder().display().to_string();
        libvirt.sh(&format!("cd {folder} && mkdir -m 755 a b out"));
        for pool in ["a", "b"] {
            libvirt.virsh(&["pool-define-as", pool, "dir", "--target", &format!("{folder}/{pool}")]);
            libvirt.virsh(&["pool-start", pool]);
        }
        let host = Witness::connect(libvirt.uri()).host.clone();
        Some(Self { libvirt, host })
    }

    fn path(&self, name: &str) -> String {
        self.libvirt.folder().join(name).display().to_string()
    }

    /// Runs a shell line in the private folder.
    fn sh(&mut self, line: &str) -> String {
        let folder = self.path("");
        self.libvirt.sh(&format!("cd {folder} && {line}"))
    }

    fn pool(&self, name: &str) -> Pool {
        answer(self.host.pools()).unwrap().into_iter().find(|pool| pool.name == name).unwrap()
    }

    /// Defines machines on one disk each.
    fn define(&mut self, machines: &[(String, String)]) {
        let mut lines = Vec::new();
        for (name, disk) in machines {
            let file = PathBuf::from(self.path(&format!("{name}.xml")));
            fs::write(&file, domain(name, disk, "")).unwrap();
            lines.push(format!("define {}", file.display()));
        }
        self.libvirt.virsh(&[&lines.join("; ")]);
    }

    fn pools(&self) -> String {
        self.libvirt.virsh(&["pool-list", "--all", "--name"])
    }
}

fn domain(name: &str, disk: &str, devices: &str) -> String {
    format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><disk type='file' device='disk'>\
         <driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>{devices}\
         <controller type='usb' model='none'/></devices></domain>"
    )
}

/// What a large class costs; only nonsense fails.
#[test]
#[ignore = "a measurement: run it alone"]
fn how_long_a_large_inventory_takes() {
    let Some(mut place) = Place::make() else { return };
    place.sh("qemu-img create -q -f qcow2 a/base 64M && qemu-img create -q -f qcow2 -F qcow2 -b base a/n0 && \
              cd a && for n in $(seq 1 1000); do cp n0 n$n; done");
    place.define(&(0..300).map(|n| (format!("node{n}"), place.path(&format!("a/n{n}")))).collect::<Vec<_>>());
    for _ in 0..3 {
        let started = std::time::Instant::now();
        let stock = answer(lectern_services::disk::inventory::take(&place.host)).unwrap();
        println!("1000 overlays and 300 machines: {:?}", started.elapsed());
        let started = std::time::Instant::now();
        assert_eq!(stock.map.holders(&place.path("a/base")).len(), 1001);
        println!("who needs their base: {:?}", started.elapsed());
    }
}

#[test]
fn storage_of_a_real_libvirt() {
    let Some(mut place) = Place::make() else { return };
    let before = place.pools();
    class::a_base_of_many_with_an_orphan_last_is_locked(&mut place);
    class::overlays_outside_of_pools_and_chains_through_two_are_seen(&mut place);
    class::what_belongs_to_a_machine_is_found(&mut place);
    images::what_is_there_is_told(&mut place);
    images::broken_images_are_told(&mut place);
    writing::volumes_are_made_once_and_removed_once(&mut place);
    writing::copies_are_whole_or_not_there(&mut place);
    rights::a_closed_folder_is_mended_so_that_a_machine_starts(&mut place);
    member::a_member_of_the_group_sees_roots_images(&mut place);
    assert_eq!(place.pools(), before, "a pool that was made to look into a folder stayed");
}
