//! What the pages read from a domain's XML: title, description, disks and serial consoles.

use roxmltree::{Document, Node};

/// The parts of a domain's XML that pages show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainXml {
    /// `<title>`: a short text of the user's.
    pub title: String,
    /// `<description>`: a longer one.
    pub description: String,
    /// The disks, in their order.
    pub disks: Vec<Disk>,
    /// The consoles that can be opened as text, in the order of a menu.
    pub consoles: Vec<SerialConsole>,
    /// Whether a guest agent is connected now.
    pub agent: bool,
}

/// One `<disk>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// The guest's name for it: `vda`.
    pub target: String,
    /// The file or block device on the host; `None` for an empty drive or a source without a path.
    pub path: Option<String>,
    /// Whether it is a CD drive or a floppy.
    pub removable: bool,
}

/// One console or serial line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialConsole {
    /// libvirt's alias (`serial0`), which names it in `virDomainOpenConsole`; only a running domain has one.
    pub alias: Option<String>,
    /// `pty`, `unix`, `tcp`, …
    pub kind: String,
    /// Whether it is a paravirtual console rather than a serial port.
    pub virtio: bool,
    /// The port's number: 0 is ttyS0.
    pub port: u32,
}

impl SerialConsole {
    /// Whether libvirt can open it as a stream: QEMU's driver takes ptys only (tried with libvirt 11.3: a UNIX socket is
    /// refused as "not using a PTY", whether QEMU listens there or connects).
    #[must_use]
    pub fn can_open(&self) -> bool {
        self.kind == "pty"
    }

    /// The guest's name for it: `ttyS0`, `hvc0`.
    #[must_use]
    pub fn device(&self) -> String {
        format!("{}{}", if self.virtio { "hvc" } else { "ttyS" }, self.port)
    }
}

/// The XML is not what libvirt gives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a domain's XML: {0}")]
pub struct NotDomainXml(String);

impl DomainXml {
    /// Reads the XML of `virDomainGetXMLDesc`.
    ///
    /// # Errors
    /// If it is not well-formed, or its root is not `<domain>`.
    pub fn parse(xml: &str) -> Result<Self, NotDomainXml> {
        let document = Document::parse(xml).map_err(|e| NotDomainXml(e.to_string()))?;
        let root = document.root_element();
        if root.tag_name().name() != "domain" {
            return Err(NotDomainXml(format!("root is <{}>", root.tag_name().name())));
        }
        let devices = child(root, "devices");
        let all = |name: &'static str| devices.into_iter().flat_map(move |d| children(d, name));
        Ok(Self {
            title: text(root, "title"),
            description: text(root, "description"),
            disks: all("disk").map(disk).collect(),
            consoles: consoles(all("serial"), all("console")),
            agent: all("channel").any(is_connected_agent),
        })
    }
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |n| n.is_element() && n.tag_name().name() == name)
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

fn text(node: Node<'_, '_>, name: &'static str) -> String {
    child(node, name).and_then(|n| n.text()).unwrap_or_default().trim().to_owned()
}

fn disk(node: Node<'_, '_>) -> Disk {
    let source = child(node, "source");
    let path = source.and_then(|s| s.attribute("file").or_else(|| s.attribute("dev")));
    Disk {
        target: child(node, "target").and_then(|t| t.attribute("dev")).unwrap_or_default().to_owned(),
        path: path.map(str::to_owned),
        removable: matches!(node.attribute("device"), Some("cdrom" | "floppy")),
    }
}

/// Serial ports first, then consoles; the `<console>` that libvirt adds as a second name of serial port 0 is left out
/// (as virt-manager does: virtManager/details/serialcon.py).
fn consoles<'a, 'i: 'a>(
    serial: impl Iterator<Item = Node<'a, 'i>>,
    console: impl Iterator<Item = Node<'a, 'i>>,
) -> Vec<SerialConsole> {
    serial
        .map(|node| one_console(node, false))
        .chain(console.filter(|node| target_type(*node) == Some("virtio")).map(|node| one_console(node, true)))
        .collect()
}

fn one_console(node: Node<'_, '_>, virtio: bool) -> SerialConsole {
    let target = child(node, "target");
    SerialConsole {
        alias: child(node, "alias").and_then(|a| a.attribute("name")).map(str::to_owned),
        kind: node.attribute("type").unwrap_or_default().to_owned(),
        virtio,
        port: target.and_then(|t| t.attribute("port")).and_then(|p| p.parse().ok()).unwrap_or(0),
    }
}

/// QEMU's agent listens on the channel of this name (libvirt.org/formatdomain.html, "Channel").
fn is_connected_agent(channel: Node<'_, '_>) -> bool {
    child(channel, "target").is_some_and(|target| {
        target.attribute("name") == Some("org.qemu.guest_agent.0") && target.attribute("state") == Some("connected")
    })
}

fn target_type<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    child(node, "target").and_then(|t| t.attribute("type"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r"<domain type='qemu' id='1'><name>node1</name><title>Node &amp; one</title>
        <devices><disk type='file' device='disk'><source file='/var/lib/libvirt/images/node1.qcow2'/><target dev='vda'/></disk>
        <disk type='file' device='cdrom'><target dev='sda'/></disk>
        <serial type='pty'><source path='/dev/pts/3'/><target type='isa-serial' port='0'/><alias name='serial0'/></serial>
        <console type='pty' tty='/dev/pts/3'><target type='serial' port='0'/><alias name='serial0'/></console>
        <console type='unix'><target type='virtio' port='1'/><alias name='console1'/></console>
        </devices></domain>";

    #[test]
    fn the_second_name_of_ttys0_is_left_out() {
        let domain = DomainXml::parse(XML).unwrap();
        let names: Vec<_> = domain.consoles.iter().map(SerialConsole::device).collect();
        assert_eq!(names, ["ttyS0", "hvc1"]);
        assert_eq!(domain.consoles[0].alias.as_deref(), Some("serial0"));
        assert_eq!(domain.consoles.iter().map(SerialConsole::can_open).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn texts_and_disks_are_read() {
        let domain = DomainXml::parse(XML).unwrap();
        assert_eq!(domain.title, "Node & one");
        assert_eq!(domain.disks[0].path.as_deref(), Some("/var/lib/libvirt/images/node1.qcow2"));
        assert!(domain.disks[1].removable && domain.disks[1].path.is_none());
    }

    #[test]
    fn an_agent_counts_only_while_it_is_connected() {
        let xml = |state: &str| {
            format!("<domain><devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'{state}/></channel></devices></domain>")
        };
        assert!(DomainXml::parse(&xml(" state='connected'")).unwrap().agent);
        assert!(!DomainXml::parse(&xml(" state='disconnected'")).unwrap().agent);
        assert!(!DomainXml::parse(&xml("")).unwrap().agent);
    }

    #[test]
    fn other_documents_are_refused() {
        assert!(DomainXml::parse("<network/>").is_err());
        assert!(DomainXml::parse("<domain>").is_err());
    }
}
