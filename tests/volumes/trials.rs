//! Each plan of pools and volumes: failures and kills at each step, and its shell lines in a second libvirt.

use lectern_model::{
    draft::pool::PoolDraft,
    storage::{ImageFormat, new_volume::NewVolume, pool::PoolKind},
    units::Bytes,
};
use lectern_services::plan::storage::{self, Way};
use lectern_test_kit::{libvirt::PrivateLibvirt, plans::Trial};

use super::{definition, pool, seen, two};

const IMAGES: &str = "/var/lib/libvirt/images";

/// Runs the lines where the test `unless` fails.
fn set_up(libvirt: &mut PrivateLibvirt, lines: &str) {
    let uri = libvirt.uri().to_owned();
    libvirt.script(&format!("v() {{ virsh -q -c '{uri}' \"$@\"; }}\n{lines}\n"));
}

#[test]
fn making_a_pool_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let draft =
            PoolDraft { name: "lab".into(), target: "/var/lib/libvirt/lab".into(), ..PoolDraft::suggested(&[]) };
        storage::make_pool(&libvirt.host_uri(), &draft.pool(storage::new_id()), true, true).unwrap()
    };
    Trial { libvirt: &mut first, set_up: &|_| (), make: &make }.run(&mut second);
}

/// A started pool `lab` that starts with its host.
fn with_lab(libvirt: &mut PrivateLibvirt) {
    set_up(
        libvirt,
        "v pool-info lab >/dev/null 2>&1 || v pool-define-as lab dir --target /var/lib/libvirt/lab\n\
         v pool-autostart lab\nv pool-info lab | grep -q 'State.*running' || v pool-start --build lab",
    );
}

#[test]
fn pools_stop_go_and_come_back() {
    let Some((mut first, mut second)) = two() else { return };
    let delete = |libvirt: &PrivateLibvirt| {
        let lab = pool(libvirt, "lab");
        storage::delete_pool(&libvirt.host_uri(), &lab, &definition(libvirt, &lab))
    };
    Trial { libvirt: &mut first, set_up: &with_lab, make: &delete }.run(&mut second);
    let stop = |libvirt: &PrivateLibvirt| {
        let lab = pool(libvirt, "lab");
        storage::stop_pool(&libvirt.host_uri(), &lab, &definition(libvirt, &lab))
    };
    Trial { libvirt: &mut first, set_up: &with_lab, make: &stop }.run(&mut second);
    let autostart =
        |libvirt: &PrivateLibvirt| storage::autostart_pool(&libvirt.host_uri(), &pool(libvirt, "lab"), false);
    Trial { libvirt: &mut first, set_up: &with_lab, make: &autostart }.run(&mut second);
    let stopped = |libvirt: &mut PrivateLibvirt| {
        with_lab(libvirt);
        libvirt.virsh(&["pool-destroy", "lab"]);
    };
    let start = |libvirt: &PrivateLibvirt| storage::start_pool(&libvirt.host_uri(), &pool(libvirt, "lab"));
    Trial { libvirt: &mut first, set_up: &stopped, make: &start }.run(&mut second);
    let refresh = |libvirt: &PrivateLibvirt| storage::refresh_pool(&libvirt.host_uri(), &pool(libvirt, "lab"));
    Trial { libvirt: &mut first, set_up: &with_lab, make: &refresh }.run(&mut second);
}

#[test]
fn volumes_are_made_in_every_format_of_libvirt() {
    let Some((mut first, mut second)) = two() else { return };
    for format in lectern_model::draft::volume::formats(PoolKind::Dir) {
        let allocated = *format == ImageFormat::Raw;
        let new = NewVolume {
            allocation: allocated.then_some(Bytes::from_mib(8)),
            ..NewVolume::thin("d", *format, Bytes::from_mib(8))
        };
        // A VDI, VMDK and VHD hold a number of their own, so no two are alike.
        if matches!(format, ImageFormat::Raw | ImageFormat::Qcow2) {
            let make = |libvirt: &PrivateLibvirt| storage::make_volume(&libvirt.host_uri(), "default", new.clone());
            let none = |libvirt: &mut PrivateLibvirt| {
                set_up(libvirt, &format!("rm -f {IMAGES}/d; v pool-refresh default"));
            };
            Trial { libvirt: &mut first, set_up: &none, make: &make }.run(&mut second);
        } else {
            super::done(&storage::make_volume(&first.host_uri(), "default", new.clone()));
            assert_eq!(seen(&first, "default", "d").volume.format, *format);
            first.virsh(&["vol-delete", "d", "--pool", "default"]);
        }
    }
}

/// A small qcow2 image with data, `d`, and no other.
fn with_disk(libvirt: &mut PrivateLibvirt) {
    set_up(
        libvirt,
        &format!(
            "rm -f {IMAGES}/*\nqemu-img create -q -f qcow2 {IMAGES}/d 16M\n\
             qemu-io -c 'write -P 7 0 1M' {IMAGES}/d >/dev/null\nv pool-refresh default"
        ),
    );
}

#[test]
fn a_volume_grows() {
    let Some((mut first, mut second)) = two() else { return };
    let grow = |libvirt: &PrivateLibvirt| {
        storage::grow(&libvirt.host_uri(), &seen(libvirt, "default", "d"), &[], Bytes::from_mib(32))
    };
    Trial { libvirt: &mut first, set_up: &with_disk, make: &grow }.run(&mut second);
}

