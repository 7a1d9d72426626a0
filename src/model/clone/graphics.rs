//! Displays: ports and sockets that libvirt can choose for each machine.

use super::change::Reason;
use super::derive;
use super::question::{Answer, Subject};
use super::work::Work;
use crate::xml::Node;

pub(super) fn apply(work: &mut Work<'_>) {
    for display in work.devices("graphics") {
        ports(work, display);
        sockets(work, display);
        networks(work, display);
        // A bus that somebody else runs has room for one machine; without an address libvirt runs one.
        if display.attribute("type").as_deref() == Some("dbus") {
            work.no_attribute(display, "address", Reason::SharedPath);
        }
    }
}

/// As virt-manager does for `port`: -1, and no `autoport`, lets libvirt choose. In live XML a chosen port is a number.
fn ports<'d>(work: &mut Work<'d>, display: Node<'d>) {
    let auto = display.attribute("autoport").as_deref() == Some("yes");
    let number = |name: &&'static str| {
        let port = display.attribute(name)?;
        port.trim().parse::<i64>().is_ok_and(|n| n > 0).then(|| (*name, port.into_owned()))
    };
    let all: Vec<_> = ["port", "tlsPort", "websocket"].iter().filter_map(number).collect();
    let (chosen, fixed): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| auto && *name != "websocket");
    for (name, _) in chosen {
        work.attribute(display, name, "-1", Reason::Runtime);
    }
    if fixed.is_empty() {
        return;
    }
    let shown: Vec<_> = fixed.iter().map(|(name, port)| format!("{name} {port}")).collect();
    let subject = Subject::DisplayPort { ports: shown.join(", ") };
    if work.ask(display, subject, Answer::Renew, &[Answer::Keep]) == Answer::Renew {
        for (name, _) in fixed {
            work.attribute(display, name, "-1", Reason::SharedPort);
        }
        if !auto {
            work.no_attribute(display, "autoport", Reason::SharedPort);
        }
    }
}

fn sockets<'d>(work: &mut Work<'d>, display: Node<'d>) {
    let listens: Vec<_> = display.children_named("listen").collect();
    let has_listen = listens.iter().any(|l| l.attribute("type").as_deref() == Some("socket"));
    for (node, may_drop) in std::iter::once((display, has_listen)).chain(listens.into_iter().map(|l| (l, true))) {
        let Some(path) = node.attribute("socket").filter(|path| !path.is_empty()) else { continue };
        if may_drop && is_libvirts_own(&path) {
            work.no_attribute(node, "socket", Reason::OwnPath);
        } else {
            let new = work.socket(&path);
            work.attribute(node, "socket", &new, Reason::SharedPath);
        }
    }
}

/// `/var/lib/libvirt/qemu/domain-7-web01/vnc.sock`.
fn is_libvirts_own(path: &str) -> bool {
    let folder = derive::split(path).0.trim_end_matches('/');
    derive::split(folder).1.starts_with("domain-")
}

/// Where a display listens on a virtual network, live XML has the host's address there.
fn networks<'d>(work: &mut Work<'d>, display: Node<'d>) {
    let on_network =
        |l: &Node<'_>| l.attribute("type").as_deref() == Some("network") && l.attribute("address").is_some();
    for (index, listen) in display.children_named("listen").enumerate().filter(|(_, l)| on_network(l)) {
        if index == 0 && display.attribute("listen") == listen.attribute("address") {
            work.no_attribute(display, "listen", Reason::Runtime);
        }
        work.no_attribute(listen, "address", Reason::Runtime);
    }
}
