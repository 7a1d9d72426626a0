//! What machines get, on hosts that were asked and for systems of every age.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    capabilities::VirtType,
    guest_os::{FirmwareSupport, GuestDevice as D, GuestOs},
    id::DomainId,
    mac::MacAddress,
    units::KiB,
    xml::{Namespace, Path},
};

const HOST: &str = include_str!("../capabilities/samples/libvirt-11.3-qemu-10.xml");
const KVM: &str = include_str!("../capabilities/samples/libvirt-11.3-kvm-q35.xml");
const QEMU: &str = include_str!("../capabilities/samples/libvirt-11.3-qemu-q35.xml");
const PC: &str = include_str!("../capabilities/samples/libvirt-11.3-qemu-pc.xml");
const HOST_OLD: &str = include_str!("../capabilities/samples/libvirt-1.2.xml");
const OLD: &str = include_str!("../capabilities/samples/libvirt-1.2-domain.xml");
const HOST_TEST: &str = include_str!("../capabilities/samples/test-driver.xml");
const TEST: &str = include_str!("../capabilities/samples/test-driver-domain.xml");

fn host(host: &str, domain: &str) -> HostCapabilities {
    HostCapabilities { host: Capabilities::parse(host).unwrap(), domain: DomainCapabilities::parse(domain).unwrap() }
}

fn os(id: &str, family: Family, devices: &[D]) -> GuestOs {
    let devices = devices.iter().copied().collect();
    GuestOs { id: Some(id.into()), family, devices, ..GuestOs::default() }
}

/// As osinfo has Debian 13.
fn modern() -> GuestOs {
    let devices = [
        D::VirtioNet09,
        D::VirtioNet10,
        D::VirtioBlock,
        D::VirtioScsi,
        D::VirtioSerial,
        D::VirtioRng,
        D::VirtioBalloon,
        D::VirtioGpu,
        D::VirtioInput,
        D::Q35,
        D::Xhci,
        D::UsbTablet,
        D::E1000e,
        D::Qxl,
    ];
    os("http://debian.org/debian/13", Family::Linux, &devices)
}

/// As osinfo has Windows 11, without drivers of Red Hat's.
fn windows() -> GuestOs {
    let mut windows = os("http://microsoft.com/win/11", Family::Windows, &[D::Q35, D::Xhci, D::UsbTablet, D::E1000e]);
    let arch = || "x86_64".to_owned();
    windows.firmware = vec![
        FirmwareSupport { arch: arch(), kind: "efi".into(), supported: true },
        FirmwareSupport { arch: arch(), kind: "bios".into(), supported: false },
    ];
    windows
}

fn spec(os: GuestOs, virt_type: VirtType) -> MachineSpec {
    let mut spec = MachineSpec::new("cent7", os, "x86_64", virt_type);
    spec.disks = vec![DiskSpec::new(DiskSource::File("/images/.cent7.img".into()), ImageFormat::Qcow2)];
    spec.networks = vec![NetworkSpec { source: NetworkSource::Network("default".into()), mac: None, model: None }];
    spec
}

fn made(spec: &MachineSpec, host: &HostCapabilities) -> NewMachine {
    new_machine(spec, host).unwrap()
}

/// The values of an attribute of all elements on a path below the root, as `devices/disk/target`.
fn values(machine: &NewMachine, path: &str, attribute: &str) -> Vec<String> {
    let path = path.split('/').fold(Path::root(), Path::child);
    let nodes = machine.document.find_all(&path);
    nodes.into_iter().filter_map(|node| node.attribute(attribute).map(std::borrow::Cow::into_owned)).collect()
}

