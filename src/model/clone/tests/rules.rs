//! Each rule alone: what virt-manager changes, and what it leaves alone.

use super::*;
use crate::metadata;

#[test]
fn who_it_is() {
    let source = parse(
        "<domain type='kvm' id='7'>\n  <name>web01</name>\n  <title>Web</title>\n  <description>kept</description>\n</domain>",
    );
    let new = clone(&source, &Request::new(identity(1))).unwrap();
    let uuid = identity(1).uuid;
    assert_eq!(
        new.document.as_str(),
        format!(
            "<domain type='kvm'>\n  <name>clone1</name>\n  <uuid>{uuid}</uuid>\n  <description>kept</description>\n</domain>"
        )
    );
    let reasons: Vec<_> = new.changes.iter().map(|change| change.reason).collect();
    assert_eq!(reasons, [Reason::Runtime, Reason::Name, Reason::Uuid, Reason::Title]);
    let titled = Request::new(Identity { title: Some("李雷 <1>".into()), ..identity(1) });
    assert!(clone(&source, &titled).unwrap().document.as_str().contains("<title>李雷 &lt;1&gt;</title>"));
    let bare = clone(&parse("<!-- x --><domain/>"), &titled).unwrap().document.to_string();
    assert_eq!(
        bare,
        format!("<!-- x --><domain><name>clone1</name><uuid>{uuid}</uuid><title>李雷 &lt;1&gt;</title></domain>")
    );
}

#[test]
fn only_domains_and_new_identities_are_taken() {
    let source =
        parse(&machine("<devices><interface type='user'><mac address='52:54:00:FE:1:0'/></interface></devices>"));
    let named = |name: &str| Identity { name: name.into(), ..identity(2) };
    let refused = |identity| clone(&source, &Request::new(identity)).unwrap_err();
    assert_eq!(refused(named("web01")), CloneError::SameName("web01".into()));
    assert_eq!(refused(named(" ")), CloneError::NoName);
    let uuid = DomainId::parse(OLD_UUID).unwrap();
    assert_eq!(refused(Identity { uuid, ..identity(2) }), CloneError::SameUuid);
    assert_eq!(refused(Identity { macs: vec![], ..identity(2) }), CloneError::TooFewMacs { needed: 1, given: 0 });
    assert_eq!(refused(identity(1)), CloneError::TakenMac("52:54:00:fe:01:00".into()));
    let network = clone(&parse("<network/>"), &Request::new(identity(1)));
    assert_eq!(network, Err(CloneError::NotADomain("network".into())));
    assert!(matches!(refused(named("a\u{1}")), CloneError::Edit(_)));
}

#[test]
fn notes_are_not_inherited_and_those_of_others_are() {
    let foreign = "<o:os xmlns:o='urn:osinfo' id='x'/>";
    let ours = "<lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'><lectern:template version='1'/></lectern:machine>";
    let unknown = "<m xmlns='urn:lectern:machine:9'/>";
    let source = format!("<metadata>{foreign}{ours}{unknown}</metadata>");
    assert_eq!(after(&source), format!("<metadata>{foreign}</metadata>"));
    let metadata = Some(metadata::Machine { project: Some("p".into()), ..metadata::Machine::default() });
    let request = Request::new(Identity { metadata: metadata.clone(), ..identity(1) });
    let document = clone(&parse(&machine(&source)), &request).unwrap().document;
    assert_eq!(Some(metadata::read(&document).machine()), metadata);
    let document = clone(&parse(&machine("<description/>")), &request).unwrap().document;
    assert_eq!(Some(metadata::read(&document).machine()), metadata);
}

#[test]
fn numbers_that_are_given_once() {
    let new = cloned(&format!(
        "<genid>{OLD_UUID}</genid><sysinfo type='smbios'><system><entry name='uuid'>{OLD_UUID}</entry><entry name='serial'>ds=nocloud;h=web01;x=y</entry><entry name='sku'>k</entry></system><oemStrings><entry>lectern:v1</entry><entry>mine</entry></oemStrings></sysinfo>"
    ));
    let text = new.document.to_string();
    assert!(!text.contains(OLD_UUID) && text.contains("<entry>mine</entry>") && !text.contains("lectern:v1"), "{text}");
    assert!(text.contains(&format!("<entry name='uuid'>{}</entry>", identity(1).uuid)));
    assert!(
        text.contains("<entry name='serial'>ds=nocloud;h=clone1;x=y</entry>")
            && text.contains("<entry name='sku'>k</entry>")
    );
    assert_eq!(after("<genid/>"), "<genid/>");
}

