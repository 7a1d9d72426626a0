//! What is in the way of a network's start, met on purpose and mended.

use lectern_model::network::{
    Network,
    cure::{Cure, Trouble},
    trap::Trap,
};
use lectern_services::plan::networks;
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans, wait,
    witness::{Witness, answer},
};

use super::fixed;

fn trouble(libvirt: &str, name: &str) -> Trouble {
    answer(Witness::connect(libvirt).host.network_trouble(name.to_owned())).expect("an answer")
}

/// The network of that name is mended, and then has no trouble.
fn mended(uri: &str, name: &str) -> (Trouble, Network) {
    let found = trouble(uri, name);
    let named = || {
        let all = answer(Witness::connect(uri).host.networks()).expect("networks");
        all.into_iter().find(|network| network.name == name).expect("the network")
    };
    let journals = tempfile::tempdir().expect("a folder");
    let host = lectern_model::uri::HostUri::parse(uri).unwrap();
    let plan = networks::mend(&host, &named(), &found.cures).unwrap().expect("something to do");
    plans::must(&plan, journals.path());
    assert_eq!(trouble(uri, name), Trouble::default());
    let now = named();
    assert!(now.active, "{name} is not started");
    (found, now)
}

#[test]
fn traps_are_mended_in_place() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    fixed(&mut libvirt);
    // The host's own routes, ports and processes are seen from inside.
    let said = libvirt.inside("traps::traps_inside");
    assert!(said.contains("all were mended"), "{said}");
}

#[test]
#[ignore = "started by the test above, inside the private libvirt's namespaces"]
fn traps_inside() {
    let uri = std::env::var(lectern_test_kit::inside::URI).unwrap();
    let sh = |line: &str| {
        let done = std::process::Command::new("sh").args(["-ec", line]).output().expect("a shell");
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let define = |name: &str, bridge: &str, net: &str| {
        sh(&format!(
            "virsh -q -c '{uri}' net-define /dev/stdin <<'EOF'\n<network><name>{name}</name><forward mode='nat'/>\
             <bridge name='{bridge}'/><ip address='{net}.1' netmask='255.255.255.0'><dhcp><range start='{net}.2' \
             end='{net}.200'/></dhcp></ip></network>\nEOF\n"
        ));
    };
    // A guest whose host has the usual network: its own uplink is in it.
    sh(
        "ip link add up0 type bridge; ip addr add 192.168.122.5/24 dev up0; ip link set up0 up; ip route add default via 192.168.122.1 dev up0",
    );
    define("default", "virbr0", "192.168.122");
    let (found, now) = mended(&uri, "default");
    assert!(matches!(&found.traps[..], [Trap::Addresses { uplink: true, .. }]), "{found:?}");
    let spec = now.spec.unwrap();
    assert!(matches!(&found.cures[..], [Cure::Range { to, .. }] if *to == spec.subnets[0].address.trunc()));
    assert!(spec.subnets[0].address.to_string().ends_with(".1/24") && spec.subnets[0].ranges.len() == 1);
    // A bridge that the host has, and another network's addresses, at once.
    sh("ip link add br7 type bridge");
    define("same", "br7", "192.168.1");
    let (found, now) = mended(&uri, "same");
    let both = matches!(&found.traps[..], [Trap::Bridge { network: None, .. }, Trap::Addresses { uplink: false, .. }]);
    assert!(both, "{found:?}");
    assert_eq!(now.bridge.as_deref(), Some("same"));
    // Another name server on all addresses, which was there first.
    sh(&format!("for n in vbr default same; do virsh -q -c '{uri}' net-destroy $n; done"));
    let mut other = std::process::Command::new("dnsmasq")
        .args(["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file", "--no-resolv", "--port=53"])
        .spawn()
        .expect("a name server");
    wait::holds("it to listen", wait::SOON, || sh("ss -lnt || cat /proc/net/tcp").contains("0.0.0.0:53 "));
    define("named", "br9", "10.9.9");
    let (found, now) = mended(&uri, "named");
    assert_eq!(found.cures, [Cure::NameServer], "{found:?}");
    assert!(now.xml.contains("dhcp-option=option:dns-server,10.9.9.1"), "{}", now.xml);
    other.kill().and_then(|()| other.wait()).expect("its end");
    // A zone of firewalld, which does not run.
    sh(&format!(
        "virsh -q -c '{uri}' net-destroy named; virsh -q -c '{uri}' net-define /dev/stdin <<'EOF'\n\
         <network><name>zoned</name><forward mode='nat'/><bridge name='br8' zone='trusted'/>\
         <ip address='10.9.8.1' netmask='255.255.255.0'/></network>\nEOF\n"
    ));
    let refused = format!("! virsh -q -c '{uri}' net-start zoned");
    sh(&refused);
    let (found, now) = mended(&uri, "zoned");
    assert_eq!(found.traps, [Trap::NoFirewalld("trusted".into())]);
    assert!(!now.xml.contains("zone="), "{}", now.xml);
    // Its DHCP server and its rules are gone while it is started.
    sh(&format!("virsh -q -c '{uri}' net-start vbr"));
    sh("kill $(cat /run/libvirt/network/vbr.pid); nft flush ruleset 2>/dev/null || iptables -F");
    wait::holds("it to be missed", wait::SOON, || trouble(&uri, "vbr").traps == [Trap::NoDnsmasq]);
    let rules = || sh("nft list ruleset 2>/dev/null || iptables -S");
    assert!(!rules().contains("192.168.1."), "{}", rules());
    mended(&uri, "vbr");
    assert!(rules().contains("192.168.1."), "{}", rules());
    // firewalld was started after it, and begins with no rules of others: a process of that name, and the rules gone.
    assert_eq!(trouble(&uri, "vbr").traps, []);
    sh("cp /bin/sleep /tmp/firewalld");
    let mut firewalld = std::process::Command::new("/tmp/firewalld").arg("600").spawn().expect("a process");
    sh("nft flush ruleset 2>/dev/null || iptables -F");
    wait::holds("it to be seen", wait::SOON, || trouble(&uri, "vbr").traps == [Trap::FirewallLater]);
    mended(&uri, "vbr");
    assert!(rules().contains("192.168.1."), "{}", rules());
    assert_eq!(trouble(&uri, "vbr").traps, [], "it is not said again");
    firewalld.kill().and_then(|()| firewalld.wait()).expect("its end");
    println!("all were mended");
}