#[test]
fn a_known_system_gets_what_it_has_drivers_for() {
    let machine = made(&spec(modern(), VirtType::Kvm), &host(HOST, KVM));
    assert_eq!(machine.shortfalls, []);
    for (path, attribute, wanted) in [
        ("os/type", "machine", &["pc-q35-10.0"][..]),
        ("devices/disk/target", "dev", &["vda"]),
        ("devices/disk/target", "bus", &["virtio"]),
        ("devices/disk/driver", "discard", &["unmap"]),
        ("devices/disk/driver", "detect_zeroes", &["unmap"]),
        ("devices/interface/model", "type", &["virtio"]),
        ("devices/serial", "type", &["pty"]),
        ("devices/channel", "type", &["unix", "qemu-vdagent"]),
        ("devices/channel/target", "name", &["org.qemu.guest_agent.0", "com.redhat.spice.0"]),
        ("devices/graphics", "type", &["vnc"]),
        ("devices/graphics", "listen", &["127.0.0.1"]),
        ("devices/video/model", "type", &["virtio"]),
        ("devices/input", "type", &["tablet"]),
        ("devices/rng", "model", &["virtio"]),
        ("devices/memballoon", "freePageReporting", &["on"]),
        ("cpu", "mode", &["host-passthrough"]),
        ("clock", "offset", &["utc"]),
        ("os", "firmware", &[]),
    ] {
        assert_eq!(values(&machine, path, attribute), wanted, "{path}/@{attribute} in {}", machine.document);
    }
    let controllers = values(&machine, "devices/controller", "model");
    assert_eq!(controllers.iter().filter(|model| *model == "pcie-root-port").count(), 14);
    assert_eq!(noted_os(&machine.document).as_deref(), Some("http://debian.org/debian/13"));
}

#[test]
fn the_unknown_system_gets_what_any_system_starts_on() {
    let machine = made(&spec(GuestOs::unknown(), VirtType::Qemu), &host(HOST, QEMU));
    for (path, attribute, wanted) in [
        ("devices/disk/target", "dev", &["sda"][..]),
        ("devices/disk/target", "bus", &["sata"]),
        ("devices/interface/model", "type", &["e1000e"]),
        ("devices/video/model", "type", &["vga"]),
        ("devices/serial", "type", &["pty"]),
        ("devices/rng", "model", &["virtio"]),
        ("cpu", "mode", &["maximum"]),
        ("cpu/topology", "cores", &["2"]),
    ] {
        assert_eq!(values(&machine, path, attribute), wanted, "{path}/@{attribute}");
    }
    assert_eq!(machine.document.root().child("metadata"), None);
    assert_eq!(noted_os(&machine.document), None);
}

#[test]
fn a_system_of_before_pci_express_gets_an_old_machine() {
    let old = os("http://centos.org/centos/5.0", Family::Linux, &[D::VirtioNet09, D::Rtl8139, D::UsbTablet, D::Q35]);
    let host = host(HOST, PC);
    assert_eq!(machine_type(&old, &host.host, "x86_64", VirtType::Qemu), Some("pc"));
    let mut spec = spec(old, VirtType::Qemu);
    spec.cdroms = vec![CdromSpec::default()];
    let machine = made(&spec, &host);
    assert_eq!(values(&machine, "devices/disk/target", "dev"), ["hda", "hdb"]);
    assert_eq!(values(&machine, "devices/disk/target", "bus"), ["ide", "ide"]);
    assert_eq!(values(&machine, "devices/interface/model", "type"), ["virtio"]);
    assert_eq!(values(&machine, "devices/controller", "type"), Vec::<String>::new());
    assert_eq!(values(&machine, "devices/channel", "type"), Vec::<String>::new());
}

#[test]
fn machine_types_follow_system_and_host() {
    let (new, old, test) = (host(HOST, KVM), host(HOST_OLD, OLD), host(HOST_TEST, TEST));
    let of =
        |host: &HostCapabilities, os: &GuestOs, arch: &str, t| machine_type(os, &host.host, arch, t).map(str::to_owned);
    let unknown = GuestOs::unknown();
    assert_eq!(of(&new, &unknown, "x86_64", VirtType::Kvm).as_deref(), Some("q35"));
    assert_eq!(of(&new, &modern(), "i686", VirtType::Kvm).as_deref(), Some("q35"));
    assert_eq!(of(&old, &modern(), "x86_64", VirtType::Kvm).as_deref(), Some("pc"));
    assert_eq!(of(&old, &modern(), "x86_64", VirtType::Qemu).as_deref(), Some("q35"));
    assert_eq!(of(&test, &unknown, "i686", VirtType::Test), None);
    assert_eq!(of(&new, &unknown, "aarch64", VirtType::Qemu), None);
    let dos = os("http://dos", Family::Other, &[]);
    assert_eq!(of(&new, &dos, "x86_64", VirtType::Kvm).as_deref(), Some("pc"));
}

