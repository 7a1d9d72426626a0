//! Files as courses hand them out: of a running machine, of one that is off, by hand.

use proptest::prelude::*;

use super::*;

const LIVE: &str = include_str!("../xml/corpus/domain-kvm.xml");
const UEFI: &str = include_str!("../xml/corpus/domain-uefi-tpm.xml");

fn parse(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn uuid() -> DomainId {
    DomainId::parse("6695eb01-f6a4-4304-b9aa-97f2502e193f").unwrap()
}

fn mac(last: u8) -> MacAddress {
    MacAddress::from_random([0, 0, last])
}

fn kept(text: &str) -> Identified {
    identify(&parse(text), &Identity::default()).unwrap()
}

fn renewed(text: &str) -> Identified {
    let identity = Identity { name: Some("new".into()), uuid: Some(uuid()), macs: Some((0..9).map(mac).collect()) };
    identify(&parse(text), &identity).unwrap()
}

fn places(identified: &Identified, reason: Reason) -> Vec<String> {
    identified.differences.iter().filter(|d| d.reason == reason).map(|d| d.place.to_string()).collect()
}

#[test]
fn an_identity_is_read() {
    let found = current(&parse(LIVE)).unwrap();
    assert_eq!(found.name.as_deref(), Some("web01"));
    assert_eq!(found.uuid.map(|u| u.to_string()).as_deref(), Some("3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c01"));
    assert_eq!(found.macs, [MacAddress::parse("52:54:00:6b:3c:58").ok()]);
    assert!(found.is_live && !current(&parse(UEFI)).unwrap().is_live);
    let network = current(&parse("<network/>"));
    assert_eq!(network, Err(IdentityError::NotADomain("network".into())));
}

#[test]
fn a_running_machines_xml_becomes_a_machines() {
    let kept = kept(LIVE);
    let text = kept.document.to_string();
    for runtime in [
        "id='7'",
        "vnet3",
        "portid",
        "virbr0",
        "/dev/pts",
        "tty=",
        "serial0",
        "virtio-disk0",
        "index=",
        "backingStore",
        "state='connected'",
        "channel/7-web01",
        "5900",
        "imagelabel",
        "/machine",
    ] {
        assert!(LIVE.contains(runtime) && !text.contains(runtime), "{runtime} is in\n{text}");
    }
    for own in ["3f0c2b5e-8a41", "web01", "52:54:00:6b:3c:58", "<address type='pci'", "network='default'", "port='-1'"]
    {
        assert!(text.contains(own), "{own} is not in\n{text}");
    }
    assert!(kept.differences.iter().all(|d| d.reason == Reason::Runtime));
    assert_eq!(kept.differences[0].place.to_string(), "/");
    assert_eq!(kept.differences[0].part, Part::Attribute("id"));
}

#[test]
fn a_machine_that_is_off_stays_as_it_is() {
    let kept = kept(UEFI);
    assert_eq!((kept.document.as_str(), kept.differences), (UEFI, vec![]));
    let own = "<domain><devices><interface><target dev='vnet1' managed='no'/><alias name='ua-a'/></interface>\
               <interface><target dev='tap-web'/></interface>\
               <disk><backingStore type='file'/></disk>\
               <channel type='unix'><source mode='bind' path='/srv/a.sock'/><target name='a.sock'/></channel>\
               <serial type='pty'><source path='/dev/ttyS9'/></serial>\
               <graphics port='5901' autoport='no'/></devices>\
               <seclabel type='static'><label>a</label></seclabel></domain>";
    assert_eq!(super::tests::kept(own).document.as_str(), own);
}

#[test]
fn a_new_identity_is_new_in_every_place() {
    let text = "<domain type='kvm'>\n  <!-- mine -->\n  <name>old</name>\n  <uuid>3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c01</uuid>\n\
                  <genid>3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c02</genid>\n\
                  <sysinfo type='smbios'><system><entry name='uuid'>3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c01</entry></system></sysinfo>\n\
                  <os><nvram>/n/old_VARS.fd</nvram></os>\n\
                  <devices><interface type='bridge'><mac address='52:54:00:aa:aa:aa'/><target dev='web'/></interface>\
                  <interface type='user'/><vsock><cid auto='no' address='7'/></vsock></devices>\n</domain>\n";
    let wanted = "<domain type='kvm'>\n  <!-- mine -->\n  <name>new</name>\n  <uuid>6695eb01-f6a4-4304-b9aa-97f2502e193f</uuid>\n\
                  <genid></genid>\n\
                  <sysinfo type='smbios'><system><entry name='uuid'>6695eb01-f6a4-4304-b9aa-97f2502e193f</entry></system></sysinfo>\n\
                  <os><nvram>/n/new_VARS.fd</nvram></os>\n\
                  <devices><interface type='bridge'><mac address='52:54:00:00:00:00'/></interface>\
                  <interface type='user'><mac address='52:54:00:00:00:01'/></interface><vsock><cid auto='yes'/></vsock></devices>\n</domain>\n";
    let renewed = renewed(text);
    assert_eq!(renewed.document.as_str(), wanted);
    for (reason, place) in [
        (Reason::Name, &["/name"][..]),
        (Reason::Uuid, &["/uuid", "/sysinfo/system/entry"]),
        (Reason::GenerationId, &["/genid"]),
        (Reason::Nvram, &["/os/nvram"]),
        (Reason::Mac, &["/devices/interface[1]/mac", "/devices/interface[2]"]),
        (Reason::HostInterface, &["/devices/interface[1]/target"]),
        (Reason::Vsock, &["/devices/vsock/cid", "/devices/vsock/cid"]),
        (Reason::Runtime, &[]),
    ] {
        assert_eq!(places(&renewed, reason), place, "{reason:?}");
    }
}

#[test]
fn the_variables_of_uefi_never_stay_anothers() {
    let of = |nvram: &str| {
        let text = format!("<domain><name>old</name><os>{nvram}</os></domain>");
        renewed(&text).document.root().child("os").unwrap().child("nvram").unwrap().source().to_owned()
    };
    assert_eq!(of("<nvram>/n/old.fd</nvram>"), "<nvram>/n/new.fd</nvram>");
    assert_eq!(of("<nvram>/n/older_VARS.fd</nvram>"), "<nvram>/n/new_older_VARS.fd</nvram>");
    assert_eq!(of("<nvram template='/t'/>"), "<nvram template='/t'/>");
    assert_eq!(
        of("<nvram type='file'><source file='/n/old_VARS.qcow2'/></nvram>"),
        "<nvram type='file'><source file='/n/new_VARS.qcow2'/></nvram>"
    );
}

#[test]
fn what_is_missing_is_added() {
    let text = renewed("<domain>\n  <memory>1</memory>\n</domain>").document.to_string();
    let uuid = uuid();
    assert_eq!(text, format!("<domain>\n  <name>new</name>\n  <uuid>{uuid}</uuid>\n  <memory>1</memory>\n</domain>"));
}

#[test]
fn too_few_addresses_and_bad_characters_are_refused() {
    let identity = Identity { macs: Some(vec![]), ..Identity::default() };
    let refused = identify(&parse(LIVE), &identity);
    assert_eq!(refused, Err(IdentityError::TooFewMacs { needed: 1, given: 0 }));
    let identity = Identity { name: Some("a\0".into()), ..Identity::default() };
    assert!(matches!(identify(&parse(LIVE), &identity), Err(IdentityError::Xml(_))));
}

#[test]
fn the_same_identity_again_changes_nothing() {
    let once = renewed(LIVE);
    let again = renewed(once.document.as_str());
    assert_eq!((again.document, again.differences), (once.document, vec![]));
}

#[test]
fn odd_files_lose_nothing_but_what_is_listed() {
    for text in [
        include_str!("../xml/corpus/domain-comments.xml"),
        include_str!("../xml/corpus/domain-cdata-chinese.xml"),
        include_str!("../xml/corpus/domain-crlf.xml"),
        include_str!("../xml/corpus/domain-entities.xml"),
        include_str!("../xml/corpus/domain-lxc.xml"),
        include_str!("../xml/corpus/domain-metadata-vendors.xml"),
        include_str!("../xml/corpus/domain-numa-tune.xml"),
        include_str!("../xml/corpus/domain-odd-space.xml"),
        include_str!("../xml/corpus/domain-one-line.xml"),
        include_str!("../xml/corpus/domain-qemu-commandline.xml"),
        include_str!("../xml/corpus/domain-xen.xml"),
        LIVE,
        UEFI,
    ] {
        for once in [kept(text), renewed(text)] {
            let gone: usize = once.differences.iter().filter_map(|d| d.old.as_ref()).map(String::len).sum();
            let new: usize = once.differences.iter().filter_map(|d| d.new.as_ref()).map(String::len).sum();
            // Besides values, only markup, white space and indentation around them may go or come.
            let around = 80 * once.differences.len();
            let (before, after) = (text.len(), once.document.as_str().len());
            assert!(after + gone + around >= before && before + new + around >= after, "{}", once.document);
            assert_eq!(text.matches("<!--").count(), once.document.as_str().matches("<!--").count());
            assert_eq!(kept(once.document.as_str()).differences, []);
        }
    }
}

proptest! {
    #[test]
    fn a_name_comes_back(name in "[^\\p{C}]{1,30}") {
        let identity = Identity { name: Some(name.clone()), ..Identity::default() };
        let identified = identify(&parse(LIVE), &identity).unwrap();
        let root = identified.document.root();
        prop_assert_eq!(root.child("name").unwrap().text(), name.as_str());
    }
}
