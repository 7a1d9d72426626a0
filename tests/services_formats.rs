//! Disks of other hypervisors: what is found in them, and that a machine's copy holds the same.
#![expect(clippy::panic, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use lectern_model::{
    capabilities::VirtType,
    draft::{
        Bound as _, Severity,
        import::{DiskFault, Facts, ImportDraft, Source, Usage, problems},
        machine::{NetworkChoice, Wishes},
    },
    guest_os::GuestOs,
    storage::ImageFormat,
    units::KiB,
};
use lectern_services::{
    disk::{Cancel, draft},
    making, plan,
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};

/// A pool in a folder that is the same inside and outside, and in it a disk of each format with the same content.
fn set_up(libvirt: &mut PrivateLibvirt, formats: &[&str]) -> String {
    let folder = libvirt.folder().join("shared").to_string_lossy().into_owned();
    let uri = libvirt.uri().to_owned();
    let convert = |format: &&str| format!("qemu-img convert -q -O {format} {folder}/raw.img {folder}/{format}.disk\n");
    let convert: String = formats.iter().map(convert).collect();
    libvirt.script(&format!(
        "mkdir -p {folder}\nqemu-img create -q -f raw {folder}/raw.img 16M\n\
         qemu-io -f raw -c 'write -q -P 7 0 3M' -c 'write -q -P 9 9M 1M' {folder}/raw.img\n{convert}\
         virsh -q -c '{uri}' 'pool-define-as shared dir --target {folder}; pool-start shared'\n"
    ));
    folder
}

/// The draft of a machine on a copy of what is at `path`, and the plan for it.
fn planned(witness: &Witness, path: &str, name: &str) -> plan::Plan {
    let found = answer(draft::disk(&witness.host, path, &Cancel::default())).expect("an answer");
    let disk = found.found.clone().unwrap_or_else(|fault| panic!("{path}: {fault:?}"));
    let facts = Facts { disk: Some(found), ..Facts::default() };
    let mut draft = ImportDraft::new(&Wishes::default(), &facts);
    draft.choose_source(Some(Source::File(path.to_owned())), &facts);
    draft.suggest_usage(&facts);
    draft.suggest_appliance(&disk, &facts);
    assert_eq!(draft.usage, Usage::Copy, "{name}");
    draft.pool = Some("shared".into());
    name.clone_into(&mut draft.machine.name);
    (draft.machine.way, draft.machine.network) = (VirtType::Qemu, NetworkChoice::Unplugged);
    answer(making::plan_import(&witness.host, draft, disk, GuestOs::unknown())).expect("a plan").plan
}

#[test]
fn what_is_packed_is_unpacked_into_the_copy() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let folder = set_up(&mut libvirt, &["qcow2"]);
    let witness = Witness::connect(libvirt.uri());
    // How all four are unpacked, `disk::wrapped` tests; here it is what comes of it.
    for (program, from) in [("gzip", "qcow2.disk"), ("xz", "raw.img")] {
        libvirt.sh(&format!("{program} -kf -c {folder}/{from} > {folder}/{program}.packed"));
        let plan = planned(&witness, &format!("{folder}/{program}.packed"), &format!("{program}-machine"));
        plans::must(&plan, journals.path());
        libvirt.sh(&format!("qemu-img compare {folder}/raw.img {folder}/{program}-machine.qcow2"));
        // The lines give the same, here where the plan has made it.
        libvirt.sh(&format!("mv {folder}/{program}-machine.qcow2 {folder}/ours"));
        let lines: Vec<String> = plan.commands().iter().map(ToString::to_string).take(3).collect();
        libvirt.script(&lines.join("\n"));
        libvirt.sh(&format!("qemu-img compare {folder}/ours {folder}/{program}-machine.qcow2"));
        assert_eq!(libvirt.sh(&format!("ls -A {folder} | grep -c unpacked || true")).trim(), "0", "{program}");
    }
}

const OVF: &str = r#"<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
  <References><File ovf:href="one.vmdk" ovf:id="f1"/><File ovf:href="two.vmdk.gz" ovf:id="f2" ovf:compression="gzip"/></References>
  <DiskSection><Disk ovf:capacity="16777216" ovf:diskId="d1" ovf:fileRef="f1"/><Disk ovf:capacity="16777216" ovf:diskId="d2" ovf:fileRef="f2"/></DiskSection>
  <VirtualSystem ovf:id="cent7"><VirtualHardwareSection>
    <Item><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
    <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>64</rasd:VirtualQuantity></Item>
    <Item><rasd:HostResource>ovf:/disk/d1</rasd:HostResource><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ResourceType>17</rasd:ResourceType></Item>
    <Item><rasd:HostResource>ovf:/disk/d2</rasd:HostResource><rasd:AddressOnParent>1</rasd:AddressOnParent><rasd:ResourceType>17</rasd:ResourceType></Item>
  </VirtualHardwareSection></VirtualSystem></Envelope>"#;