#[test]
fn windows_11_gets_what_it_asks_for_or_it_is_said() {
    let with = host(HOST, KVM);
    let machine = made(&spec(windows(), VirtType::Kvm), &with);
    assert_eq!(values(&machine, "os", "firmware"), ["efi"]);
    assert_eq!(values(&machine, "os/firmware/feature", "enabled"), ["yes", "yes"]);
    assert_eq!(values(&machine, "clock", "offset"), ["localtime"]);
    assert_eq!(values(&machine, "features/hyperv/spinlocks", "retries"), ["8191"]);
    assert_eq!(machine.shortfalls, [Shortfall::Tpm]);

    let mut with_tpm = with.clone();
    with_tpm.domain.tpm_backends = crate::capabilities::Offer::Only(BTreeSet::from(["emulator".into()]));
    let machine = made(&spec(windows(), VirtType::Kvm), &with_tpm);
    assert_eq!((values(&machine, "devices/tpm", "model"), machine.shortfalls), (vec!["tpm-crb".into()], vec![]));

    let mut without = with;
    without.domain.firmware = crate::capabilities::Offer::Only(BTreeSet::new());
    let machine = made(&spec(windows(), VirtType::Kvm), &without);
    assert_eq!(values(&machine, "os", "firmware"), Vec::<String>::new());
    assert_eq!(machine.shortfalls, [Shortfall::Uefi, Shortfall::Tpm]);
}

#[test]
fn firmware_is_as_chosen() {
    let host = host(HOST, KVM);
    let features = |choice| {
        let chosen = MachineSpec { firmware: choice, ..spec(modern(), VirtType::Kvm) };
        let machine = made(&chosen, &host);
        (values(&machine, "os", "firmware").len(), values(&machine, "os/firmware/feature", "enabled"))
    };
    assert_eq!(features(FirmwareChoice::Automatic), (0, vec![]));
    assert_eq!(features(FirmwareChoice::Bios), (0, vec![]));
    assert_eq!(features(FirmwareChoice::Uefi), (1, vec!["no".into(), "no".into()]));
    assert_eq!(features(FirmwareChoice::UefiSecureBoot), (1, vec!["yes".into(), "yes".into()]));
}

#[test]
fn a_cpu_that_the_host_denies_is_replaced() {
    let (kvm, qemu) = (host(HOST, KVM), host(HOST, QEMU));
    let cpu = |host: &HostCapabilities, virt_type, cpu: CpuChoice| {
        let machine = made(&MachineSpec { cpu, ..spec(modern(), virt_type) }, host);
        (values(&machine, "cpu", "mode"), machine.shortfalls)
    };
    let named = |name: &str| CpuChoice::Named(name.into());
    assert_eq!(cpu(&kvm, VirtType::Kvm, named("pentium3")).0, ["custom"]);
    assert_eq!(cpu(&kvm, VirtType::Kvm, CpuChoice::HostModel), (vec!["host-model".into()], vec![]));
    let lacking = Shortfall::Cpu(named("Broadwell"));
    assert_eq!(cpu(&kvm, VirtType::Kvm, named("Broadwell")), (vec!["host-model".into()], vec![lacking]));
    let lacking = Shortfall::Cpu(CpuChoice::HostPassthrough);
    assert_eq!(cpu(&qemu, VirtType::Qemu, CpuChoice::HostPassthrough), (vec!["maximum".into()], vec![lacking]));
    assert_eq!(cpu(&qemu, VirtType::Qemu, CpuChoice::Unset), (vec![], vec![]));
}

#[test]
fn an_old_host_gets_nothing_that_it_cannot_read() {
    let machine = made(&spec(modern(), VirtType::Kvm), &host(HOST_OLD, OLD));
    assert_eq!(values(&machine, "devices/disk/target", "bus"), ["virtio"]);
    assert_eq!(values(&machine, "devices/graphics", "type"), ["vnc"]);
    assert_eq!(values(&machine, "devices/tpm", "model"), Vec::<String>::new());
    assert_eq!(values(&machine, "devices/controller", "type"), ["usb"]);
    let mut older = host(HOST, PC);
    older.domain.machine = Some("pc-i440fx-4.2".into());
    let machine = made(&spec(modern(), VirtType::Qemu), &older);
    assert_eq!(values(&machine, "devices/memballoon", "freePageReporting"), Vec::<String>::new());
    assert_eq!(values(&machine, "devices/channel", "type"), ["unix"]);
}

