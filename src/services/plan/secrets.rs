//! Takes passwords out of XML before it is shown or written down.

use lectern_model::xml::{Document, Node};

/// The same XML without the passwords that `VIR_DOMAIN_XML_SECURE` adds (libvirt.org/formatdomain.html: `passwd` of
/// `<graphics>`; the authentication of disks names a secret only).
pub(crate) fn without(xml: &str) -> String {
    cleaned(xml).unwrap_or_else(|| xml.to_owned())
}

fn cleaned(xml: &str) -> Option<String> {
    let document = Document::parse(xml).ok()?;
    let mut edit = document.edit();
    for graphics in document.root().child("devices")?.children_named("graphics") {
        remove(&mut edit, graphics)?;
    }
    Some(edit.finish().ok()?.to_string())
}

fn remove<'d>(edit: &mut lectern_model::xml::Edit<'d>, node: Node<'d>) -> Option<()> {
    for name in ["passwd", "passwdValidTo"] {
        if node.attribute(name).is_some() {
            edit.remove_attribute(node, name).ok()?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_and_nothing_else() {
        let xml =
            "<domain><devices><graphics type='vnc' passwd='x' passwdValidTo='2030-01-01T00:00:00'/></devices></domain>";
        assert_eq!(without(xml), "<domain><devices><graphics type='vnc'/></devices></domain>");
    }
}
