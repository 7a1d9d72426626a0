//! Networks on what the host itself has, with machines on them: Open vSwitch, a device that guests share, an SR-IOV pool.

use lectern_model::{
    draft::network::{Problem, problems},
    network::Mode,
};
use lectern_services::plan::{self, Outcome, Plan, networks};
use lectern_test_kit::{
    guest::Machine,
    libvirt::PrivateLibvirt,
    plans, wait,
    witness::{Witness, answer},
};

use super::{course_draft, network};

fn plan_of(libvirt: &PrivateLibvirt, name: &str, mode: Mode, on: &str) -> Plan {
    let mut draft = course_draft();
    (draft.name, draft.mode) = (name.into(), mode);
    (draft.bridge, draft.device) = (on.into(), on.into());
    networks::create(&libvirt.host_uri(), &draft.spec().document().unwrap(), true, true).unwrap()
}

/// A machine without a disk on that network, and started.
fn machine_on(libvirt: &PrivateLibvirt, name: &str, network: &str) {
    libvirt.define_empty(name);
    libvirt.virsh(&["attach-interface", name, "network", network, "--model", "virtio", "--config"]);
    libvirt.virsh(&["start", name]);
}

/// Open vSwitch as the host would have it, with its switch in a process of its own: the tests' kernels have none inside.
const OPEN_VSWITCH: &str = "mkdir -p /run/openvswitch && cd /run/openvswitch && \
    ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema && \
    ovsdb-server conf.db --remote=punix:db.sock --pidfile --detach --log-file=/dev/null >/dev/null 2>&1 && \
    ovs-vsctl --no-wait init && ovs-vswitchd --pidfile --detach --log-file=/dev/null >/dev/null 2>&1 && \
    ovs-vsctl --timeout=20 add-br ovsbr0 -- set bridge ovsbr0 datapath_type=netdev";

#[test]
fn machines_meet_on_an_open_vswitch() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    if libvirt.sh("command -v ovs-vswitchd || true").is_empty() {
        return lectern_test_kit::skipped("Open vSwitch is not installed");
    }
    libvirt.sh(OPEN_VSWITCH);
    let journals = tempfile::tempdir().expect("a folder");
    let plan = plan_of(&libvirt, "ovs", Mode::OpenVSwitch, "ovsbr0");
    let made = plans::must(&plan, journals.path());
    assert!(network(&libvirt, "ovs").active);
    for name in ["m1", "m2"] {
        machine_on(&libvirt, name, "ovs");
    }
    let ports = libvirt.sh("ovs-vsctl list-ports ovsbr0");
    assert_eq!(ports.split_whitespace().collect::<Vec<_>>(), ["vnet0", "vnet1"]);
    libvirt.sh("virsh -q destroy m1; virsh -q destroy m2; ovs-appctl exit; ovs-appctl -t ovsdb-server exit");
    plans::must_undo(plan, made, journals.path());
}

/// There is no udev inside, which would make the node of a macvtap device.
const NODES: &str = "mkdir -p /run/taps && mount -t tmpfs taps /run/taps && { \
    for try in $(seq 3000); do for tap in /sys/class/net/macvtap*/macvtap/tap*; do [ -e $tap/dev ] || continue; \
    n=${tap##*/}; [ -e /dev/$n ] && continue; IFS=: read a b <$tap/dev; mknod -m 666 /run/taps/$n c $a $b; \
    ln -s /run/taps/$n /dev/$n; done; sleep 0.01; done >/dev/null 2>&1 & }";

#[test]
fn a_guest_shares_a_device_of_the_host() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.sh("ip link add up0 type veth peer name wire0 && ip link set up0 up && ip link set wire0 up && \
                ip addr add 10.66.0.1/24 dev wire0");
    if libvirt
        .sh("ip link add link up0 name try0 type macvtap 2>/dev/null && ip link del try0 && echo yes || true")
        .is_empty()
    {
        return lectern_test_kit::skipped("this kernel has no macvtap");
    }
    libvirt.sh(NODES);
    let journals = tempfile::tempdir().expect("a folder");
    let plan = plan_of(&libvirt, "shared", Mode::MacvtapBridge, "up0");
    let made = plans::must(&plan, journals.path());
    libvirt.define_guest(Machine { name: "node1", network: false });
    libvirt.virsh(&["attach-interface", "node1", "network", "shared", "--model", "virtio", "--config"]);
    libvirt.sh("dnsmasq --conf-file=/dev/null --pid-file=/run/wire.pid --port=0 --interface=wire0 --bind-interfaces \
                --dhcp-range=10.66.0.50,10.66.0.60 --dhcp-leasefile=/run/wire.leases");
    libvirt.virsh(&["start", "node1"]);
    // What serves the wire outside serves the guest.
    wait::holds("the guest to have an address of the wire", wait::BOOT, || {
        libvirt.sh("cat /run/wire.leases").contains("10.66.0.")
    });
    assert!(libvirt.virsh(&["domiflist", "node1"]).contains("macvtap"));
    libvirt.sh("virsh -q destroy node1; kill $(cat /run/wire.pid)");
    plans::must_undo(plan, made, journals.path());
}

/// The devices here are no SR-IOV cards; that is said before anything is made, and a start that fails leaves nothing.
#[test]
fn a_device_without_virtual_functions_is_no_pool_of_them() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    libvirt.sh("ip link add up0 type veth peer name wire0");
    let said = libvirt.inside("modes::without_functions");
    assert!(said.contains("it was said"), "{said}");
    let journals = tempfile::tempdir().expect("a folder");
    let plan = plan_of(&libvirt, "pool", Mode::SriovPool, "up0");
    let ended = plans::outcome(&plan::start(plan, journals.path()));
    assert!(matches!(&ended, Outcome::Undone { why: Some(_), left } if left.is_empty()), "{ended:?}");
    assert_eq!(libvirt.virsh(&["net-list", "--all", "--name"]).trim(), "");
}

#[test]
#[ignore = "started by the test above, inside the private libvirt's namespaces"]
fn without_functions() {
    let uri = std::env::var(lectern_test_kit::inside::URI).unwrap();
    let facts = answer(Witness::connect(&uri).host.network_facts(None)).expect("facts");
    let mut draft = course_draft();
    (draft.mode, draft.device) = (Mode::SriovPool, "up0".into());
    assert!(problems(&draft, &facts).contains(&Problem::NoFunctions("up0".into())), "{facts:?}");
    println!("it was said");
}
