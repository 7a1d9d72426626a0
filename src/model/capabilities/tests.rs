//! The answers of real hosts, new and old, and of libvirt's test driver.

use super::*;

const HOST: &str = include_str!("samples/libvirt-11.3-qemu-10.xml");
const HOST_OLD: &str = include_str!("samples/libvirt-1.2.xml");
const HOST_TEST: &str = include_str!("samples/test-driver.xml");
const KVM: &str = include_str!("samples/libvirt-11.3-kvm-q35.xml");
const QEMU: &str = include_str!("samples/libvirt-11.3-qemu-q35.xml");
const PC: &str = include_str!("samples/libvirt-11.3-qemu-pc.xml");
const OLD: &str = include_str!("samples/libvirt-1.2-domain.xml");
const TEST: &str = include_str!("samples/test-driver-domain.xml");

fn host(xml: &str) -> Capabilities {
    Capabilities::parse(xml).unwrap()
}

fn domain(xml: &str) -> DomainCapabilities {
    DomainCapabilities::parse(xml).unwrap()
}

#[test]
fn a_host_says_what_it_is() {
    let HostComputer { arch, cpu_model, cpu_vendor, topology, cells, security } = host(HOST).host;
    assert_eq!((arch.as_deref(), cpu_vendor.as_deref()), (Some("x86_64"), Some("Intel")));
    assert_eq!(cpu_model.as_deref(), Some("Skylake-Server-v1"));
    assert_eq!(topology, Some(Topology { sockets: 1, dies: 1, cores: 2, threads: 1 }));
    assert_eq!(cells, [NumaCell { id: 0, memory: KiB(23_554_260), cpus: 2 }]);
    assert_eq!(security.into_iter().collect::<Vec<_>>(), ["dac"]);
}

#[test]
fn a_host_says_what_it_runs() {
    let host = host(HOST);
    assert!(host.runs("x86_64", VirtType::Kvm) && host.runs("i686", VirtType::Qemu));
    assert!(!host.runs("aarch64", VirtType::Qemu) && !host.runs("x86_64", VirtType::Test));
    assert_eq!(host.virt_types("x86_64"), [VirtType::Kvm, VirtType::Qemu]);
    let guest = host.guest("x86_64").unwrap();
    assert_eq!(guest.emulator.as_deref(), Some("/usr/bin/qemu-system-x86_64"));
    assert_eq!(guest.word_size, Some(64));
    assert!(guest.features.contains("acpi"));
    let named = |name: &str| guest.machines(VirtType::Kvm).iter().find(|m| m.name == name).unwrap();
    assert_eq!(named("q35").canonical.as_deref(), Some("pc-q35-10.0"));
    assert_eq!(named("q35").max_vcpus, Some(4096));
    assert!(named("pc-q35-5.2").deprecated && !named("q35").deprecated);
}

#[test]
fn an_old_host_has_machines_for_each_way_to_run() {
    let host = host(HOST_OLD);
    assert_eq!(host.host.topology, Some(Topology { sockets: 1, dies: 1, cores: 4, threads: 2 }));
    let guest = host.guest("x86_64").unwrap();
    let names = |t| guest.machines(t).iter().map(|m| m.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names(VirtType::Kvm), ["pc", "rhel6.5.0"]);
    assert_eq!(names(VirtType::Qemu), ["pc", "q35"]);
    assert_eq!(guest.domain(VirtType::Kvm).unwrap().emulator.as_deref(), Some("/usr/libexec/qemu-kvm"));
}

#[test]
fn the_test_driver_is_a_host_too() {
    let host = host(HOST_TEST);
    assert!(host.runs("i686", VirtType::Test) && !host.runs("i686", VirtType::Kvm));
    assert_eq!(host.host.cells.len(), 2);
    assert_eq!(host.host.topology, None);
    let domain = domain(TEST);
    assert_eq!((domain.virt_type.as_str(), domain.machine, domain.max_vcpus), ("test", None, None));
    assert_eq!(domain.cpu.host_passthrough, Some(false));
    assert_eq!(domain.disk_buses, Offer::NotTold);
}

#[test]
fn devices_are_told_by_a_new_host() {
    let q35 = domain(KVM);
    assert_eq!((q35.virt_type.as_str(), q35.arch.as_str(), q35.max_vcpus), ("kvm", "x86_64", Some(1024)));
    assert_eq!(q35.machine_version(), Some((10, 0)));
    assert!(q35.firmware.has("efi") && q35.secure_loader.has("yes") && q35.loaders.len() == 3);
    assert!(q35.disk_buses.has("sata") && !q35.disk_buses.may_have("ide"));
    assert!(domain(PC).disk_buses.has("ide"));
    assert!(q35.graphics.has("vnc") && !q35.graphics.may_have("spice"));
    assert_eq!(q35.video.first_of(&["qxl", "virtio", "vga"]), Some("virtio"));
    assert!(q35.rng_models.has("virtio") && q35.rng_backends.has("random"));
    assert!(q35.tpm_models.has("tpm-crb") && !q35.tpm_backends.may_have("emulator"));
    assert!(q35.memory.has("memfd") && q35.filesystems.has("virtiofs") && q35.interface_backends.has("passt"));
    assert!(q35.channels.has("unix"));
    assert_eq!((q35.features.get("genid"), q35.features.get("sev")), (Some(&true), Some(&false)));
    assert_eq!(q35.hyperv.values().collect::<Vec<_>>(), ["spinlocks", "vendor_id"]);
}

#[test]
fn cpu_models_say_whether_they_run_here() {
    let cpu = domain(KVM).cpu;
    assert_eq!((cpu.host_passthrough, cpu.maximum), (Some(true), Some(true)));
    let host = cpu.host_model.unwrap();
    assert_eq!((host.supported, host.model.as_deref()), (true, Some("Icelake-Server")));
    let named = |name: &str| cpu.models.iter().find(|m| m.name == name).unwrap();
    assert_eq!((named("486").usable, named("486").canonical.as_deref()), (Some(true), Some("486-v1")));
    assert_eq!(named("Broadwell").usable, Some(false));
    assert!(named("Broadwell").blockers.iter().any(|b| b == "avx2"));
    assert_eq!(domain(QEMU).cpu.host_passthrough, Some(false));
}

#[test]
fn what_an_old_host_does_not_tell_is_not_denied() {
    let old = domain(OLD);
    assert_eq!((old.max_vcpus, old.machine_version()), (Some(240), None));
    assert!(old.disk_buses.has("virtio") && !old.disk_buses.may_have("sata"));
    for untold in [&old.firmware, &old.graphics, &old.video, &old.rng_models, &old.channels, &old.hyperv] {
        assert_eq!(*untold, Offer::NotTold);
        assert!(untold.may_have("x") && !untold.has("x"));
    }
    assert_eq!(old.cpu, CpuModes::default());
}

#[test]
fn no_at_all_is_an_answer() {
    let xml = "<domainCapabilities><devices><tpm supported='no'><enum name='model'><value>x</value></enum></tpm>\
               <graphics supported='yes'/></devices></domainCapabilities>";
    let told = domain(xml);
    assert_eq!(told.tpm_models, Offer::Only(BTreeSet::new()));
    assert_eq!(told.graphics, Offer::NotTold);
}

#[test]
fn other_documents_are_refused() {
    assert_eq!(Capabilities::parse("<domain/>"), Err(CapabilitiesError::WrongRoot("domain".into())));
    assert!(matches!(DomainCapabilities::parse("<a>"), Err(CapabilitiesError::NotXml(_))));
    assert_eq!(Capabilities::parse("<capabilities/>"), Ok(Capabilities::default()));
}
