//! New machines' XML, as a real libvirt and its test driver take it.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::{fs, process::Command, time::Duration};

use lectern_model::{
    capabilities::{Capabilities, DomainCapabilities, VirtType},
    defaults::{
        BootDevice, CdromSpec, CpuChoice, DirectKernel, DiskBus, DiskSource, DiskSpec, FirmwareChoice,
        HostCapabilities, ImageFormat, MachineSpec, NetworkModel, NetworkSource, NetworkSpec, Shortfall, machine_type,
        new_machine,
    },
    domain::{DomainAction, DomainState},
    guest_os::{Family, FirmwareSupport, GuestDevice as D, GuestOs},
    mac::MacAddress,
    units::KiB,
    xml::Document,
};
use lectern_services::host::{HostError, MachineKind};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    process, wait,
    witness::{Witness, answer},
};

/// What starting QEMU may take.
const QEMU: Duration = Duration::from_secs(30);
/// Where the private libvirt's QEMU may write.
const IMAGES: &str = "/var/lib/libvirt/images";

fn os(id: &str, family: Family, devices: &[D]) -> GuestOs {
    GuestOs { id: Some(id.into()), family, devices: devices.iter().copied().collect(), ..GuestOs::default() }
}

/// Systems of every age, and the unknown one.
fn systems() -> Vec<GuestOs> {
    let virtio =
        [D::VirtioNet10, D::VirtioBlock, D::VirtioScsi, D::VirtioSerial, D::VirtioRng, D::VirtioBalloon, D::VirtioGpu];
    let modern: Vec<D> = virtio.into_iter().chain([D::Q35, D::Xhci, D::UsbTablet, D::E1000e]).collect();
    let mut windows = os("http://microsoft.com/win/11", Family::Windows, &[D::Q35, D::Xhci, D::UsbTablet, D::E1000e]);
    let firmware = |kind: &str, supported| FirmwareSupport { arch: "x86_64".into(), kind: kind.into(), supported };
    windows.firmware = vec![firmware("efi", true), firmware("bios", false)];
    vec![
        GuestOs::unknown(),
        os("http://debian.org/debian/13", Family::Linux, &modern),
        os("http://centos.org/centos/5.0", Family::Linux, &[D::VirtioNet09, D::VirtioBlock, D::Rtl8139]),
        os("http://microsoft.com/win/xp", Family::Windows, &[D::Rtl8139, D::UsbTablet]),
        windows,
    ]
}

/// What a libvirt says of machines for a system.
fn ask(virsh: &dyn Fn(&[&str]) -> String, os: &GuestOs, arch: &str, virt_type: VirtType) -> HostCapabilities {
    let host = Capabilities::parse(&virsh(&["capabilities"])).expect("capabilities");
    let mut args = vec!["domcapabilities", "--arch", arch, "--virttype", virt_type.as_str()];
    if let Some(machine) = machine_type(os, &host, arch, virt_type) {
        args.extend(["--machine", machine]);
    }
    let domain = DomainCapabilities::parse(&virsh(&args)).expect("domain capabilities");
    HostCapabilities { host, domain }
}

/// A machine with everything that can be had more than once.
fn laden(os: GuestOs, virt_type: VirtType, arch: &str) -> MachineSpec {
    let file = |name: &str| DiskSource::File(format!("{IMAGES}/{name}"));
    let network = |source, model| NetworkSpec { source, mac: None, model };
    let mut spec = MachineSpec::new("laden <&> 节点", os, arch, virt_type);
    spec.title = Some("a \"title\" with 'quotes'".into());
    spec.description = Some("two\nlines".into());
    spec.memory = KiB::from_mib(256);
    spec.vcpus = 3;
    spec.disks = vec![
        DiskSpec::new(file(".cent7.img"), ImageFormat::Qcow2),
        DiskSpec { readonly: true, ..DiskSpec::new(file("b c.img"), ImageFormat::Raw) },
        DiskSpec { bus: Some(DiskBus::Scsi), ..DiskSpec::new(file("d.qcow2"), ImageFormat::Qcow2) },
        DiskSpec::new(DiskSource::Block("/dev/null".into()), ImageFormat::Raw),
        DiskSpec::new(DiskSource::Volume { pool: "default".into(), volume: "e".into() }, ImageFormat::Qcow2),
    ];
    spec.cdroms = vec![CdromSpec { source: Some(file("a.iso")), bus: None }, CdromSpec::default()];
    spec.networks = vec![
        NetworkSpec {
            mac: Some(MacAddress::from_random([1, 2, 3])),
            ..network(NetworkSource::Network("default".into()), None)
        },
        network(NetworkSource::Bridge("br0".into()), Some(NetworkModel::E1000)),
        network(NetworkSource::Direct("eth0".into()), None),
        network(NetworkSource::User, None),
    ];
    spec.boot = vec![BootDevice::Cdrom, BootDevice::Disk, BootDevice::Network];
    spec
}