#[test]
fn firmware_files_follow_the_name() {
    let with = |inside: &str| cloned(&format!("<os>{inside}</os>"));
    for (old, new) in [
        ("<nvram template='/t.fd'>/n/web01_VARS.fd</nvram>", "<nvram template='/t.fd'>/n/clone1_VARS.fd</nvram>"),
        ("<nvram>/n/vars</nvram>", "<nvram>/n/clone1_VARS.fd</nvram>"),
        (
            "<nvram type='file' format='qcow2'><source file='/n/x.qcow2'/></nvram>",
            "<nvram type='file' format='qcow2'><source file='/n/clone1_VARS.qcow2'/></nvram>",
        ),
        ("<nvram type='block'><source dev='/dev/vg/x'/></nvram>", ""),
        ("<nvram template='/t.fd'/>", "<nvram template='/t.fd'/>"),
        (
            "<loader readonly='yes' type='pflash'>/u/CODE.fd</loader>",
            "<loader readonly='yes' type='pflash'>/u/CODE.fd</loader>",
        ),
        (
            "<loader readonly='no' type='pflash'>/v/web01.fd</loader>",
            "<loader readonly='no' type='pflash'>/v/clone1.fd</loader>",
        ),
    ] {
        assert_eq!(inside_of(&with(old).document), format!("<os>{new}</os>"));
    }
    let companions = with("<nvram>/n/web01_VARS.fd</nvram>").companions;
    let (from, to) = (Some("/n/web01_VARS.fd".into()), Some("/n/clone1_VARS.fd".into()));
    assert_eq!(companions, [Companion { kind: CompanionKind::Nvram, from, to }]);
}

#[test]
fn labels_and_arguments() {
    let selinux = "<seclabel type='static' model='selinux'><label>s:c1,c2</label></seclabel>";
    let dac = "<seclabel type='static' model='dac'><label>+1:+2</label></seclabel>";
    let live = "<seclabel type='dynamic' model='dac' relabel='yes'><label>+1:+2</label><imagelabel>+1:+2</imagelabel></seclabel>";
    assert_eq!(after(selinux), "");
    assert_eq!(after(dac), dac);
    assert_eq!(after(live), "");
    let based = "<seclabel type='dynamic' model='selinux'><baselabel>b</baselabel><label>l</label></seclabel>";
    assert_eq!(after(based), based.replace("<label>l</label>", ""));
    let arguments = |value: &str| {
        format!(
            "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='{value}'/></q:commandline>"
        )
    };
    for (value, kept) in [("-nodefaults", true), ("user,hostfwd=tcp::22-:22", false), ("file=/x", false)] {
        assert_eq!(after(&arguments(value)) == arguments(value), kept, "{value}");
    }
}

#[test]
fn what_only_live_xml_has() {
    let inside = "<resource><partition>/machine</partition></resource><cpu mode='custom' check='full'/>";
    assert_eq!(after(inside), inside);
    let live = parse(&machine(inside).replacen("kvm'", "kvm' id='3'", 1));
    let new = clone(&live, &request(&live, 1)).unwrap();
    assert_eq!(inside_of(&new.document), "<cpu mode='custom' check='partial'/>");
}

