//! Disks of other hypervisors: what is found in them, and that a machine's copy holds the same.

use lectern_model::{
    capabilities::VirtType,
    draft::{
        Bound as _, Severity,
        import::{Facts, ImportDraft, Source, Usage, problems},
        machine::{NetworkChoice, Wishes},
    },
    guest_os::GuestOs,
    storage::ImageFormat,
    units::KiB,
};
use lectern_services::{
    disk::{Cancel, draft},
    making,
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