fn variants(base: &MachineSpec) -> Vec<MachineSpec> {
    let plain = || MachineSpec { disks: vec![], cdroms: vec![], networks: vec![], ..base.clone() };
    let kernel =
        DirectKernel { kernel: "/k".into(), initrd: Some("/i".into()), arguments: "console=ttyS0 a=<b>".into() };
    let named = CpuChoice::Named("qemu64".into());
    vec![
        base.clone(),
        plain(),
        MachineSpec { screen: false, vcpus: 1, ..base.clone() },
        MachineSpec { firmware: FirmwareChoice::Uefi, ..plain() },
        MachineSpec { firmware: FirmwareChoice::UefiSecureBoot, ..plain() },
        MachineSpec { cpu: CpuChoice::HostModel, ..plain() },
        MachineSpec { cpu: named, kernel: Some(kernel), ..plain() },
        MachineSpec { cpu: CpuChoice::Unset, ..plain() },
    ]
}

#[test]
fn libvirt_takes_every_machine_as_its_schema_has_it() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let virsh = |args: &[&str]| libvirt.virsh(args);
    let host = Capabilities::parse(&virsh(&["capabilities"])).expect("capabilities");
    let mut count = 0;
    for virt_type in [VirtType::Qemu, VirtType::Kvm] {
        for (os, arch) in systems().into_iter().flat_map(|os| [(os.clone(), "x86_64"), (os, "i686")]) {
            if !host.runs(arch, virt_type) {
                continue;
            }
            let capabilities = ask(&virsh, &os, arch, virt_type);
            for spec in variants(&laden(os.clone(), virt_type, arch)) {
                let machine = new_machine(&spec, &capabilities).expect("a machine");
                let file = libvirt.folder().join("new.xml");
                fs::write(&file, machine.document.as_str()).expect("a file");
                let mut define = libvirt.virsh_command(&["define", "--validate", &file.to_string_lossy()]);
                let output = define.output().expect("virsh runs");
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{said}\n{:?}\n{}", machine.shortfalls, machine.document);
                let defined = Document::parse(&virsh(&["dumpxml", "--inactive", &spec.name])).expect("its XML");
                assert_eq!(defined.root().child("name").expect("a name").text(), spec.name.as_str());
                libvirt.virsh(&["undefine", "--nvram", &spec.name]);
                count += 1;
            }
        }
    }
    assert!(count >= 80, "only {count} machines were tried");
}

/// Makes images that QEMU's user may write.
fn make_images(libvirt: &mut PrivateLibvirt, options: &str, names: &[&str]) {
    for name in names {
        libvirt.sh(&format!(
            "mkdir -p {IMAGES} && qemu-img create -q -f qcow2 {IMAGES}/{name} {options} && chown libvirt-qemu {IMAGES}/{name}"
        ));
    }
}

fn on_default_network() -> NetworkSpec {
    NetworkSpec { source: NetworkSource::Network("default".into()), mac: None, model: None }
}