#[test]
fn an_appliance_becomes_a_machine_with_all_its_disks() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let folder = set_up(&mut libvirt, &[]);
    let witness = Witness::connect(libvirt.uri());
    libvirt.script(&format!(
        "mkdir {folder}/a && cd {folder}/a && qemu-img convert -q -O vmdk -o subformat=streamOptimized ../raw.img one.vmdk\n\
         qemu-img create -q -f raw ../two.img 16M && qemu-io -f raw -c 'write -q -P 5 2M 1M' ../two.img\n\
         qemu-img convert -q -O vmdk -o subformat=streamOptimized ../two.img two.vmdk && gzip two.vmdk\n\
         cat > cent7.ovf <<'EOF'\n{OVF}\nEOF\ntar -cf ../cent7.ova cent7.ovf one.vmdk two.vmdk.gz"
    ));
    for (path, name) in [("cent7.ova", "archive"), ("a/cent7.ovf", "folder")] {
        let plan = planned(&witness, &format!("{folder}/{path}"), name);
        plans::must(&plan, journals.path());
        libvirt.script(&format!(
            "qemu-img compare {folder}/raw.img {folder}/{name}.qcow2\n\
             qemu-img compare {folder}/two.img {folder}/{name}-disk2.qcow2"
        ));
        let xml = libvirt.virsh(&["dumpxml", name]);
        assert!(xml.contains(&format!("{name}-disk2.qcow2")) && xml.contains("bus='sata'"), "{xml}");
        assert!(xml.contains("<memory unit='KiB'>65536<"), "{xml}");
    }
    for (change, is_right) in [
        (
            "sed s/two.vmdk.gz/gone.vmdk.gz/",
            (|fault| matches!(fault, DiskFault::Member { .. })) as fn(&DiskFault) -> bool,
        ),
        ("sed s,one.vmdk,../raw.img,", |fault| matches!(fault, DiskFault::Member { .. })),
        ("head -c 400", |fault| matches!(fault, DiskFault::NoAppliance(_))),
    ] {
        libvirt.sh(&format!("{change} < {folder}/a/cent7.ovf > {folder}/a/bad.ovf"));
        let found = answer(draft::disk(&witness.host, &format!("{folder}/a/bad.ovf"), &Cancel::default()));
        let fault = found.expect("an answer").found.expect_err("a fault");
        assert!(is_right(&fault), "{change}: {fault:?}");
    }
}

#[test]
fn a_copy_of_another_hypervisors_disk_holds_the_same() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let folder = set_up(&mut libvirt, &["vmdk", "vdi", "vpc", "vhdx"]);
    let witness = Witness::connect(libvirt.uri());
    for (name, format) in
        [("vmdk", ImageFormat::Vmdk), ("vdi", ImageFormat::Vdi), ("vpc", ImageFormat::Vhd), ("vhdx", ImageFormat::Vhdx)]
    {
        let path = format!("{folder}/{name}.disk");
        let found = answer(draft::disk(&witness.host, &path, &Cancel::default())).expect("an answer");
        let disk = found.found.clone().expect("a disk");
        assert_eq!(disk.format, format, "{name}: known by its content, whatever its name");
        let facts = Facts { disk: Some(found), ..Facts::default() };
        let mut draft = ImportDraft::new(&Wishes::default(), &facts);
        draft.choose_source(Some(Source::File(path.clone())), &facts);
        draft.suggest_usage(&facts);
        assert_eq!(draft.usage, Usage::Copy, "{name}");
        draft.pool = Some("shared".into());
        draft.machine.name = format!("{name}-machine");
        draft.machine.memory = KiB::from_mib(64);
        (draft.machine.way, draft.machine.network) = (VirtType::Qemu, NetworkChoice::Unplugged);
        let said = problems(&draft, &Facts { pools: Vec::new(), ..facts });
        let source = said.iter().filter(|problem| problem.severity() == Severity::Error);
        assert!(source.count() <= 1, "only the pool is not known here: {said:?}");
        let plan = answer(making::plan_import(&witness.host, draft, disk, GuestOs::unknown())).expect("a plan").plan;
        plans::must(&plan, journals.path());
        libvirt.sh(&format!("qemu-img compare -f {name} -F qcow2 {path} {folder}/{name}-machine.qcow2"));
        let xml = libvirt.virsh(&["dumpxml", &format!("{name}-machine")]);
        assert!(xml.contains("type='qcow2'") && xml.contains(&format!("{name}-machine.qcow2")), "{xml}");
    }
}
