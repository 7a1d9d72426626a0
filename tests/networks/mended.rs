//! Plans that start networks, and mend those that do not start: failures, kills, and their shell lines.

use lectern_model::network::cure::Trouble;
use lectern_services::plan::networks;
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::Trial,
    witness::{Witness, answer},
};

use super::{fixed, network, two};

/// [`fixed`], and a second one with its addresses, which cannot start.
fn clashing(libvirt: &mut PrivateLibvirt) {
    fixed(libvirt);
    let uri = libvirt.uri();
    let script = format!(
        "v() {{ virsh -q -c '{uri}' \"$@\"; }}\nv net-info same >/dev/null 2>&1 && exit 0\n\
         v net-define /dev/stdin <<'EOF'\n\
         <network><name>same</name><uuid>4dea22b3-1d52-48f3-b90f-4a2d8eb0a1f3</uuid><forward mode='nat'/>\
         <bridge name='same'/><mac address='52:54:00:11:22:44'/><ip address='192.168.1.254' netmask='255.255.255.0'>\
         <dhcp><range start='192.168.1.100' end='192.168.1.200'/></dhcp></ip></network>\nEOF\n"
    );
    libvirt.script(&script);
}

#[test]
fn a_network_is_mended_or_as_it_was() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        let host = Witness::connect(libvirt.uri()).host;
        let Trouble { cures, .. } = answer(host.network_trouble("same".into())).expect("an answer");
        assert_eq!(cures.len(), 1, "other addresses: {cures:?}");
        networks::mend(&libvirt.host_uri(), &network(libvirt, "same"), &cures).unwrap().expect("something to do")
    };
    Trial { libvirt: &mut first, set_up: &clashing, make: &make }.run(&mut second);
}

#[test]
fn a_network_is_started_and_started_anew() {
    let Some((mut first, mut second)) = two() else { return };
    let anew = |libvirt: &PrivateLibvirt| networks::restart(&libvirt.host_uri(), &network(libvirt, "vbr"));
    Trial { libvirt: &mut first, set_up: &fixed, make: &anew }.run(&mut second);
    let stopped = |libvirt: &mut PrivateLibvirt| {
        fixed(libvirt);
        libvirt.virsh(&["net-destroy", "vbr"]);
    };
    let start = |libvirt: &PrivateLibvirt| networks::start(&libvirt.host_uri(), &network(libvirt, "vbr"));
    Trial { libvirt: &mut first, set_up: &stopped, make: &start }.run(&mut second);
}
