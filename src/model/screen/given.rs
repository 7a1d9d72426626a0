//! A screen that can be shown, for a machine that has none.

use crate::xml::{Document, Edit, EditError, Element, Node, Place};

/// The same machine with a screen that speaks VNC beside those that it has, and with a tablet, which tells the guest
/// where the pointer is. It listens on the host itself only; libvirt adds a graphics card where there is none.
///
/// # Errors
/// As for [`Edit::finish`].
pub fn with_vnc(domain: &Document) -> Result<Document, EditError> {
    let root = domain.root();
    let mut edit = domain.edit();
    let Some(devices) = root.child("devices") else {
        let devices = Element::new("devices").child(vnc()).child(tablet());
        edit.insert(Place::LastIn(root), &devices)?;
        return edit.finish();
    };
    if has(devices, "graphics", "vnc") {
        return edit.finish();
    }
    if !has(devices, "input", "tablet") && !lacks_usb(devices) {
        add(&mut edit, devices, &["input", "graphics", "console", "serial"], &tablet())?;
    }
    add(&mut edit, devices, &["graphics", "input", "console", "serial"], &vnc())?;
    edit.finish()
}

/// The same machine with a channel over which QEMU shares the clipboard with a guest that runs spice-vdagent.
///
/// # Errors
/// As for [`Edit::finish`].
pub fn with_clipboard(domain: &Document) -> Result<Document, EditError> {
    let root = domain.root();
    let mut edit = domain.edit();
    match root.child("devices") {
        None => edit.insert(Place::LastIn(root), &Element::new("devices").child(clipboard()))?,
        Some(devices) if has(devices, "channel", "qemu-vdagent") => &mut edit,
        Some(devices) => {
            add(&mut edit, devices, &["channel", "console", "serial"], &clipboard())?;
            &mut edit
        }
    };
    edit.finish()
}

fn clipboard() -> Element {
    let shared = Element::new("clipboard").attribute("copypaste", "yes");
    let source = Element::new("source").child(shared);
    // The name is the protocol's: spice-vdagent looks for it whoever is at the other end.
    let target = Element::new("target").attribute("type", "virtio").attribute("name", "com.redhat.spice.0");
    Element::new("channel").attribute("type", "qemu-vdagent").child(source).child(target)
}

fn vnc() -> Element {
    let served = [("type", "vnc"), ("port", "-1"), ("autoport", "yes"), ("listen", "127.0.0.1")];
    served.iter().fold(Element::new("graphics"), |element, (name, value)| element.attribute(name, value))
}

fn tablet() -> Element {
    Element::new("input").attribute("type", "tablet").attribute("bus", "usb")
}

fn has(devices: Node<'_>, name: &str, kind: &str) -> bool {
    devices.children_named(name).any(|node| node.attribute("type").as_deref() == Some(kind))
}

fn lacks_usb(devices: Node<'_>) -> bool {
    devices.children_named("controller").any(|node| {
        node.attribute("type").as_deref() == Some("usb") && node.attribute("model").as_deref() == Some("none")
    })
}

/// Puts an element after the last one of the first of `names` that is there.
fn add<'d>(edit: &mut Edit<'d>, devices: Node<'d>, names: &[&str], element: &Element) -> Result<(), EditError> {
    let after = names.iter().find_map(|name| devices.children_named(name).last());
    edit.insert(after.map_or(Place::LastIn(devices), Place::After), element)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VNC: &str = "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>";
    const TABLET: &str = "<input type='tablet' bus='usb'/>";

    fn made(devices: &str) -> String {
        let xml = format!("<domain><devices>{devices}</devices></domain>");
        let made = with_vnc(&Document::parse(&xml).unwrap()).unwrap().to_string();
        made.trim_start_matches("<domain><devices>").trim_end_matches("</devices></domain>").to_owned()
    }

    #[test]
    fn it_comes_beside_what_is_there() {
        assert_eq!(
            made("<serial type='pty'/><graphics type='spice'/><channel type='spicevmc'/>"),
            format!("<serial type='pty'/><graphics type='spice'/>{TABLET}{VNC}<channel type='spicevmc'/>"),
        );
    }

    #[test]
    fn what_is_there_is_not_added_and_without_usb_there_is_no_tablet() {
        assert_eq!(made(VNC), VNC);
        assert_eq!(made(TABLET), format!("{TABLET}{VNC}"));
        let without = "<controller type='usb' model='none'/>";
        assert_eq!(made(without), format!("{without}{VNC}"));
    }

    #[test]
    fn a_clipboard_has_one_channel() {
        let give = |xml: &str| with_clipboard(&Document::parse(xml).unwrap()).unwrap().to_string();
        let given = give("<domain><devices><channel type='unix'/><video/></devices></domain>");
        assert_eq!(
            given,
            "<domain><devices><channel type='unix'/><channel type='qemu-vdagent'><source><clipboard copypaste='yes'/>\
             </source><target type='virtio' name='com.redhat.spice.0'/></channel><video/></devices></domain>"
        );
        assert_eq!(give(&given), given);
        assert!(give("<domain/>").contains("qemu-vdagent"));
    }

    #[test]
    fn a_machine_without_devices_gets_them() {
        let made = with_vnc(&Document::parse("<domain><name>a</name></domain>").unwrap()).unwrap().to_string();
        assert!(made.contains(VNC) && made.contains(TABLET), "{made}");
    }
}
