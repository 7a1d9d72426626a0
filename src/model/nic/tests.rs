//! Cards read, plugged in elsewhere, added and removed.

use super::*;

const XML: &str = "<domain type='kvm'>
  <devices>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='default' portid='0d1f5a3c-6b0e-4c55-9a6e-3f1a2b4c5d6e' bridge='virbr0'/>
      <target dev='vnet3'/>
      <model type='virtio'/>
      <driver name='vhost' queues='2'/>
      <boot order='1'/>
      <alias name='net0'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>
    <interface type='user'>
      <mac address='52:54:00:00:00:02'/>
      <target dev='mine'/>
      <model type='e1000'/>
      <link state='down'/>
    </interface>
    <serial type='pty'/>
  </devices>
</domain>
";

fn document() -> Document {
    Document::parse(XML).unwrap()
}

fn mac(number: u8) -> MacAddress {
    MacAddress::from_random([0, 0, number])
}

#[test]
fn cards_are_read() {
    let all = nics(&document());
    assert_eq!(all[0].source, NicSource::network("default"));
    assert_eq!((all[0].mac, all[0].model.as_deref(), all[0].is_down), (Some(mac(1)), Some("virtio"), false));
    assert_eq!((&all[1].source, all[1].is_down), (&NicSource::User, true));
    let other = "<domain><devices><interface type='hostdev'/><interface type='direct'><source dev='eth0'/></interface>\
        <interface type='network'/></devices></domain>";
    let all = nics(&Document::parse(other).unwrap());
    assert_eq!(all[0].source, NicSource::Other("hostdev".into()));
    assert_eq!(all[1].source, NicSource::Direct { device: "eth0".into(), mode: "vepa".into() });
    assert_eq!(all[2].source, NicSource::Other("network".into()));
}

#[test]
fn a_card_is_plugged_in_elsewhere_and_keeps_what_is_its_own() {
    let moved = with_source(&document(), mac(1), &NicSource::network("lab")).unwrap();
    let text = moved.to_string();
    assert!(text.contains("<source network='lab'/>"), "{text}");
    assert!(text.contains("<boot order='1'/>") && text.contains("queues='2'") && text.contains("bus='0x01'"), "{text}");
    assert!(!text.contains("vnet3") && !text.contains("portid"), "{text}");
    assert_eq!(nics(&moved)[1], nics(&document())[1]);
    // From a network to QEMU's own and to a bridge.
    let user = with_source(&document(), mac(1), &NicSource::User).unwrap();
    assert_eq!(nics(&user)[0].source, NicSource::User);
    assert!(!user.to_string().contains("<source"));
    let bridge = with_source(&user, mac(2), &NicSource::Bridge("br0".into())).unwrap();
    assert!(
        bridge.to_string().contains(
            "<interface type='bridge'>\n      <mac address='52:54:00:00:00:02'/>\n      <source bridge='br0'/>"
        )
    );
    assert!(bridge.to_string().contains("<target dev='mine'/>"), "a name that somebody chose stays");
    // Nothing to do is nothing done.
    let same = with_source(&document(), mac(1), &NicSource::network("default")).unwrap();
    assert_eq!(same.to_string(), XML);
    assert_eq!(with_source(&document(), mac(9), &NicSource::User).unwrap().to_string(), XML);
}

#[test]
fn another_model_takes_another_slot() {
    let changed = with_model(&document(), mac(1), "e1000").unwrap();
    assert_eq!(nics(&changed)[0].model.as_deref(), Some("e1000"));
    assert!(!changed.to_string().contains("bus='0x01'") && !changed.to_string().contains("vhost"));
    assert_eq!(with_model(&document(), mac(1), "virtio").unwrap().to_string(), XML);
}

#[test]
fn what_is_added_is_after_the_others_and_goes_again() {
    let more = added(&document(), mac(7), &NicSource::network("lab"), "virtio").unwrap();
    let all = nics(&more);
    assert_eq!((all.len(), all[2].mac, &all[2].source), (3, Some(mac(7)), &NicSource::network("lab")));
    assert_eq!(removed(&more, mac(7)).unwrap().to_string(), XML);
    let bare = Document::parse("<domain><name>n</name></domain>").unwrap();
    assert_eq!(nics(&added(&bare, mac(7), &NicSource::User, "virtio").unwrap()).len(), 1);
}

#[test]
fn a_running_card_is_moved_with_its_cable_out_and_in() {
    let card = live(&document(), mac(1)).unwrap().unwrap();
    let text = card.to_string();
    assert!(text.contains("<source network='default'/>") && !text.contains("vnet3"), "{text}");
    assert!(text.contains("<alias name='net0'/>") && text.contains("bus='0x01'"), "{text}");
    let new = moved(&card, &NicSource::Bridge("br0".into())).unwrap();
    assert!(new.to_string().starts_with("<interface type='bridge'>"), "{new}");
    let out = unplugged(&new).unwrap();
    assert!(out.to_string().contains("<link state='down'/>") && !new.to_string().contains("<link"));
    assert_eq!(unplugged(&out).unwrap().to_string(), out.to_string());
    assert_eq!(live(&document(), mac(9)).unwrap(), None);
}

#[test]
fn only_what_is_on_a_bridge_moves_while_it_runs() {
    let network = |name: &str, mode| Network {
        id: crate::network::NetworkId::from_bytes([1; 16]),
        name: name.into(),
        active: true,
        persistent: true,
        autostart: false,
        bridge: None,
        xml: String::new(),
        spec: Some(crate::network::NetworkSpec { mode, ..Default::default() }),
        pending: false,
    };
    let networks = [network("nat", Mode::Nat), network("ovs", Mode::OpenVSwitch), network("tap", Mode::MacvtapBridge)];
    let on = |source: NicSource| source.is_on_bridge(&networks);
    assert!(on(NicSource::network("nat")) && on(NicSource::Bridge("br0".into())));
    assert!(!on(NicSource::network("ovs")) && !on(NicSource::network("tap")) && !on(NicSource::network("none")));
    assert!(!on(NicSource::User));
}
