//! Network cards: addresses, and what only one machine can be plugged into.

use super::change::Reason;
use super::question::{Answer, Subject};
use super::work::Work;
use crate::xml::{Element, Node};

/// What libvirt calls the host's ends of network cards, before a number (libvirt: `VIR_NET_GENERATED_*_PREFIX`).
const GENERATED: [&str; 3] = ["vnet", "macvtap", "macvlan"];

pub(super) fn apply(work: &mut Work<'_>) {
    for (index, nic) in work.devices("interface").into_iter().enumerate() {
        let is_plugged = index == 0 && work.request.network.is_some();
        if !is_plugged && left_out(work, nic) {
            work.remove(nic, Reason::HostDevice);
        }
        // Whatever is inside of one that goes is dropped again, so its neighbours' rules stay simple.
        let mac = work.identity().macs.get(index).map(ToString::to_string);
        if let Some(mac) = &mac {
            address(work, nic, mac);
        }
        target(work, nic);
        runtime(work, nic);
        port_forwards(work, nic);
        filter(work, nic, mac.as_deref());
        guest_addresses(work, nic);
    }
}

/// The address as written.
pub(super) fn mac_of(nic: Node<'_>) -> Option<String> {
    Some(nic.child("mac")?.attribute("address")?.trim().to_owned())
}

fn address<'d>(work: &mut Work<'d>, nic: Node<'d>, mac: &str) {
    for node in nic.children_named("mac") {
        work.attribute(node, "address", mac, Reason::Mac);
    }
    if nic.child("mac").is_none() {
        work.insert_first(nic, Element::new("mac").attribute("address", mac), Reason::Mac);
    }
}

fn kind(nic: Node<'_>) -> String {
    nic.attribute("type").unwrap_or_default().into_owned()
}

/// A virtual function, a vhost-user socket, a socket that QEMU listens at and macvtap's passthrough are for one machine.
fn left_out<'d>(work: &mut Work<'d>, nic: Node<'d>) -> bool {
    let kind = kind(nic);
    let source = nic.child("source");
    let exclusive = match kind.as_str() {
        "hostdev" | "vdpa" | "server" | "udp" => true,
        "vhostuser" => source.is_some_and(|s| s.attribute("path").is_some()),
        "direct" => source.is_some_and(|s| s.attribute("mode").as_deref() == Some("passthrough")),
        _ => false,
    };
    let by_itself = exclusive
        && work.ask(nic, Subject::ExclusiveNic { kind }, Answer::LeaveOut, &[Answer::Keep]) == Answer::LeaveOut;
    switch_ports(work, nic) || by_itself
}

/// libvirt makes the identifier of a port anew where it is missing; Midonet's is given by its own manager.
fn switch_ports<'d>(work: &mut Work<'d>, nic: Node<'d>) -> bool {
    let mut leave_out = false;
    for port in nic.children_named("virtualport") {
        let midonet = port.attribute("type").as_deref() == Some("midonet");
        if midonet {
            let answer = work.ask(port, Subject::SwitchPort, Answer::LeaveOut, &[Answer::Keep]);
            leave_out |= answer == Answer::LeaveOut;
        }
        for parameters in port.children_named("parameters").filter(|_| !midonet) {
            work.no_attribute(parameters, "interfaceid", Reason::SwitchPort);
            work.no_attribute(parameters, "instanceid", Reason::SwitchPort);
        }
    }
    leave_out
}

/// The host's end, which libvirt names (`vnet0`) unless somebody did; two machines cannot have one.
fn target<'d>(work: &mut Work<'d>, nic: Node<'d>) {
    for node in nic.children_named("target") {
        let Some(dev) = node.attribute("dev") else { continue };
        let numbered = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
        let ours = GENERATED.iter().any(|prefix| dev.strip_prefix(prefix).is_some_and(numbered));
        let reason = if ours { Reason::Runtime } else { Reason::HostDevice };
        let only = node.children().next().is_none() && node.attributes().all(|a| matches!(a.name(), "dev" | "managed"));
        if only {
            work.remove(node, reason);
        } else {
            work.no_attribute(node, "dev", reason);
            work.no_attribute(node, "managed", reason);
        }
    }
}

/// What live XML says of the network's port and bridge, and the log of the user-mode backend.
fn runtime<'d>(work: &mut Work<'d>, nic: Node<'d>) {
    for source in nic.children_named("source").filter(|_| kind(nic) == "network") {
        work.no_attribute(source, "portid", Reason::Runtime);
        work.no_attribute(source, "bridge", Reason::Runtime);
    }
    for backend in nic.children_named("backend") {
        if let Some(log) = backend.attribute("logFile") {
            let new = work.path(&log);
            work.attribute(backend, "logFile", &new, Reason::SharedPath);
        }
    }
}

fn port_forwards<'d>(work: &mut Work<'d>, nic: Node<'d>) {
    for forward in nic.children_named("portForward") {
        let subject = Subject::PortForward { ports: ports(forward) };
        if work.ask(forward, subject, Answer::LeaveOut, &[Answer::Keep]) == Answer::LeaveOut {
            work.remove(forward, Reason::SharedPort);
        }
    }
}

/// `tcp 2222-2230, 8080`.
fn ports(forward: Node<'_>) -> String {
    let range = |node: Node<'_>| {
        let start = node.attribute("start")?.into_owned();
        Some(node.attribute("end").map_or_else(|| start.clone(), |end| format!("{start}-{end}")))
    };
    let all: Vec<_> = forward.children_named("range").filter_map(range).collect();
    format!("{} {}", forward.attribute("proto").unwrap_or_default(), all.join(", ")).trim().to_owned()
}

/// A filter against forged addresses would let nothing of the clone's through.
fn filter<'d>(work: &mut Work<'d>, nic: Node<'d>, mac: Option<&str>) {
    let parameters = nic.children_named("filterref").flat_map(Node::children).filter(|n| n.is(None, "parameter"));
    for node in parameters {
        match (node.attribute("name").as_deref(), mac) {
            (Some("MAC"), Some(mac)) => work.attribute(node, "value", mac, Reason::Mac),
            (Some("IP" | "IPV6"), _) => guest_address(work, node, "value"),
            _ => {}
        }
    }
}

/// A container's own address. User-mode networking has a private one for each machine.
fn guest_addresses<'d>(work: &mut Work<'d>, nic: Node<'d>) {
    if !matches!(kind(nic).as_str(), "user" | "vhostuser") {
        nic.children_named("ip").for_each(|node| guest_address(work, node, "address"));
    }
}

fn guest_address<'d>(work: &mut Work<'d>, node: Node<'d>, attribute: &str) {
    let address = node.attribute(attribute).unwrap_or_default().into_owned();
    let others = [Answer::Keep, Answer::To(address.clone())];
    match work.ask(node, Subject::GuestAddress { address }, Answer::LeaveOut, &others) {
        Answer::LeaveOut => work.remove(node, Reason::GuestAddress),
        Answer::To(new) => work.attribute(node, attribute, &new, Reason::GuestAddress),
        Answer::Keep | Answer::Renew => {}
    }
}