#[test]
fn network_cards() {
    let mac = "<mac address='52:54:00:fe:01:00'/>";
    for (old, new) in [
        (
            "<interface type='network'><mac address='52:54:00:6b:3c:58'/><source network='default' portid='p' bridge='virbr0'/><target dev='vnet3'/><alias name='net0'/></interface>",
            format!("<interface type='network'>{mac}<source network='default'/></interface>"),
        ),
        ("<interface type='user'/>", format!("<interface type='user'>{mac}</interface>")),
        (
            "<interface type='bridge'><source bridge='br0'/><virtualport type='openvswitch'><parameters interfaceid='u' profileid='p'/></virtualport></interface>",
            format!(
                "<interface type='bridge'>{mac}<source bridge='br0'/><virtualport type='openvswitch'><parameters profileid='p'/></virtualport></interface>"
            ),
        ),
        (
            "<interface type='ethernet'><target dev='tap7' managed='no'/></interface>",
            format!("<interface type='ethernet'>{mac}</interface>"),
        ),
        (
            "<interface type='user'><backend type='passt' logFile='/l/web01.log'/><portForward proto='tcp'><range start='2222' to='22'/></portForward></interface>",
            format!("<interface type='user'>{mac}<backend type='passt' logFile='/l/clone1.log'/></interface>"),
        ),
        (
            "<interface type='network'><mac address='52:54:00:6b:3c:58'/><filterref filter='clean'><parameter name='MAC' value='52:54:00:6b:3c:58'/><parameter name='IP' value='10.0.0.1'/></filterref></interface>",
            format!(
                "<interface type='network'>{mac}<filterref filter='clean'><parameter name='MAC' value='52:54:00:fe:01:00'/></filterref></interface>"
            ),
        ),
        ("<interface type='hostdev'><source><address type='pci'/></source></interface>", String::new()),
        (
            "<interface type='direct'><source dev='e' mode='bridge'/></interface>",
            format!("<interface type='direct'>{mac}<source dev='e' mode='bridge'/></interface>"),
        ),
        ("<interface type='direct'><source dev='e' mode='passthrough'/></interface>", String::new()),
    ] {
        assert_eq!(devices(old), new);
    }
    let forward = "<interface type='user'><mac address='52:54:00:0:0:1'/><portForward proto='tcp'/></interface>";
    let kept = answered(forward, device("interface").child("portForward"), &Answer::Keep);
    assert!(kept.contains("<portForward proto='tcp'/>"));
    let card = "<interface type='hostdev'/>";
    assert_eq!(
        answered(card, device("interface"), &Answer::Keep),
        format!("<interface type='hostdev'>{mac}</interface>")
    );
}

#[test]
fn lines_of_all_kinds() {
    let agent = "<target type='virtio' name='org.qemu.guest_agent.0'";
    for (old, new) in [
        (format!("<channel type='unix'><source mode='bind' path='/run/libvirt/qemu/channel/7-web01/org.qemu.guest_agent.0'/>{agent} state='connected'/></channel>"), format!("<channel type='unix'><source mode='bind'/>{agent}/></channel>")),
        (format!("<channel type='unix'><source mode='bind' path='/tmp/x.sock'/>{agent}/></channel>"), format!("<channel type='unix'><source mode='bind' path='/tmp/clone1-x.sock'/>{agent}/></channel>")),
        ("<serial type='file'><source path='/l/web01.log'/></serial>".into(), "<serial type='file'><source path='/l/clone1.log'/></serial>".into()),
        ("<serial type='pty'><source path='/dev/pts/3'/><log file='/l/a.log' append='on'/></serial>".into(), "<serial type='pty'><log file='/l/clone1-a.log' append='on'/></serial>".into()),
        ("<console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/><target type='serial'/></console>".into(), "<console type='pty'><target type='serial'/></console>".into()),
        ("<serial type='tcp'><source mode='bind' host='0.0.0.0' service='4555'/><protocol type='telnet'/><target port='0'/></serial>".into(), "<serial type='pty'><target port='0'/></serial>".into()),
        ("<serial type='tcp'><source mode='connect' host='c' service='4555'/></serial>".into(), "<serial type='tcp'><source mode='connect' host='c' service='4555'/></serial>".into()),
        ("<serial type='unix'><source mode='bind' path='/tmp/web01.sock'/></serial>".into(), "<serial type='unix'><source mode='bind' path='/tmp/clone1.sock'/></serial>".into()),
        ("<serial type='dev'><source path='/dev/ttyS0'/></serial>".into(), "<serial type='pty'></serial>".into()),
        ("<serial type='file'><source path='/dev/null'/></serial>".into(), "<serial type='file'><source path='/dev/null'/></serial>".into()),
        ("<redirdev bus='usb' type='tcp'><source mode='bind' service='9'/></redirdev>".into(), String::new()),
        ("<redirdev bus='usb' type='spicevmc'/>".into(), "<redirdev bus='usb' type='spicevmc'/>".into()),
        ("<rng model='virtio'><backend model='egd' type='udp'><source mode='bind' service='1'/><source mode='connect' service='2'/></backend></rng>".into(), String::new()),
    ] {
        assert_eq!(devices(&old), new);
    }
}

