//! A storage pool to be made, and its XML.

use serde::{Deserialize, Serialize};

use super::{PoolId, pool::PoolKind};
use crate::xml::{Document, EditError, Element};

/// A pool that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPool {
    /// Its key.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub kind: PoolKind,
    /// The folder, or where its volumes appear; the kinds that have a place of their own need none.
    pub target: Option<String>,
    /// The computers that it is on, each with its port where that is not the usual one.
    pub hosts: Vec<(String, Option<u16>)>,
    /// The device, folder, target (IQN), volume group, or pool that it is made of.
    pub source: Option<String>,
    /// Ceph's user and the UUID of libvirt's secret with its key.
    pub login: Option<(String, String)>,
}

impl NewPool {
    /// Its XML for `virStoragePoolDefineXML` (libvirt.org/storage.html).
    ///
    /// # Errors
    /// If a text holds a character that XML cannot.
    pub fn to_xml(&self) -> Result<Document, EditError> {
        let blank = Document::parse("<pool/>")?;
        let mut edit = blank.edit();
        edit.replace(blank.root(), &self.element())?;
        edit.finish()
    }

    fn element(&self) -> Element {
        let mut pool = Element::new("pool")
            .attribute("type", self.kind.name())
            .child(Element::new("name").text(&self.name))
            .child(Element::new("uuid").text(&self.id.to_string()));
        if let Some(source) = self.source_element() {
            pool = pool.child(source);
        }
        match self.place() {
            Some(path) => pool.child(Element::new("target").child(Element::new("path").text(&path))),
            None => pool,
        }
    }

    /// Where its volumes appear.
    fn place(&self) -> Option<String> {
        let group = || self.source.as_deref().map(|group| format!("/dev/{group}"));
        match self.kind {
            PoolKind::Logical => self.target.clone().or_else(group),
            PoolKind::Disk => Some(self.target.clone().unwrap_or_else(|| "/dev".into())),
            PoolKind::Iscsi => Some(self.target.clone().unwrap_or_else(|| "/dev/disk/by-path".into())),
            PoolKind::Zfs | PoolKind::Rbd => None,
            _ => self.target.clone(),
        }
    }

    fn source_element(&self) -> Option<Element> {
        let named = self.source.as_deref()?;
        let source = self.hosts.iter().fold(Element::new("source"), |source, (name, port)| {
            let host = Element::new("host").attribute("name", name);
            source.child(match port {
                Some(port) => host.attribute("port", &port.to_string()),
                None => host,
            })
        });
        let path = |name: &str| Element::new(name).attribute("path", named);
        let format = |name: &str| Element::new("format").attribute("type", name);
        let name = || Element::new("name").text(named);
        Some(match self.kind {
            PoolKind::Fs => source.child(path("device")).child(format("auto")),
            PoolKind::Netfs => source.child(path("dir")).child(format("auto")),
            PoolKind::Logical => source.child(name()).child(format("lvm2")),
            // libvirt takes the older kind of partition table otherwise, and refuses the disks of today.
            PoolKind::Disk => source.child(path("device")).child(format("gpt")),
            PoolKind::Iscsi => source.child(path("device")),
            PoolKind::Zfs => source.child(name()),
            PoolKind::Rbd => self.with_login(source.child(name())),
            _ => return None,
        })
    }

    fn with_login(&self, source: Element) -> Element {
        match &self.login {
            Some((user, secret)) => source.child(
                Element::new("auth")
                    .attribute("type", "ceph")
                    .attribute("username", user)
                    .child(Element::new("secret").attribute("uuid", secret)),
            ),
            None => source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::pool::PoolXml;

    fn pool(kind: PoolKind) -> NewPool {
        NewPool {
            id: PoolId::from_random([7; 16]),
            name: "p & q".into(),
            kind,
            target: None,
            hosts: Vec::new(),
            source: None,
            login: None,
        }
    }

    #[test]
    fn a_folder_needs_no_source() {
        let new = NewPool { target: Some("/srv/<images>".into()), ..pool(PoolKind::Dir) };
        let read = PoolXml::parse(new.to_xml().unwrap().as_str()).unwrap();
        assert_eq!((read.name.as_str(), read.kind, read.id), ("p & q", PoolKind::Dir, Some(new.id)));
        assert_eq!(read.target.as_deref(), Some("/srv/<images>"));
    }

    #[test]
    fn each_kind_says_what_it_is_made_of() {
        let hosts = vec![("nas".to_owned(), Some(3260))];
        let new = NewPool { hosts, source: Some("iqn.2026-01.org.lab:d".into()), ..pool(PoolKind::Iscsi) };
        let xml = new.to_xml().unwrap();
        let source = xml.root().child("source").unwrap();
        assert_eq!(source.child("host").unwrap().attribute("port").as_deref(), Some("3260"));
        assert_eq!(source.child("device").unwrap().attribute("path").as_deref(), Some("iqn.2026-01.org.lab:d"));
        let group = NewPool { source: Some("vg0".into()), ..pool(PoolKind::Logical) };
        let read = PoolXml::parse(group.to_xml().unwrap().as_str()).unwrap();
        assert_eq!(read.target.as_deref(), Some("/dev/vg0"));
        let login = Some(("libvirt".to_owned(), "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87".to_owned()));
        let ceph = NewPool { source: Some("rbd".into()), login, ..pool(PoolKind::Rbd) };
        let xml = ceph.to_xml().unwrap();
        let auth = xml.root().child("source").unwrap().child("auth").unwrap();
        assert_eq!(auth.attribute("username").as_deref(), Some("libvirt"));
        assert!(xml.root().child("target").is_none());
    }
}
