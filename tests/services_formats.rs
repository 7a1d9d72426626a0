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
use lectern_services::{disk::draft, host::Copying, making, plan};
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
    planned_in(witness, path, name, "shared", ImageFormat::Qcow2)
}

fn planned_in(witness: &Witness, path: &str, name: &str, pool: &str, format: ImageFormat) -> plan::Plan {
    let found = answer(draft::disk(&witness.host, path, &Copying::new())).expect("an answer");
    let disk = found.found.clone().unwrap_or_else(|fault| panic!("{path}: {fault:?}"));
    let facts = Facts { disk: Some(found), ..Facts::default() };
    let mut draft = ImportDraft::new(&Wishes::default(), &facts);
    draft.choose_source(Some(Source::File(path.to_owned())), &facts);
    draft.suggest_usage(&facts);
    draft.suggest_appliance(&disk, &facts);
    assert_eq!(draft.usage, Usage::Copy, "{name}");
    draft.pool = Some(pool.into());
    draft.format = format;
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
         cat > cent7.ovf <<'EOF'\n{OVF}\nEOF\n\
         for f in cent7.ovf one.vmdk; do echo \"SHA256($f)= $(sha256sum $f | cut -d' ' -f1)\"; done > cent7.mf\n\
         echo \"SHA1(two.vmdk.gz)= $(sha1sum two.vmdk.gz | cut -d' ' -f1)\" >> cent7.mf\n\
         tar -cf ../cent7.ova cent7.ovf cent7.mf one.vmdk two.vmdk.gz\n\
         sed 's/^\\(SHA1.*= \\).\\{{4\\}}/\\10000/' cent7.mf > ../bad.mf && cp cent7.mf ../good.mf"
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
    manifests(&mut libvirt, &witness, &folder);
    for (change, is_right) in [
        (
            "sed s/two.vmdk.gz/gone.vmdk.gz/",
            (|fault| matches!(fault, DiskFault::Member { .. })) as fn(&DiskFault) -> bool,
        ),
        ("sed s,one.vmdk,../raw.img,", |fault| matches!(fault, DiskFault::Member { .. })),
        ("head -c 400", |fault| matches!(fault, DiskFault::NoAppliance(_))),
    ] {
        libvirt.sh(&format!("{change} < {folder}/a/cent7.ovf > {folder}/a/bad.ovf"));
        let found = answer(draft::disk(&witness.host, &format!("{folder}/a/bad.ovf"), &Copying::new()));
        let fault = found.expect("an answer").found.expect_err("a fault");
        assert!(is_right(&fault), "{change}: {fault:?}");
    }
}

#[test]
fn what_only_the_daemon_reads_goes_by_way_of_this_computer() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let images = "/var/lib/libvirt/images";
    let uri = libvirt.uri().to_owned();
    libvirt.script(&format!(
        "cd {images} && qemu-img create -q -f raw two.img 16M && qemu-io -f raw -c 'write -q -P 5 2M 1M' two.img\n\
         qemu-img create -q -f raw raw.img 16M\n\
         qemu-io -f raw -c 'write -q -P 7 0 3M' -c 'write -q -P 9 9M 1M' raw.img\n\
         xz -k raw.img && qemu-img convert -q -O vhdx raw.img disk.vhdx\n\
         qemu-img convert -q -O vmdk -o subformat=streamOptimized raw.img one.vmdk\n\
         qemu-img convert -q -O vmdk -o subformat=streamOptimized two.img two.vmdk && gzip two.vmdk\n\
         cat > cent7.ovf <<'EOF'\n{OVF}\nEOF\n\
         for f in cent7.ovf one.vmdk two.vmdk.gz; do echo \"SHA256($f)= $(sha256sum $f | cut -d' ' -f1)\"; done > cent7.mf\n\
         tar -cf cent7.ova cent7.ovf cent7.mf one.vmdk two.vmdk.gz\nvirsh -q -c '{uri}' pool-refresh default"
    ));
    let witness = Witness::connect(libvirt.uri());
    for (from, name, format) in [
        ("raw.img.xz", "packed", ImageFormat::Raw),
        ("disk.vhdx", "hyperv", ImageFormat::Qcow2),
        ("cent7.ova", "archive", ImageFormat::Qcow2),
        ("cent7.ovf", "folder", ImageFormat::Raw),
    ] {
        let plan = planned_in(&witness, &format!("{images}/{from}"), name, "default", format);
        plans::must(&plan, journals.path());
        let (end, word) = if format == ImageFormat::Raw { ("img", "raw") } else { ("qcow2", "qcow2") };
        libvirt.sh(&format!("qemu-img compare -F {word} {images}/raw.img {images}/{name}.{end}"));
        if from.starts_with("cent7") {
            libvirt.sh(&format!("qemu-img compare -F {word} {images}/two.img {images}/{name}-disk2.{end}"));
        }
        let xml = libvirt.virsh(&["dumpxml", name]);
        assert!(xml.contains(&format!("type='{word}'")), "{xml}");
    }
    // Read here, where the pool's folder is another one.
    let here = set_up(&mut libvirt, &["qcow2"]);
    libvirt.sh(&format!("gzip -kf -c {here}/qcow2.disk > {here}/own.gz"));
    let plan = planned_in(&witness, &format!("{here}/own.gz"), "own", "default", ImageFormat::Qcow2);
    plans::must(&plan, journals.path());
    libvirt.sh(&format!("qemu-img compare -F qcow2 {here}/raw.img {images}/own.qcow2"));
    // What is zeros is not sent: 4 of 16 MiB are written.
    let kib: u64 = libvirt.sh(&format!("du -k {images}/packed.img | cut -f1")).trim().parse().expect("a number");
    assert!(kib < 12 * 1024, "{kib}");
    let cache = std::env::var("XDG_CACHE_HOME").unwrap_or_else(|_| std::env::var("HOME").expect("a home") + "/.cache");
    let left: Vec<_> = std::fs::read_dir(format!("{cache}/lectern/install")).into_iter().flatten().flatten().collect();
    assert!(left.is_empty(), "left here: {left:?}");
}

/// A sum that differs is told before anything is made; a look that is ended makes no noise.
fn manifests(libvirt: &mut PrivateLibvirt, witness: &Witness, folder: &str) {
    libvirt.script(&format!(
        "cd {folder}/a && cp ../bad.mf cent7.mf && tar -cf ../bad.ova cent7.ovf cent7.mf one.vmdk two.vmdk.gz"
    ));
    for path in ["bad.ova", "a/cent7.ovf"] {
        let found = answer(draft::disk(&witness.host, &format!("{folder}/{path}"), &Copying::new()));
        let fault = found.expect("an answer").found.expect_err("a fault");
        assert_eq!(fault, DiskFault::WrongSum("two.vmdk.gz".into()), "{path}");
    }
    let stopped = Copying::new();
    stopped.cancel();
    let found = answer(draft::disk(&witness.host, &format!("{folder}/cent7.ova"), &stopped)).expect("an answer");
    assert!(matches!(found.found, Err(DiskFault::NoAppliance(_))), "{found:?}");
    let watched = Copying::new();
    let found = answer(draft::disk(&witness.host, &format!("{folder}/cent7.ova"), &watched)).expect("an answer");
    let (done, all) = watched.progress();
    assert!(found.found.is_ok() && done == all && all.0 > 0, "{found:?}");
    libvirt.sh(&format!("cp {folder}/good.mf {folder}/a/cent7.mf"));
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
        let found = answer(draft::disk(&witness.host, &path, &Copying::new())).expect("an answer");
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
