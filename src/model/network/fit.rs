//! A network from a file on a host: what of it others have already, and the same network beside them.

use super::{
    Network, NetworkSpec,
    free::{Owner, Taken},
};
use crate::{
    names::{self, NameKind},
    xml::{Document, EditError},
};

/// What a network and the host's others cannot both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// A network has its name.
    Name(String),
    /// A network has its UUID.
    Id(String),
    /// A network has its bridge's Ethernet address.
    Mac(String),
    /// A network, or only a device of the host's, has its bridge's name.
    Bridge(String, Option<String>),
    /// Some of its addresses are others'.
    Addresses(ipnet::IpNet, Owner),
}

impl NetworkSpec {
    /// What of this network the host's `networks`, its routes and its devices have already.
    #[must_use]
    pub fn clashes(&self, networks: &[Network], taken: &Taken) -> Vec<Clash> {
        let named = |has: &dyn Fn(&NetworkSpec) -> bool| {
            networks.iter().find(|network| network.spec.as_ref().is_some_and(has)).map(|network| network.name.clone())
        };
        let mut found = Vec::new();
        found.extend(named(&|other| other.name == self.name).map(Clash::Name));
        found.extend(
            self.id.and_then(|id| networks.iter().find(|other| other.id == id)).map(|n| Clash::Id(n.name.clone())),
        );
        found.extend(self.mac.and_then(|mac| named(&|other| other.mac == Some(mac))).map(Clash::Mac));
        if self.mode.has_own_bridge() {
            let owner = |bridge: &String| Some(Clash::Bridge(bridge.clone(), taken.bridge_owner(bridge)?));
            found.extend(self.bridge.as_ref().and_then(owner));
            found.extend(self.nets().filter_map(|net| Some(Clash::Addresses(net, taken.owner(&net)?))));
        }
        found
    }

    /// The same network without what clashes: the rest of it stays, so that a file means what it says.
    #[must_use]
    pub fn fitted(&self, clashes: &[Clash], taken: &Taken, random: [u8; 5]) -> Self {
        let mut new = self.clone();
        for clash in clashes {
            match clash {
                Clash::Name(_) => {
                    let is_taken = |name: &str| taken.networks.iter().any(|network| network.name == name);
                    new.name = names::free_name(&self.name, NameKind::Network, is_taken);
                }
                Clash::Id(_) => new.id = None,
                Clash::Mac(_) => new.mac = None,
                Clash::Bridge(..) => new.bridge = None,
                Clash::Addresses(..) => {}
            }
        }
        if new.bridge.is_none() && self.bridge.is_some() {
            new.bridge = Some(taken.free_bridge(&new.name));
        }
        new.beside(clashes, taken, random)
    }

    /// The document that says so: what Lectern does not know of `of` stays.
    ///
    /// # Errors
    /// If a text cannot stand in XML.
    pub fn fitted_document(&self, of: &Document) -> Result<Document, EditError> {
        let mut edit = of.edit();
        for (name, goes) in [("uuid", self.id.is_none()), ("mac", self.mac.is_none())] {
            if let Some(node) = of.root().child(name).filter(|_| goes) {
                edit.remove(node)?;
            }
        }
        self.apply(&edit.finish()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{NetworkId, tests::COURSE};

    fn host() -> (Vec<Network>, Taken) {
        let spec = NetworkSpec::parse(COURSE).unwrap();
        let network = Network {
            id: NetworkId::from_bytes([7; 16]),
            name: "vbr".into(),
            active: true,
            persistent: true,
            autostart: true,
            bridge: Some("vbr".into()),
            xml: COURSE.into(),
            spec: Some(spec.clone()),
            pending: false,
        };
        (vec![network], Taken { networks: vec![spec], ..Taken::default() })
    }

    /// As the course does it: export, edit, define; and forget the UUID.
    #[test]
    fn an_exported_network_fits_beside_itself() {
        let (networks, taken) = host();
        let text = COURSE.replace("<name>", &format!("<uuid>{}</uuid><name>", networks[0].id));
        let document = Document::parse(&text).unwrap();
        let spec = NetworkSpec::read(&document).unwrap();
        let clashes = spec.clashes(&networks, &taken);
        assert_eq!(clashes.len(), 4, "{clashes:?}");
        let new = spec.fitted(&clashes, &taken, [1; 5]).fitted_document(&document).unwrap();
        let read = NetworkSpec::read(&new).unwrap();
        assert_eq!((read.name.as_str(), read.bridge.as_deref(), read.id), ("vbr-2", Some("vbr-2"), None));
        assert_eq!(read.subnets[0].address.to_string(), "192.168.100.254/24");
        assert_eq!(read.clashes(&networks, &taken), []);
    }

    #[test]
    fn what_nobody_has_stays() {
        let (networks, taken) = host();
        let text =
            "<network><name>private1</name><bridge name='vbr'/><ip address='192.168.4.254' prefix='24'/></network>";
        let document = Document::parse(text).unwrap();
        let spec = NetworkSpec::read(&document).unwrap();
        let clashes = spec.clashes(&networks, &taken);
        assert_eq!(clashes, [Clash::Bridge("vbr".into(), Some("vbr".into()))]);
        let new = spec.fitted(&clashes, &taken, [1; 5]);
        assert_eq!(new, NetworkSpec { bridge: Some("private1".into()), ..spec });
    }
}
