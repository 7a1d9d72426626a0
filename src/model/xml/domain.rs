//! What the pages read from a domain's XML: title, description, disks and serial consoles.

use std::borrow::Cow;

use super::{Document, Node};
use crate::capabilities::VirtType;

/// The parts of a domain's XML that pages show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainXml {
    /// How it is run; `None` for a hypervisor that is none of ours.
    pub virt_type: Option<VirtType>,
    /// `<title>`: a short text of the user's.
    pub title: String,
    /// `<description>`: a longer one.
    pub description: String,
    /// The disks, in their order.
    pub disks: Vec<Disk>,
    /// The consoles that can be opened as text, in the order of a menu.
    pub consoles: Vec<SerialConsole>,
    /// The screens, by libvirt's names of their protocols (`vnc`, `spice`), in the order in which libvirt counts them.
    pub screens: Vec<String>,
    /// Whether a guest agent is connected now.
    pub agent: bool,
    /// Whether it has a channel over which a guest shares its clipboard through QEMU.
    pub clipboard: bool,
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
    /// The port's number: 0 is ttyS0, and hvc0.
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
        let root = document.root();
        if root.name() != "domain" {
            return Err(NotDomainXml(format!("root is <{}>", root.name())));
        }
        let devices = root.child("devices");
        let all = |name: &'static str| devices.into_iter().flat_map(move |d| d.children_named(name));
        Ok(Self {
            virt_type: root.attribute("type").and_then(|name| VirtType::parse(&name)),
            title: text(root, "title"),
            description: text(root, "description"),
            disks: all("disk").map(disk).collect(),
            consoles: consoles(all("serial"), all("console")),
            screens: all("graphics").map(|node| node.attribute("type").unwrap_or_default().into_owned()).collect(),
            agent: all("channel").any(is_connected_agent),
            clipboard: all("channel").any(|node| node.attribute("type").as_deref() == Some("qemu-vdagent")),
        })
    }

    /// The number of the first screen that speaks VNC, as `virDomainOpenGraphicsFD` counts.
    #[must_use]
    pub fn vnc(&self) -> Option<u32> {
        self.screens.iter().position(|kind| kind == "vnc").and_then(|at| u32::try_from(at).ok())
    }
}

fn text(node: Node<'_>, name: &str) -> String {
    node.child(name).map(|n| n.text().trim().to_owned()).unwrap_or_default()
}

/// The attribute of the first child element of that name.
fn of_child<'d>(node: Node<'d>, child: &str, attribute: &str) -> Option<Cow<'d, str>> {
    node.child(child)?.attribute(attribute)
}

fn disk(node: Node<'_>) -> Disk {
    let path = of_child(node, "source", "file").or_else(|| of_child(node, "source", "dev"));
    Disk {
        target: of_child(node, "target", "dev").unwrap_or_default().into_owned(),
        path: path.map(Cow::into_owned),
        removable: matches!(node.attribute("device").as_deref(), Some("cdrom" | "floppy")),
    }
}

/// Serial ports first, then consoles; the `<console>` that libvirt adds as a second name of serial port 0 is left out
/// (as virt-manager does: virtManager/details/serialcon.py).
fn consoles<'d>(serial: impl Iterator<Item = Node<'d>>, console: impl Iterator<Item = Node<'d>>) -> Vec<SerialConsole> {
    let is_virtio = |node: &Node<'_>| of_child(*node, "target", "type").as_deref() == Some("virtio");
    serial
        .map(|node| one_console(node, false))
        .chain(
            (0..).zip(console.filter(is_virtio)).map(|(port, node)| SerialConsole { port, ..one_console(node, true) }),
        )
        .collect()
}

fn one_console(node: Node<'_>, virtio: bool) -> SerialConsole {
    SerialConsole {
        alias: of_child(node, "alias", "name").map(Cow::into_owned),
        kind: node.attribute("type").unwrap_or_default().into_owned(),
        virtio,
        port: of_child(node, "target", "port").and_then(|p| p.parse().ok()).unwrap_or(0),
    }
}

/// QEMU's agent listens on the channel of this name (libvirt.org/formatdomain.html, "Channel").
fn is_connected_agent(channel: Node<'_>) -> bool {
    channel.child("target").is_some_and(|target| {
        target.attribute("name").as_deref() == Some("org.qemu.guest_agent.0")
            && target.attribute("state").as_deref() == Some("connected")
    })
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
        assert_eq!(names, ["ttyS0", "hvc0"], "a guest counts the paravirtual ones by themselves");
        assert_eq!(domain.consoles[0].alias.as_deref(), Some("serial0"));
        assert_eq!(domain.consoles.iter().map(SerialConsole::can_open).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn texts_and_disks_are_read() {
        let domain = DomainXml::parse(XML).unwrap();
        assert_eq!((domain.title.as_str(), domain.virt_type), ("Node & one", Some(VirtType::Qemu)));
        assert_eq!(domain.disks[0].path.as_deref(), Some("/var/lib/libvirt/images/node1.qcow2"));
        assert!(domain.disks[1].removable && domain.disks[1].path.is_none());
    }

    #[test]
    fn the_screen_that_speaks_vnc_is_counted_among_all() {
        let xml = |devices: &str| DomainXml::parse(&format!("<domain><devices>{devices}</devices></domain>")).unwrap();
        assert_eq!(xml("<graphics type='spice'/><graphics type='vnc' port='-1'/>").vnc(), Some(1));
        assert_eq!(xml("<graphics type='spice'/>").vnc(), None);
        assert_eq!(xml("").vnc(), None);
    }

    #[test]
    fn an_agent_counts_only_while_it_is_connected() {
        let xml = |state: &str| {
            format!(
                "<domain><devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'{state}/></channel></devices></domain>"
            )
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