#[test]
fn a_kernel_is_started_without_boot_loader() {
    let kernel =
        DirectKernel { kernel: "/k".into(), initrd: Some("/i".into()), arguments: "console=ttyS0 a=<b>".into() };
    let machine = made(&MachineSpec { kernel: Some(kernel), ..spec(modern(), VirtType::Qemu) }, &host(HOST, QEMU));
    let os = machine.document.root().child("os").unwrap();
    let text = |name: &str| os.child(name).map(|node| node.text().into_owned());
    assert_eq!(text("kernel").as_deref(), Some("/k"));
    assert_eq!(text("initrd").as_deref(), Some("/i"));
    assert_eq!(text("cmdline").as_deref(), Some("console=ttyS0 a=<b>"));
}

#[test]
fn disks_are_as_chosen() {
    let mut spec = spec(modern(), VirtType::Qemu);
    let disk = |source, format| DiskSpec::new(source, format);
    let volume = DiskSource::Volume { pool: "default".into(), volume: "a.qcow2".into() };
    spec.disks = vec![
        disk(DiskSource::Block("/dev/vg/a".into()), ImageFormat::Raw),
        DiskSpec { bus: Some(DiskBus::Scsi), thin: false, ..disk(volume, ImageFormat::Qcow2) },
        DiskSpec { readonly: true, ..disk(DiskSource::File("/a.vmdk".into()), ImageFormat::from_word("vmdk")) },
    ];
    spec.cdroms = vec![CdromSpec { source: Some(DiskSource::File("/a.iso".into())), bus: None }, CdromSpec::default()];
    spec.boot = vec![BootDevice::Cdrom, BootDevice::Disk, BootDevice::Network];
    let machine = made(&spec, &host(HOST, QEMU));
    for (path, attribute, wanted) in [
        ("devices/disk", "type", &["block", "volume", "file", "file", "file"][..]),
        ("devices/disk/target", "dev", &["vda", "sda", "vdb", "sdb", "sdc"]),
        ("devices/disk/target", "bus", &["virtio", "scsi", "virtio", "sata", "sata"]),
        ("devices/disk/driver", "type", &["raw", "qcow2", "vmdk", "raw", "raw"]),
        ("devices/disk/driver", "cache", &["none"]),
        ("devices/disk/driver", "discard", &["unmap"]),
        ("devices/disk/driver", "detect_zeroes", &[]),
        ("os/boot", "dev", &["cdrom", "hd", "network"]),
    ] {
        assert_eq!(values(&machine, path, attribute), wanted, "{path}/@{attribute}");
    }
    assert!(values(&machine, "devices/controller", "model").contains(&"virtio-scsi".to_owned()));
}

#[test]
fn a_fifth_drive_does_not_go_where_four_fit() {
    let mut spec = spec(os("http://dos", Family::Other, &[]), VirtType::Qemu);
    spec.cdroms = vec![CdromSpec::default(); 5];
    let buses = values(&made(&spec, &host(HOST, PC)), "devices/disk/target", "bus");
    assert_eq!(buses, ["ide", "ide", "ide", "ide", "sata", "sata"]);
}

#[test]
fn what_xml_cannot_hold_is_refused() {
    let mut spec = spec(modern(), VirtType::Qemu);
    spec.title = Some("a\u{1}".into());
    assert_eq!(new_machine(&spec, &host(HOST, QEMU)), Err(EditError::ForbiddenCharacter('\u{1}')));
}

#[test]
fn the_xml_reads_as_libvirts() {
    let machine = made(&spec(modern(), VirtType::Kvm), &host(HOST, KVM));
    let text = machine.document.to_string();
    assert!(text.starts_with("<domain type='kvm'>\n  <name>cent7</name>\n  <metadata>\n    <libosinfo:"), "{text}");
    assert!(text.ends_with("  </devices>\n</domain>\n"), "{text}");
}

fn any_os() -> impl Strategy<Value = GuestOs> {
    let devices = prop::collection::vec(prop::sample::select(modern().devices.into_iter().collect::<Vec<_>>()), 0..14);
    let family = prop::sample::select(vec![Family::Linux, Family::Windows, Family::Solaris, Family::Other]);
    (any::<bool>(), family, devices).prop_map(
        |(known, family, devices)| {
            if known { os("http://x", family, &devices) } else { GuestOs::unknown() }
        },
    )
}

