//! The plans of the wizards as they are made, on hosts where something else has to be mended or started first.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use lectern_model::{
    capabilities::VirtType,
    catalog::Edit,
    draft::{
        import::{DiskInfo, ImportDraft, Source, Usage},
        install::NewDisk,
        machine::{Facts, MachineDraft, NetworkChoice, Wishes},
        xml::{XmlDraft, XmlFacts},
    },
    guest_os::GuestOs,
    kvm,
    project::{Limit, Project, Quota},
    storage::ImageFormat,
    units::{Bytes, KiB},
};
use lectern_services::{
    disk::draft,
    host::Copying,
    making::{self, InstallDisk, InstallFrom, InstallWish},
    plan::Plan,
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::Trial,
    witness::{Witness, answer},
};

use super::{IMAGES, machine, two};

/// A path that is the same inside and outside of the private libvirt.
fn shared(libvirt: &PrivateLibvirt, name: &str) -> String {
    libvirt.folder().join("shared").join(name).to_string_lossy().into_owned()
}

/// Runs lines in which `v` is virsh.
fn set_up(libvirt: &mut PrivateLibvirt, lines: &str) {
    let uri = libvirt.uri().to_owned();
    libvirt.script(&format!("v() {{ virsh -q -c '{uri}' \"$@\"; }}\n{lines}\n"));
}

/// A draft of a small machine that is emulated.
fn small(network: NetworkChoice) -> MachineDraft {
    MachineDraft {
        name: "new".into(),
        memory: KiB::from_mib(64),
        vcpus: 1,
        way: VirtType::Qemu,
        network,
        mac: "52:54:00:0a:0b:0c".into(),
        ..MachineDraft::new(&Wishes::default(), &Facts::default())
    }
}

/// An image in a home folder that is closed to QEMU's user, and a pool that is stopped.
fn closed_and_stopped(libvirt: &mut PrivateLibvirt) {
    let (home, pool) = (shared(libvirt, "home"), shared(libvirt, "pool"));
    set_up(
        libvirt,
        &format!(
            "mkdir -p {home} {pool}\nchmod 700 {home}\ntest -e {home}/from.img || {{\n\
             qemu-img create -q -f raw {home}/from.img 8M\nqemu-io -f raw -c 'write -q -P 7 0 4M' {home}/from.img\n}}\n\
             v pool-info shared >/dev/null 2>&1 || {{ v pool-define-as shared dir --target {pool}; v pool-start shared; }}\n\
             v pool-info shared | grep -q running && v pool-destroy shared || true"
        ),
    );
}

/// A packed image that only the daemon reads: this program sees other files in that folder.
fn packed(libvirt: &mut PrivateLibvirt) {
    set_up(
        libvirt,
        &format!(
            "cd {IMAGES}\ntest -e from.qcow2.gz || {{\nqemu-img create -q -f qcow2 from.qcow2 8M\n\
             qemu-io -f qcow2 -c 'write -q -P 7 0 4M' from.qcow2\ngzip -n from.qcow2\n}}\nv pool-refresh default"
        ),
    );
}

#[test]
fn an_import_by_way_of_this_computer_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        let path = format!("{IMAGES}/from.qcow2.gz");
        let disk = answer(draft::disk(&witness.host, &path, &Copying::new())).expect("an answer").found;
        let draft = ImportDraft {
            source: Some(Source::File(path)),
            usage: Usage::Copy,
            overlay_size: Some(Bytes::from_mib(16)),
            pool: Some("default".into()),
            mend_access: false,
            format: ImageFormat::Qcow2,
            whole: false,
            cloud: None,
            machine: small(NetworkChoice::Unplugged),
        };
        let disk = disk.expect("a disk");
        assert_eq!((disk.format, disk.virtual_size), (ImageFormat::Qcow2, Bytes::from_mib(8)));
        let plan = answer(making::plan_import(&witness.host, draft, disk, GuestOs::unknown())).expect("a plan").plan;
        let line = plan.commands()[1].to_string();
        assert!(line.contains("vol-download --pool default --vol from.qcow2.gz"), "{line}");
        plan
    };
    Trial { libvirt: &mut first, set_up: &packed, make: &make }.run(&mut second);
}

#[test]
fn an_import_with_all_that_it_may_need_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        let disk = DiskInfo::new(ImageFormat::Raw, Bytes::from_mib(8), Bytes::from_mib(4));
        let draft = ImportDraft {
            source: Some(Source::File(shared(libvirt, "home/from.img"))),
            usage: Usage::Copy,
            // As a flavor would have it.
            overlay_size: Some(Bytes::from_mib(16)),
            pool: Some("shared".into()),
            mend_access: true,
            format: ImageFormat::Qcow2,
            whole: false,
            cloud: None,
            machine: small(NetworkChoice::Unplugged),
        };
        let planned = answer(making::plan_import(&witness.host, draft, disk, GuestOs::unknown()));
        let plan = planned.expect("a plan").plan;
        assert_eq!(plan.summary().len(), 4, "mended, started, copied, defined: {:?}", plan.texts());
        plan
    };
    Trial { libvirt: &mut first, set_up: &closed_and_stopped, make: &make }.run(&mut second);
}

