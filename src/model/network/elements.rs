//! The elements that are written into a network's document.

use ipnet::IpNet;

use super::spec::{DhcpHost, DhcpRange, DnsHost, DnsService, DnsText, Forwarder, Mode, NetworkSpec, Route, Subnet};
use crate::xml::Element;

pub(super) fn forward_element(new: &NetworkSpec) -> Option<Element> {
    let element = Element::new("forward").attribute("mode", new.mode.forward()?);
    let device = new.device.as_deref().filter(|_| new.mode.may_have_device());
    Some(match (new.mode, device) {
        // formatnetwork.html: `managed` has libvirt take the function from the host's driver and give it back.
        (Mode::SriovPool, Some(device)) => {
            element.attribute("managed", "yes").child(Element::new("pf").attribute("dev", device))
        }
        (mode, Some(device)) if mode.needs_device() => {
            element.child(Element::new("interface").attribute("dev", device))
        }
        (_, Some(device)) => element.attribute("dev", device),
        (_, None) => element,
    })
}

/// IPv4 with a netmask, as the course and libvirt's own examples write it.
pub(super) fn subnet_element(subnet: &Subnet) -> Element {
    let element = net_element("ip", subnet.address);
    if subnet.ranges.is_empty() && subnet.hosts.is_empty() {
        return element;
    }
    let dhcp = subnet.ranges.iter().map(range_element).chain(subnet.hosts.iter().map(dhcp_host_element));
    element.child(dhcp.fold(Element::new("dhcp"), Element::child))
}

pub(super) fn net_element(name: &str, net: IpNet) -> Element {
    let address = net.addr().to_string();
    match net {
        IpNet::V4(net) => {
            Element::new(name).attribute("address", &address).attribute("netmask", &net.netmask().to_string())
        }
        IpNet::V6(net) => Element::new(name)
            .attribute("family", "ipv6")
            .attribute("address", &address)
            .attribute("prefix", &net.prefix_len().to_string()),
    }
}

pub(super) fn range_element(range: &DhcpRange) -> Element {
    Element::new("range").attribute("start", &range.start.to_string()).attribute("end", &range.end.to_string())
}

pub(super) fn dhcp_host_element(host: &DhcpHost) -> Element {
    let parts = [
        ("mac", host.mac.map(|mac| mac.to_string())),
        ("id", host.duid.clone()),
        ("name", host.name.clone()),
        ("ip", host.ip.map(|ip| ip.to_string())),
    ];
    let parts = parts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    parts.fold(Element::new("host"), |element, (name, value)| element.attribute(name, &value))
}

pub(super) fn dns_host_element(host: &DnsHost) -> Element {
    let element = Element::new("host").attribute("ip", &host.ip.to_string());
    host.names.iter().fold(element, |element, name| element.child(Element::new("hostname").text(name)))
}

pub(super) fn dns_text_element(text: &DnsText) -> Element {
    Element::new("txt").attribute("name", &text.name).attribute("value", &text.value)
}

pub(super) fn dns_service_element(service: &DnsService) -> Element {
    let new = Element::new("srv").attribute("service", &service.service).attribute("protocol", &service.protocol);
    let number = |number: Option<u16>| number.map(|number| number.to_string());
    let parts = [
        ("domain", service.domain.clone()),
        ("target", service.target.clone()),
        ("port", number(service.port)),
        ("priority", number(service.priority)),
        ("weight", number(service.weight)),
    ];
    let parts = parts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    parts.fold(new, |element, (name, value)| element.attribute(name, &value))
}

pub(super) fn forwarder_element(forwarder: &Forwarder) -> Element {
    let parts = [("domain", forwarder.domain.clone()), ("addr", forwarder.address.map(|address| address.to_string()))];
    let parts = parts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    parts.fold(Element::new("forwarder"), |element, (name, value)| element.attribute(name, &value))
}

pub(super) fn route_element(route: &Route) -> Element {
    net_element("route", route.to.trunc()).attribute("gateway", &route.gateway.to_string())
}