#[test]
fn a_volume_is_copied_by_the_daemon() {
    let Some((mut first, mut second)) = two() else { return };
    let copy = |libvirt: &PrivateLibvirt| {
        let seen = seen(libvirt, "default", "d");
        let new = NewVolume::thin("copy.img", ImageFormat::Raw, seen.volume.capacity);
        storage::copy(&libvirt.host_uri(), &seen, new, Way::Daemon)
    };
    Trial { libvirt: &mut first, set_up: &with_disk, make: &copy }.run(&mut second);
}

#[test]
fn a_volume_is_overwritten_and_deleted() {
    let Some((mut first, mut second)) = two() else { return };
    let wipe = |libvirt: &PrivateLibvirt| storage::wipe(&libvirt.host_uri(), &seen(libvirt, "default", "d"));
    Trial { libvirt: &mut first, set_up: &with_disk, make: &wipe }.run(&mut second);
    let delete = |libvirt: &PrivateLibvirt| storage::delete(&libvirt.host_uri(), &seen(libvirt, "default", "d"));
    Trial { libvirt: &mut first, set_up: &with_disk, make: &delete }.run(&mut second);
}

#[test]
fn files_go_to_volumes_and_back() {
    let Some((mut first, mut second)) = two() else { return };
    let folder = tempfile::Builder::new().prefix("lectern-files").tempdir().unwrap();
    let file = folder.path().join("given.img").display().to_string();
    let bytes: Vec<u8> = (0..700_001_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&file, &bytes).unwrap();
    let none = |libvirt: &mut PrivateLibvirt| set_up(libvirt, &format!("rm -f {IMAGES}/*; v pool-refresh default"));
    let upload = |libvirt: &PrivateLibvirt| {
        storage::upload(&libvirt.host_uri(), "default", "given.img", &file, Bytes(bytes.len() as u64))
    };
    Trial { libvirt: &mut first, set_up: &none, make: &upload }.run(&mut second);
    let to = folder.path().join("got.img").display().to_string();
    let there = |libvirt: &mut PrivateLibvirt| {
        let _ = std::fs::remove_file(&to);
        set_up(libvirt, &format!("cp {file} {IMAGES}/given.img; v pool-refresh default"));
    };
    let download = |libvirt: &PrivateLibvirt| {
        storage::download(&libvirt.host_uri(), &seen(libvirt, "default", "given.img"), &to, false)
    };
    Trial { libvirt: &mut first, set_up: &there, make: &download }.run(&mut second);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "given.img" || name == "got.img"), "{left:?}");
    super::done(&storage::download(&first.host_uri(), &seen(&first, "default", "given.img"), &to, true));
    assert!(std::fs::read(&to).unwrap() == bytes, "what came back differs");
}

/// A pool `own` in a folder that both this program and the daemon see, with a disk `d` that has data and a snapshot `one`
/// of what it held before.
fn with_snapshot(libvirt: &mut PrivateLibvirt) {
    let folder = libvirt.folder().join("shared/contents").display().to_string();
    set_up(
        libvirt,
        &format!(
            "mkdir -p {folder}\nrm -f {folder}/*\nv pool-info own >/dev/null 2>&1 || {{\n\
             v pool-define-as own dir --target {folder}; v pool-start own; }}\n\
             qemu-img create -q -f qcow2 {folder}/d 4M\nqemu-io -c 'write -q -P 7 0 1M' {folder}/d\n\
             qemu-img snapshot -c one {folder}/d\nqemu-io -c 'write -q -P 9 1M 1M' {folder}/d\nv pool-refresh own"
        ),
    );
}

#[test]
fn snapshots_inside_an_image_come_and_go() {
    let Some((mut first, mut second)) = two() else { return };
    let make =
        |libvirt: &PrivateLibvirt| storage::make_snapshot(&libvirt.host_uri(), &seen(libvirt, "own", "d"), "two");
    Trial { libvirt: &mut first, set_up: &with_snapshot, make: &make }.run(&mut second);
    let apply =
        |libvirt: &PrivateLibvirt| storage::apply_snapshot(&libvirt.host_uri(), &seen(libvirt, "own", "d"), "one");
    Trial { libvirt: &mut first, set_up: &with_snapshot, make: &apply }.run(&mut second);
    let remove =
        |libvirt: &PrivateLibvirt| storage::remove_snapshot(&libvirt.host_uri(), &seen(libvirt, "own", "d"), "one");
    Trial { libvirt: &mut first, set_up: &with_snapshot, make: &remove }.run(&mut second);
}

#[test]
fn a_volume_is_copied_here_and_gets_an_overlay() {
    let Some((mut first, mut second)) = two() else { return };
    let copy = |libvirt: &PrivateLibvirt| {
        let seen = seen(libvirt, "own", "d");
        let new = NewVolume::thin("copy.vmdk", ImageFormat::Vmdk, seen.volume.capacity);
        storage::copy(&libvirt.host_uri(), &seen, new, Way::Here)
    };
    Trial { libvirt: &mut first, set_up: &with_snapshot, make: &copy }.run(&mut second);
    let overlay = |libvirt: &PrivateLibvirt| {
        let base = format!("{IMAGES}/d");
        let new = NewVolume::overlay("over.qcow2", Bytes::from_mib(32), &base, ImageFormat::Qcow2);
        storage::make_overlay(&libvirt.host_uri(), &pool(libvirt, "default"), new)
    };
    Trial { libvirt: &mut first, set_up: &with_disk, make: &overlay }.run(&mut second);
}