#[test]
fn a_console_follows_the_serial_port_that_it_repeats() {
    let line = |name: &str| format!("<{name} type='tcp'><source mode='bind' service='45'/></{name}>");
    let both = format!("{}{}", line("serial"), line("console"));
    assert_eq!(devices(&both), "<serial type='pty'></serial><console type='pty'></console>");
    let to = answered(&both, device("serial"), &Answer::To("46".into()));
    assert_eq!(to, both.replace("45", "46"));
    assert_eq!(answered(&both, device("serial"), &Answer::LeaveOut), "");
}

#[test]
fn displays_choose_their_ports() {
    for (old, new) in [
        (
            "<graphics type='vnc' port='5901' autoport='no' websocket='5701'/>",
            "<graphics type='vnc' port='-1' websocket='-1'/>",
        ),
        (
            "<graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'/>",
            "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>",
        ),
        (
            "<graphics type='spice' port='5901' tlsPort='5902' passwd='x'/>",
            "<graphics type='spice' port='-1' tlsPort='-1' passwd='x'/>",
        ),
        ("<graphics type='vnc' port='-1' autoport='yes'/>", "<graphics type='vnc' port='-1' autoport='yes'/>"),
        (
            "<graphics type='vnc'><listen type='socket' socket='/var/lib/libvirt/qemu/domain-7-web01/vnc.sock'/></graphics>",
            "<graphics type='vnc'><listen type='socket'/></graphics>",
        ),
        (
            "<graphics type='vnc' socket='/tmp/v.sock'><listen type='socket' socket='/tmp/v.sock'/></graphics>",
            "<graphics type='vnc' socket='/tmp/clone1-v.sock'><listen type='socket' socket='/tmp/clone1-v.sock'/></graphics>",
        ),
        (
            "<graphics type='vnc' listen='1.2.3.4'><listen type='network' network='n' address='1.2.3.4'/></graphics>",
            "<graphics type='vnc'><listen type='network' network='n'/></graphics>",
        ),
    ] {
        assert_eq!(devices(old), new);
    }
    let fixed = "<graphics type='vnc' port='5901' autoport='no'/>";
    assert_eq!(answered(fixed, device("graphics"), &Answer::Keep), fixed);
}

#[test]
fn what_one_machine_can_have() {
    for (old, new) in [
        ("<hostdev mode='subsystem' type='usb'/>", ""),
        (
            "<input type='evdev'><source dev='/dev/input/event1'/></input><input type='tablet' bus='usb'/>",
            "<input type='tablet' bus='usb'/>",
        ),
        (
            "<vsock model='virtio'><cid auto='no' address='3'/></vsock>",
            "<vsock model='virtio'><cid auto='yes'/></vsock>",
        ),
        (
            "<vsock model='virtio'><cid auto='yes' address='3'/></vsock>",
            "<vsock model='virtio'><cid auto='yes'/></vsock>",
        ),
        (
            "<shmem name='glass'><model type='ivshmem-plain'/></shmem>",
            "<shmem name='clone1-glass'><model type='ivshmem-plain'/></shmem>",
        ),
        ("<shmem name='s'><server path='/x'/></shmem>", ""),
        (
            "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
            "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
        ),
        (
            "<tpm><backend type='emulator'><source type='dir' path='/t/web01'/></backend></tpm>",
            "<tpm><backend type='emulator'><source type='dir' path='/t/clone1'/></backend></tpm>",
        ),
        ("<tpm><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>", ""),
        (
            "<memory model='nvdimm'><source><path>/m/nv</path></source></memory>",
            "<memory model='nvdimm'><source><path>/m/clone1-nv</path></source></memory>",
        ),
        ("<memory model='nvdimm'><source><path>/dev/pmem0</path></source></memory>", ""),
        (
            "<filesystem type='mount'><source dir='/srv'/><target dir='t'/></filesystem>",
            "<filesystem type='mount'><source dir='/srv'/><target dir='t'/></filesystem>",
        ),
        ("<filesystem type='file'><source file='/i'/><target dir='/'/></filesystem>", ""),
        ("<filesystem><source socket='/s'/><target dir='t'/></filesystem>", ""),
        ("<lease><key>k</key></lease>", ""),
        (
            "<pstore backend='acpi-erst'><path>/p/web01_PSTORE.raw</path></pstore>",
            "<pstore backend='acpi-erst'><path>/p/clone1_PSTORE.raw</path></pstore>",
        ),
        (
            "<controller type='usb'><alias name='usb'/></controller><controller type='pci'><alias name='ua-mine'/></controller>",
            "<controller type='usb'></controller><controller type='pci'><alias name='ua-mine'/></controller>",
        ),
    ] {
        assert_eq!(devices(old), new);
    }
    let container = "<domain type='lxc'><name>c</name><devices><filesystem type='mount'><source dir='/c'/><target dir='/'/></filesystem></devices></domain>";
    let new = clone(&parse(container), &Request::new(identity(1))).unwrap();
    assert!(!new.document.as_str().contains("/c'"), "a container's root is not shared");
}