/// A disc, and a project with limits.
fn class(libvirt: &mut PrivateLibvirt) {
    let disc = format!("{IMAGES}/a.iso");
    set_up(libvirt, &format!("test -e {disc} || {{ qemu-img create -q -f raw {disc} 1M; v pool-refresh default; }}"));
    let host = Witness::connect(libvirt.uri()).host;
    if answer(host.catalog()).expect("a catalogue").catalog.project("class").is_none() {
        let quota = Quota { instances: Limit::of(3), ..Quota::UNLIMITED };
        let class = Project { quota, ..Project::new("class") };
        answer(host.change_catalog(Edit::AddProject(class))).expect("a change");
    }
}

/// A pool and a network that are stopped.
fn stopped(libvirt: &mut PrivateLibvirt) {
    set_up(
        libvirt,
        "mkdir -p /var/lib/libvirt/other\n\
         v pool-info other >/dev/null 2>&1 || {\n\
         v pool-define-as other dir --target /var/lib/libvirt/other; v pool-start other; }\n\
         v pool-info other | grep -q running && v pool-destroy other || true\n\
         v net-info vbr >/dev/null 2>&1 || v net-define /dev/stdin <<'EOF'\n\
         <network><name>vbr</name><uuid>0d1f5a3c-6b0e-4c55-9a6e-3f1a2b4c5d6e</uuid><forward mode='nat'/>\
         <bridge name='vbr'/><mac address='52:54:00:11:22:33'/><ip address='10.77.1.254' prefix='24'/></network>\nEOF\n\
         v net-info vbr | grep -q 'Active.*yes' && v net-destroy vbr || true",
    );
}

fn install(libvirt: &PrivateLibvirt, machine: MachineDraft, from: InstallFrom, pool: &str) -> Plan {
    let witness = Witness::connect(libvirt.uri());
    let new = NewDisk { pool: pool.into(), format: ImageFormat::Qcow2, size: Bytes::from_mib(64), whole: false };
    let wish = InstallWish { machine, os: GuestOs::unknown(), disk: InstallDisk::New(new), from };
    answer(making::plan_install(&witness.host, wish)).expect("a plan").plan
}

#[test]
fn an_installation_from_a_disc_in_a_project_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let machine = MachineDraft { project: Some("class".into()), ..small(NetworkChoice::UserMode) };
        let plan = install(libvirt, machine, InstallFrom::Discs(vec![format!("{IMAGES}/a.iso")]), "default");
        assert_eq!(plan.steps().len(), 6, "looked at, disk, claimed, defined, settled, started: {:?}", plan.texts());
        plan
    };
    Trial { libvirt: &mut first, set_up: &class, make: &make }.run(&mut second);
}

#[test]
fn an_installation_from_the_network_that_starts_pool_and_network_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let machine = small(NetworkChoice::Network("vbr".into()));
        let plan = install(libvirt, machine, InstallFrom::Network, "other");
        assert_eq!(plan.summary().len(), 5, "pool, disk, network, defined, started: {:?}", plan.texts());
        plan
    };
    Trial { libvirt: &mut first, set_up: &stopped, make: &make }.run(&mut second);
}

#[test]
fn a_machine_from_a_file_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let mut draft = XmlDraft::default();
        draft.take(machine(&format!("{IMAGES}/new.qcow2")), &XmlFacts::default());
        draft.renew = true;
        let outcome = draft.outcome(&making::fresh()).expect("a machine");
        making::plan_define(
            &libvirt.host_uri(),
            &draft.name,
            &outcome,
            (&[], "default", lectern_model::project::Amount::default()),
        )
    };
    Trial { libvirt: &mut first, set_up: &|_| (), make: &make }.run(&mut second);
}

#[test]
fn a_machine_is_emulated_or_as_it_was() {
    let Some((mut first, mut second)) = two() else { return };
    if !first.virsh(&["capabilities"]).contains("<domain type='kvm'") {
        return lectern_test_kit::skipped("libvirt offers no KVM here");
    }
    let defined = |libvirt: &mut PrivateLibvirt| {
        let xml = machine(&format!("{IMAGES}/new.qcow2")).replace("type='qemu'>\n", "type='kvm'>\n");
        set_up(libvirt, &format!("v dominfo new >/dev/null 2>&1 || v define /dev/stdin <<'EOF'\n{xml}EOF"));
    };
    let make = |libvirt: &PrivateLibvirt| {
        let witness = Witness::connect(libvirt.uri());
        answer(witness.host.plan_edit(witness.id("new"), kvm::emulated)).expect("a plan")
    };
    Trial { libvirt: &mut first, set_up: &defined, make: &make }.run(&mut second);
}
