//! QEMU's user before a closed folder.

use std::path::PathBuf;

use lectern_services::disk::reach::{self, Reach};
use lectern_test_kit::witness::answer;

use super::Place;

fn starts(place: &Place) -> bool {
    let status = place.libvirt.virsh_command(&["start", "at-home"]).output();
    status.is_ok_and(|output| output.status.success())
}

pub(crate) fn a_closed_folder_is_mended_so_that_a_machine_starts(place: &mut Place) {
    place.sh("mkdir -m 700 home && mkdir -m 755 home/vm && qemu-img create -q -f qcow2 home/vm/a.qcow2 16M && chown -R 4711:4711 home");
    place.define(&[("at-home".to_owned(), place.path("home/vm/a.qcow2"))]);
    let image = place.path("home/vm/a.qcow2");
    let check = |place: &Place| answer(reach::check(&place.host, &image)).unwrap();
    let Reach::Closed(mend) = check(place) else { panic!("{:?}", check(place)) };
    assert_eq!(mend.folders, [PathBuf::from(place.path("home"))]);
    assert!(!starts(place), "QEMU got through a closed folder");
    let before = answer(mend.clone().run()).unwrap();
    assert_eq!(check(place), Reach::Open);
    assert!(starts(place), "QEMU does not get through the mended folder");
    place.libvirt.virsh(&["destroy", "at-home"]);
    before.give_back(mend.uid).unwrap();
    assert!(matches!(check(place), Reach::Closed(_)));
    assert!(!starts(place), "the folder is open for good");
    place.libvirt.virsh(&["undefine", "at-home"]);
}
