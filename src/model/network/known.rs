//! What libvirt's schema knows of a network's XML: the rest is accepted at best, and dropped without a word.

use crate::xml::{Document, Node};

/// Each element's path below `<network>` with its attributes, from network.rng of libvirt 11.3.
const KNOWN: &[(&str, &[&str])] = &[
    ("", &["connections", "ipv6", "trustGuestRxFilters"]),
    ("name", &[]),
    ("uuid", &[]),
    ("title", &[]),
    ("description", &[]),
    ("bandwidth", &["classID"]),
    ("bandwidth/inbound", &["average", "burst", "floor", "peak"]),
    ("bandwidth/outbound", &["average", "burst", "floor", "peak"]),
    ("bridge", &["delay", "macTableManager", "name", "stp", "zone"]),
    ("dns", &["enable", "forwardPlainNames"]),
    ("dns/forwarder", &["addr", "domain"]),
    ("dns/host", &["ip"]),
    ("dns/host/hostname", &[]),
    ("dns/srv", &["domain", "port", "priority", "protocol", "service", "target", "weight"]),
    ("dns/txt", &["name", "value"]),
    ("domain", &["localOnly", "name", "register"]),
    ("forward", &["dev", "managed", "mode"]),
    ("forward/address", &["bus", "connections", "domain", "function", "multifunction", "slot", "type"]),
    ("forward/driver", &["model", "name"]),
    ("forward/interface", &["connections", "dev"]),
    ("forward/nat", &["ipv6"]),
    ("forward/nat/address", &["end", "start"]),
    ("forward/nat/port", &["end", "start"]),
    ("forward/pf", &["dev"]),
    ("ip", &["address", "family", "localPtr", "netmask", "prefix"]),
    ("ip/dhcp", &[]),
    ("ip/dhcp/bootp", &["file", "server"]),
    ("ip/dhcp/host", &["id", "ip", "mac", "name"]),
    ("ip/dhcp/host/lease", &["expiry", "unit"]),
    ("ip/dhcp/range", &["end", "start"]),
    ("ip/dhcp/range/lease", &["expiry", "unit"]),
    ("ip/tftp", &["root"]),
    ("mac", &["address"]),
    ("mtu", &["size"]),
    ("port", &["isolated"]),
    ("portgroup", &["default", "name", "trustGuestRxFilters"]),
    ("portgroup/bandwidth", &["classID"]),
    ("portgroup/bandwidth/inbound", &["average", "burst", "floor", "peak"]),
    ("portgroup/bandwidth/outbound", &["average", "burst", "floor", "peak"]),
    ("portgroup/virtualport", &["type"]),
    ("portgroup/virtualport/parameters", PARAMETERS),
    ("portgroup/vlan", &["trunk"]),
    ("portgroup/vlan/tag", &["id", "nativeMode"]),
    ("route", &["address", "family", "gateway", "metric", "netmask", "prefix"]),
    ("virtualport", &["type"]),
    ("virtualport/parameters", PARAMETERS),
    ("vlan", &["trunk"]),
    ("vlan/tag", &["id", "nativeMode"]),
];

const PARAMETERS: &[&str] = &["instanceid", "interfaceid", "managerid", "profileid", "typeid", "typeidversion"];

/// Elements and attributes (`ip/dhcp/@x`) that the schema does not know; what is in a namespace or in `<metadata>` is
/// its owner's affair.
#[must_use]
pub fn unknown(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    look(document.root(), "", &mut found);
    found
}

fn look(node: Node<'_>, path: &str, found: &mut Vec<String>) {
    let Some((_, attributes)) = KNOWN.iter().find(|(known, _)| *known == path) else {
        found.push(path.to_owned());
        return;
    };
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    let strange = node.attributes().filter(|a| a.namespace().is_none() && !attributes.contains(&a.name()));
    found.extend(strange.map(|attribute| join(&format!("@{}", attribute.name()))));
    let own = node.children().filter(|child| child.namespace().is_none() && child.name() != "metadata");
    for child in own {
        look(child, &join(child.name()), found);
    }
}