#[test]
fn a_host_is_asked_for_what_a_machine_needs() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let witness = Witness::connect(libvirt.uri());
    let unknown = GuestOs::unknown();
    let emulated = Some(VirtType::Qemu);
    let found = answer(witness.host.capabilities_for(unknown.clone(), None, emulated)).expect("capabilities");
    assert_eq!(found, ask(&|args| libvirt.virsh(args), &unknown, "x86_64", VirtType::Qemu));
    let best = answer(witness.host.capabilities_for(unknown, None, None)).expect("capabilities");
    assert_eq!(Some(best.domain.virt_type.as_str()), best.host.virt_types("x86_64").first().map(|t| t.as_str()));
    let foreign = MachineKind { arch: Some("s390x".into()), ..MachineKind::default() };
    let refused = answer(witness.host.domain_capabilities(foreign));
    assert!(matches!(refused, Err(HostError::Libvirt(_))), "{refused:?}");
}

#[test]
fn a_machine_with_all_devices_starts() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--network"]) else { return };
    make_images(&mut libvirt, "1G", &["a.qcow2"]);
    for (index, os) in systems().into_iter().enumerate() {
        let capabilities = ask(&|args| libvirt.virsh(args), &os, "x86_64", VirtType::Qemu);
        let name = format!("new{index}");
        let mut spec = MachineSpec::new(&name, os, "x86_64", VirtType::Qemu);
        spec.memory = KiB::from_mib(128);
        spec.disks = vec![DiskSpec::new(DiskSource::File(format!("{IMAGES}/a.qcow2")), ImageFormat::Qcow2)];
        spec.cdroms = vec![CdromSpec::default()];
        spec.networks = vec![on_default_network(); 2];
        let machine = new_machine(&spec, &capabilities).expect("a machine");
        assert!(!machine.shortfalls.contains(&Shortfall::Uefi), "UEFI is among the packages of the tests");
        libvirt.define(&name, machine.document.as_str());
        libvirt.virsh(&["start", &name]);
        libvirt.wait_state(&name, "running", QEMU);
        libvirt.virsh(&["destroy", &name]);
    }
}

#[test]
fn linux_boots_on_new_hardware_and_on_that_for_the_unknown() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--network"]) else { return };
    make_images(&mut libvirt, "-F qcow2 -b /var/lib/libvirt/guest/guest.qcow2", &["known", "unknown"]);
    for (name, os) in [("known", systems().swap_remove(1)), ("unknown", GuestOs::unknown())] {
        let capabilities = ask(&|args| libvirt.virsh(args), &os, "x86_64", VirtType::Qemu);
        let mut spec = MachineSpec::new(name, os, "x86_64", VirtType::Qemu);
        spec.memory = KiB::from_mib(256);
        spec.disks = vec![DiskSpec::new(DiskSource::File(format!("{IMAGES}/{name}")), ImageFormat::Qcow2)];
        spec.networks = vec![on_default_network()];
        libvirt.define(name, new_machine(&spec, &capabilities).expect("a machine").document.as_str());
    }
    let mut witness = Witness::connect(libvirt.uri());
    for name in ["known", "unknown"] {
        witness.act(name, DomainAction::Start).expect("it starts");
        witness.sees(name, DomainState::Running, QEMU);
        let mut console = witness.console(name, false).expect("its console opens");
        console.expect("login:", wait::BOOT);
        witness.act(name, DomainAction::ForceOff).expect("it ends");
    }
}

#[test]
fn the_test_driver_takes_every_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let virsh = |args: &[&str]| process::output(Command::new("virsh").args(["-q", "-c", "test:///default"]).args(args));
    for os in systems() {
        let capabilities = ask(&virsh, &os, "i686", VirtType::Test);
        for spec in variants(&laden(os.clone(), VirtType::Test, "i686")) {
            let machine = new_machine(&spec, &capabilities).expect("a machine");
            let file = folder.path().join("new.xml");
            fs::write(&file, machine.document.as_str()).expect("a file");
            // The test driver forgets with its connection: all in one.
            virsh(&[&format!("define --validate '{0}'; start '{1}'; dumpxml '{1}'", file.display(), spec.name)]);
        }
    }
}
