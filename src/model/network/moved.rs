//! A network with other addresses, and a copy of one that does not clash with it.

use ipnet::IpNet;

use super::{
    fit::Clash,
    free::{Taken, same_place},
    spec::{DhcpRange, NetworkSpec},
};
use crate::{
    names::{self, NameKind},
    xml::{Document, EditError},
};

impl NetworkSpec {
    /// The same with the `nth` subnet at `address`: ranges, static hosts, names and ways through guests move with it.
    #[must_use]
    pub fn moved(&self, nth: usize, address: IpNet) -> Self {
        let mut new = self.clone();
        let Some(subnet) = new.subnets.get_mut(nth) else { return new };
        let (from, to) = (subnet.address.trunc(), address.trunc());
        let there = |ip| if from.contains(&ip) { same_place(ip, &from, &to) } else { ip };
        subnet.address = address;
        for range in &mut subnet.ranges {
            *range = DhcpRange { start: there(range.start), end: there(range.end) };
        }
        for host in &mut subnet.hosts {
            host.ip = host.ip.map(there);
        }
        for host in &mut new.dns_hosts {
            host.ip = there(host.ip);
        }
        for route in &mut new.routes {
            route.gateway = there(route.gateway);
        }
        new
    }

    /// What a copy of this network is: named anew, on a bridge of its own, at free addresses of the same shape; without
    /// UUID and Ethernet address, which libvirt gives. `random` makes IPv6 addresses.
    #[must_use]
    pub fn copied(&self, taken: &Taken, random: [u8; 5]) -> Self {
        let is_taken = |name: &str| taken.networks.iter().any(|network| network.name == name);
        let mut new = Self { id: None, mac: None, ..self.clone() };
        new.name = names::free_name(&self.name, NameKind::Network, is_taken);
        if self.mode.has_own_bridge() {
            new.bridge = Some(taken.free_bridge(&new.name));
        }
        if self.domain.as_ref() == Some(&self.name) {
            new.domain = Some(new.name.clone());
        }
        new.elsewhere(|_| true, taken, random)
    }

    /// The same with those of its subnets elsewhere of which some addresses are others'.
    #[must_use]
    pub(super) fn beside(&self, clashes: &[Clash], taken: &Taken, random: [u8; 5]) -> Self {
        let clashes = |net: &IpNet| clashes.iter().any(|clash| matches!(clash, Clash::Addresses(own, _) if own == net));
        self.elsewhere(clashes, taken, random)
    }

    fn elsewhere(&self, which: impl Fn(&IpNet) -> bool, taken: &Taken, random: [u8; 5]) -> Self {
        let (mut new, mut taken) = (self.clone(), taken.clone());
        for nth in (0..).zip(self.nets()).filter(|(_, net)| which(net)).map(|(nth, _)| nth) {
            new = new.to_free(nth, &taken, random);
            // The next subnet must not come to lie where this one does.
            taken
                .networks
                .push(Self { subnets: new.subnets.iter().take(nth + 1).cloned().collect(), ..Self::default() });
        }
        new
    }

    /// The `nth` subnet at a free place, where there is one.
    fn to_free(&self, nth: usize, taken: &Taken, random: [u8; 5]) -> Self {
        let Some(subnet) = self.subnets.get(nth) else { return self.clone() };
        let net = match subnet.address.trunc() {
            IpNet::V4(net) => taken.free_v4(net.prefix_len()).map(IpNet::from),
            IpNet::V6(_) => taken.free_v6(random).map(IpNet::from),
        };
        let Some(net) = net else { return self.clone() };
        let address = same_place(subnet.address.addr(), &subnet.address.trunc(), &net);
        IpNet::new(address, net.prefix_len()).map_or_else(|_| self.clone(), |address| self.moved(nth, address))
    }
}

impl NetworkSpec {
    /// The document of a copy of the network `of` that is to be this one: what Lectern does not know is copied too.
    ///
    /// # Errors
    /// If a text cannot stand in XML.
    pub fn copy_document(&self, of: &Document) -> Result<Document, EditError> {
        let mut edit = of.edit();
        for name in ["uuid", "mac"] {
            if let Some(node) = of.root().child(name) {
                edit.remove(node)?;
            }
        }
        self.apply(&edit.finish()?)
    }
}
