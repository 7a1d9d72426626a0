//! A lab whose guests have cloud-init: each machine gets a small disc of its own, and the discs go with the lab.

use lectern_model::draft::lab::{GuestWish, LabDraft, WayChoice};
use lectern_services::plan::make::lab;
use lectern_test_kit::{libvirt::PrivateLibvirt, plans, witness::answer};

use super::{IMAGES, draft, ids, look, of_lab, plan, template};

#[test]
fn each_machine_has_a_disc_for_cloud_init() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let before = libvirt.photograph();
    let (source, folder) = (look(&libvirt), tempfile::tempdir().expect("a folder"));
    let guest = GuestWish {
        way: WayChoice::CloudInit,
        hosts: true,
        fixed: true,
        password: "geheim".into(),
        ..GuestWish::default()
    };
    let plan = plan(&source, &LabDraft { guest, ..draft(&source, "n{1..2}", "") });
    let shown = format!("{plan:?} {}", plan.commands().iter().map(ToString::to_string).collect::<String>());
    assert!(!shown.contains("geheim"), "{shown}");
    plans::must(&plan, folder.path());
    for n in [1, 2] {
        let xml = libvirt.virsh(&["dumpxml", &format!("n{n}")]);
        assert!(xml.contains(&format!("n{n}-seed.iso")) && xml.contains("<readonly/>"), "{xml}");
        let disc = libvirt.sh(&format!("strings {IMAGES}/n{n}-seed.iso"));
        for part in ["CIDATA", &format!("local-hostname: n{n}"), "192.168.1.2  n2", &format!("192.168.1.{n}/24"), "$6$"]
        {
            assert!(disc.contains(part), "{part} is not in {disc}");
        }
    }
    let (witness, found) = of_lab(&libvirt);
    plans::must(&answer(lab::delete(&witness.host, "monday", &ids(&found))).expect("a plan"), folder.path());
    assert_eq!(libvirt.photograph(), before);
}
