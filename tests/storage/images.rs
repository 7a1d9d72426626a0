//! What the wizard is told of a path.

use lectern_model::draft::import::{DiskFault, DiskInfo, DiskUser, UserRole};
use lectern_model::storage::{Content, Fault, ImageFormat, chain::Unread};
use lectern_model::units::Bytes;
use lectern_services::{
    disk::{
        Cancel, draft,
        probe::{self, Probe, Warning},
        reach::Reach,
        space,
    },
    disk_access::{FileKind, How},
    host::Copying,
};
use lectern_test_kit::witness::answer;

use super::Place;

fn disk(place: &Place, name: &str) -> Result<DiskInfo, DiskFault> {
    answer(draft::disk(&place.host, &place.path(name), &Copying::new())).unwrap().found
}

fn probe(place: &Place, name: &str) -> Probe {
    answer(probe::probe(&place.host, &place.path(name), &Cancel::default()))
}

pub(crate) fn what_is_there_is_told(place: &mut Place) {
    place.sh(
        "mkdir out/folder && qemu-img create -q -f vmdk out/vm.vmdk 32M && qemu-img create -q -f vdi out/vm.img 32M && \
              qemu-img snapshot -c first out/used.qcow2 && mkfifo out/pipe",
    );
    let used = probe(place, "out/used.qcow2");
    assert!(used.is_usable() && used.warnings.is_empty(), "{used:?}");
    assert_eq!(used.info().map(|info| info.snapshots.names.clone()), Some(vec!["first".to_owned()]));
    assert_eq!(used.chain.bases()[0].path, place.path("a/base2.qcow2"));
    let facts = answer(probe::facts(&place.host, &place.path("a/base2.qcow2"), &Cancel::default())).unwrap();
    assert_eq!((facts.holders.len(), facts.reach, facts.free.is_some()), (1, Reach::Open, true));
    let look = used.look.unwrap();
    assert_eq!((look.how, look.kind), (How::Direct, FileKind::File));
    let vmdk = probe(place, "out/vm.vmdk");
    assert_eq!(vmdk.warnings, [Warning::ConvertFirst(ImageFormat::Vmdk)]);
    assert_eq!(vmdk.info().map(|info| info.virtual_size.0), Some(32 << 20));
    assert_eq!(
        probe(place, "out/vm.img").info().map(|info| info.format),
        Some(ImageFormat::Vdi),
        "whatever the name says"
    );
    assert_eq!(probe(place, "out/folder").look, Err(Unread::NotAFile));
    assert_eq!(probe(place, "out/pipe").look, Err(Unread::NotAFile));
    let missing = probe(place, "out/nothing.qcow2");
    assert_eq!(missing.look, Err(Unread::Missing));
    assert!(!missing.is_usable());
    assert_eq!(probe(place, "nowhere/at/all").look, Err(Unread::Missing));
    let base = disk(place, "a/base2.qcow2").unwrap();
    assert_eq!((base.format, base.virtual_size, base.writable), (ImageFormat::Qcow2, Bytes(64 << 20), Some(true)));
    assert_eq!(base.users, [DiskUser { machine: "outside".into(), role: UserRole::Base, active: false }]);
    let above = disk(place, "a/node30.qcow2").unwrap();
    let template = place.path("a/.cent7.img");
    assert_eq!(above.bases, [(template.clone(), ImageFormat::Qcow2)]);
    let role = UserRole::WritesBase(template);
    assert_eq!(above.users, [DiskUser { machine: "template".into(), role, active: false }]);
    let pools = answer(draft::pools(&place.host)).unwrap();
    assert!(pools.iter().any(|pool| pool.active && pool.volumes.contains(".cent7.img")), "{pools:?}");
    for folder in ["a", "out/not/yet"] {
        assert!(answer(space::free(&place.host, &place.path(folder))).unwrap().is_some_and(|free| free.0 > 0));
    }
}

pub(crate) fn broken_images_are_told(place: &mut Place) {
    place.sh(
        "cd out && printf '课程\\n第一天\\n' >notes.qcow2 && : >empty.qcow2 && gzip -c notes.qcow2 >packed.img && \
         qemu-img create -q -f qcow2 whole.qcow2 8M && qemu-io -c 'write -P 7 0 4M' whole.qcow2 >/dev/null && \
         head -c 3000000 whole.qcow2 >cut.qcow2 && head -c 100000 whole.qcow2 >short.qcow2 && \
         head -c 60 whole.qcow2 >stump.qcow2 && \
         qemu-img create -q -f qcow2 one.qcow2 8M && qemu-img create -q -f qcow2 -F qcow2 -b one.qcow2 two.qcow2 && \
         qemu-img rebase -u -f qcow2 -F qcow2 -b two.qcow2 one.qcow2 && \
         qemu-img create -q -f qcow2 gone.qcow2 8M && qemu-img create -q -f qcow2 -F qcow2 -b gone.qcow2 left.qcow2 && \
         rm gone.qcow2 && truncate -s 8M blank.raw",
    );
    let notes = probe(place, "out/notes.qcow2");
    assert!(notes.warnings.contains(&Warning::NotADisk(Content::Text)) && !notes.is_usable(), "{notes:?}");
    assert_eq!(probe(place, "out/empty.qcow2").warnings, [Warning::NotADisk(Content::Empty)]);
    assert!(matches!(probe(place, "out/packed.img").warnings[..], [Warning::NotADisk(Content::Packed(_))]));
    assert_eq!(probe(place, "out/blank.raw").warnings, [Warning::Blank]);
    assert!(probe(place, "out/whole.qcow2").is_usable());
    for cut in ["out/cut.qcow2", "out/short.qcow2"] {
        let cut = probe(place, cut);
        assert!(matches!(cut.chain.faults[..], [Fault::CutOff { .. }]) && !cut.is_usable(), "{cut:?}");
    }
    let stump = probe(place, "out/stump.qcow2");
    assert!(matches!(&stump.chain.faults[..], [Fault::Unreadable { why: Unread::Damaged, .. }]), "{stump:?}");
    let looping = probe(place, "out/two.qcow2");
    assert_eq!(looping.chain.faults, [Fault::Loop { path: place.path("out/two.qcow2") }]);
    let broken = probe(place, "out/left.qcow2");
    let (path, wanted_by) = (place.path("out/gone.qcow2"), Some(place.path("out/left.qcow2")));
    assert_eq!(broken.chain.faults, [Fault::Missing { path, wanted_by }]);
    for (name, expected) in [
        ("out/nothing", DiskFault::Missing),
        ("out/folder", DiskFault::Folder),
        ("out/pipe", DiskFault::Special),
        ("out/empty.qcow2", DiskFault::Empty),
        ("out/notes.qcow2", DiskFault::NotADisk(Content::Text)),
        ("out/two.qcow2", DiskFault::ChainLoops(place.path("out/two.qcow2"))),
        ("out/left.qcow2", DiskFault::BaseMissing(place.path("out/gone.qcow2"))),
        ("out/stump.qcow2", DiskFault::Damaged),
    ] {
        assert_eq!(disk(place, name), Err(expected), "{name}");
    }
    let cut = disk(place, "out/cut.qcow2");
    assert!(
        matches!(cut, Err(DiskFault::Truncated { has: Bytes(3_000_000), needs }) if needs > Bytes(3_000_000)),
        "{cut:?}"
    );
    place.sh("rm -r out/*");
}