fn any_disk() -> impl Strategy<Value = DiskSpec> {
    let text = "[ -~模]{1,12}";
    let source = prop_oneof![
        text.prop_map(DiskSource::File),
        text.prop_map(DiskSource::Block),
        (text, text).prop_map(|(pool, volume)| DiskSource::Volume { pool, volume }),
    ];
    let bus = prop::sample::select(vec![None, Some(DiskBus::Virtio), Some(DiskBus::Sata), Some(DiskBus::Scsi)]);
    let format = prop::sample::select(vec!["qcow2", "raw", "vmdk"]).prop_map(ImageFormat::from_word);
    (source, format, bus, any::<bool>(), any::<bool>()).prop_map(|(source, format, bus, readonly, thin)| DiskSpec {
        source,
        format,
        bus,
        readonly,
        thin,
    })
}

fn any_network() -> impl Strategy<Value = NetworkSpec> {
    let source = prop_oneof![
        "\\PC{1,9}".prop_map(NetworkSource::Network),
        "[a-z0-9]{1,9}".prop_map(NetworkSource::Bridge),
        Just(NetworkSource::User),
    ];
    (source, any::<Option<[u8; 3]>>()).prop_map(|(source, mac)| NetworkSpec {
        source,
        mac: mac.map(MacAddress::from_random),
        model: None,
    })
}

prop_compose! {
    fn any_spec()(
        name in "\\PC{1,30}",
        title in prop::option::of("\\PC{0,20}"),
        os in any_os(),
        memory in 1_u64..1 << 40,
        vcpus in 0_u32..600,
        disks in prop::collection::vec(any_disk(), 0..30),
        cdroms in 0_usize..4,
        networks in prop::collection::vec(any_network(), 0..6),
        uuid in any::<Option<[u8; 16]>>(),
        (screen, firmware, virt) in (any::<bool>(), 0_usize..4, 0_usize..3),
    ) -> MachineSpec {
        let firmwares = [FirmwareChoice::Automatic, FirmwareChoice::Bios, FirmwareChoice::Uefi, FirmwareChoice::UefiSecureBoot];
        let virt_type = [VirtType::Kvm, VirtType::Qemu, VirtType::Test][virt];
        let lectern = Element::in_namespace(&Namespace::new("lectern", "urn:lectern:machine:1"), "machine");
        MachineSpec {
            uuid: uuid.map(DomainId::from_bytes),
            title,
            memory: KiB(memory),
            vcpus,
            disks,
            cdroms: vec![CdromSpec::default(); cdroms],
            networks,
            firmware: firmwares[firmware],
            screen,
            metadata: vec![lectern],
            ..MachineSpec::new(&name, os, "x86_64", virt_type)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_machine_is_well_formed_and_whole(spec in any_spec(), which in 0_usize..4) {
        let (of, domain) = [(HOST, KVM), (HOST, PC), (HOST_OLD, OLD), (HOST_TEST, TEST)][which];
        let host = host(of, domain);
        let machine = made(&spec, &host);
        let root = machine.document.root();
        prop_assert_eq!(root.child("name").unwrap().text(), spec.name.as_str());
        let uuid = root.child("uuid").and_then(|uuid| DomainId::parse(&uuid.text()));
        prop_assert_eq!(uuid, spec.uuid);
        prop_assert_eq!(values(&machine, "devices/disk", "type").len(), spec.disks.len() + spec.cdroms.len());
        prop_assert_eq!(values(&machine, "devices/interface", "type").len(), spec.networks.len());
        let targets = values(&machine, "devices/disk/target", "dev");
        prop_assert_eq!(targets.iter().collect::<BTreeSet<_>>().len(), targets.len());
        prop_assert_eq!(values(&machine, "devices/serial", "type"), ["pty"]);
        prop_assert_eq!(values(&machine, "devices/graphics", "type").len(), usize::from(spec.screen));
        let again = Document::parse(&machine.document.to_string()).unwrap();
        prop_assert!(again.same_as(&machine.document));
        roxmltree::Document::parse(machine.document.as_str()).unwrap();
    }
}