#[test]
fn a_tpm_without_a_path_is_still_told_of() {
    let new = cloned("<devices><tpm><backend type='emulator'/></tpm></devices>");
    assert_eq!(new.companions, [Companion { kind: CompanionKind::Tpm, from: None, to: None }]);
    assert_eq!(new.questions.len(), 1);
}

#[test]
fn a_question_about_something_that_goes_does_not_come_up() {
    let card = "<interface type='hostdev'><portForward proto='tcp'/></interface>";
    let source = parse(&machine(&format!("<devices>{card}</devices>")));
    let all = questions(&source, &request(&source, 1)).unwrap();
    assert_eq!(all.len(), 1);
    let kept = request(&source, 1).answer(device("interface"), Answer::Keep);
    assert_eq!(questions(&source, &kept).unwrap().len(), 2);
    // An answer that was not offered is no answer.
    let odd = request(&source, 1).answer(device("interface"), Answer::Renew);
    assert_eq!(clone(&source, &odd).unwrap().questions[0].answer, Answer::LeaveOut);
}

#[test]
fn changes_say_where_and_why() {
    let new = cloned("<devices><vsock><cid auto='no' address='3'/></vsock><vsock/></devices>");
    let shown: Vec<_> = new
        .changes
        .iter()
        .map(|c| (c.place.to_string(), c.part.clone(), c.old.as_deref(), c.new.as_deref(), c.reason))
        .collect();
    let cid = "/devices/vsock[1]/cid".to_owned();
    assert_eq!(shown[2], (cid.clone(), Part::Attribute("auto".into()), Some("no"), Some("yes"), Reason::Vsock));
    assert_eq!(shown[3], (cid, Part::Attribute("address".into()), Some("3"), None, Reason::Vsock));
    assert_eq!(shown[0], ("/name".into(), Part::Text, Some("web01"), Some("clone1"), Reason::Name));
}

#[test]
fn another_size_and_network() {
    let inside = "<memory unit='MiB'>2</memory><vcpu>2</vcpu><devices><interface type='hostdev' managed='yes'><driver name='vfio'/><source><address/></source><vlan/><boot order='1'/></interface></devices>";
    let source = parse(&machine(inside));
    let with = |size| Request { size, network: Some("vbr".into()), ..request(&source, 1) };
    let new = clone(&source, &with(Some((crate::units::KiB(4096), 2)))).unwrap();
    super::oracle::only_listed(&source, &new.document, &new.changes).unwrap();
    assert_eq!(
        inside_of(&new.document),
        "<memory unit='KiB'>4096</memory><vcpu>2</vcpu><devices><interface type='network'><mac address='52:54:00:fe:01:00'/><source network='vbr'/><boot order='1'/></interface></devices>"
    );
    let same = clone(&source, &with(Some((crate::units::KiB(2048), 2)))).unwrap();
    assert!(same.document.as_str().contains("<memory unit='MiB'>2</memory>"));
}
