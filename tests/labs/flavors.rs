//! A lab whose machines have a flavor: each gets its second disk and its disk for swapping, and all go with it again.

use lectern_model::{
    catalog::Edit,
    draft::lab::{LabDraft, Size},
    flavor::Flavor,
};
use lectern_services::plan::make::lab;
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};

use super::{IMAGES, draft, ids, look, of_lab, plan, template};

#[test]
fn each_machine_of_a_lab_has_its_flavors_disks() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    template(&mut libvirt);
    let folder = tempfile::tempdir().expect("a folder");
    let host = Witness::connect(libvirt.uri()).host;
    let flavor = Flavor { ephemeral: 1, swap: 16, ..Flavor::new("z", "zz", 2, 64, 0) };
    answer(host.change_catalog(Edit::AddFlavor(flavor.clone()))).expect("a change");
    let before = libvirt.photograph();
    let source = look(&libvirt);
    let draft = LabDraft { size: Size::Flavor(flavor), ..draft(&source, "n{1..2}", "") };
    plans::must(&plan(&source, &draft), folder.path());
    for name in ["n1", "n2"] {
        let xml = libvirt.virsh(&["dumpxml", name]);
        for part in ["<lectern:flavor>zz<", ">2</vcpu>", &format!("{name}-ephemeral.qcow2"), "lectern-swap"] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
        let swap = libvirt.sh(&format!("dd if={IMAGES}/{name}-swap.img bs=1 skip=4086 count=10 status=none"));
        assert_eq!(swap.trim(), "SWAPSPACE2", "formatted");
    }
    // A reset leaves nothing of what a student wrote anywhere.
    libvirt.sh(&format!("qemu-io -c 'write -q -P 9 0 1M' {IMAGES}/n1-ephemeral.qcow2 >/dev/null"));
    let (_, found) = of_lab(&libvirt);
    let reset = answer(lab::reset(&host, "monday", &ids(&found), false)).expect("a plan");
    plans::must(&reset, folder.path());
    let xml = libvirt.virsh(&["dumpxml", "n1"]);
    assert!(xml.contains("n1-swap-2.img") && xml.contains("n1-ephemeral-2.qcow2"), "{xml}");
    let swap = libvirt.sh(&format!("dd if={IMAGES}/n1-swap-2.img bs=1 skip=4086 count=10 status=none"));
    assert_eq!(swap.trim(), "SWAPSPACE2", "formatted anew");
    let written = libvirt.sh(&format!("qemu-img map {IMAGES}/n1-ephemeral-2.qcow2 | grep -c ephemeral || true"));
    assert_eq!(written.trim(), "0", "empty");
    assert!(!libvirt.sh(&format!("ls {IMAGES}")).contains("n1-ephemeral.qcow2"));
    let gone = answer(lab::delete(&host, "monday", &ids(&found))).expect("a plan");
    plans::must(&gone, folder.path());
    assert_eq!(libvirt.photograph(), before, "its flavor's disks went too");
}
