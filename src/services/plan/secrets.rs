//! Takes passwords out of XML before it is shown or written down.

use lectern_model::xml::{Document, Edit, Node};

/// The same XML without the passwords that the flags `SECURE` add (libvirt.org/formatdomain.html: `passwd` of
/// `<graphics>`, also in the domain that a snapshot keeps; `<cookies>` of a disk from the web). An XML that cannot be read
/// is left out: it may hold anything.
pub(crate) fn without(xml: &str) -> String {
    cleaned(xml).unwrap_or_default()
}

/// The same XML, as it may be kept to be defined again: without cookies, and with empty passwords, with which nobody gets
/// in (libvirt.org/formatdomain.html, `passwd` of `<graphics>`); without any, everybody would.
pub(crate) fn closed(xml: &str) -> String {
    shut(xml).unwrap_or_default()
}

fn shut(xml: &str) -> Option<String> {
    let document = Document::parse(xml).ok()?;
    let mut edit = document.edit();
    shut_below(&mut edit, document.root())?;
    Some(edit.finish().ok()?.to_string())
}

fn shut_below<'d>(edit: &mut Edit<'d>, node: Node<'d>) -> Option<()> {
    for child in node.children() {
        match child.name() {
            "graphics" if child.attribute("passwd").is_some() => drop(edit.set_attribute(child, "passwd", "").ok()?),
            "cookies" => drop(edit.remove(child).ok()?),
            _ => shut_below(edit, child)?,
        }
    }
    Some(())
}

fn cleaned(xml: &str) -> Option<String> {
    let document = Document::parse(xml).ok()?;
    let mut edit = document.edit();
    remove_below(&mut edit, document.root())?;
    Some(edit.finish().ok()?.to_string())
}

fn remove_below<'d>(edit: &mut Edit<'d>, node: Node<'d>) -> Option<()> {
    for child in node.children() {
        match child.name() {
            "graphics" => remove_password(edit, child)?,
            "cookies" => drop(edit.remove(child).ok()?),
            _ => remove_below(edit, child)?,
        }
    }
    Some(())
}

fn remove_password<'d>(edit: &mut Edit<'d>, node: Node<'d>) -> Option<()> {
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

    #[test]
    fn what_is_kept_lets_nobody_in() {
        let xml = "<domain><devices><graphics type='vnc' passwd='x'/><graphics type='spice'/></devices></domain>";
        let kept = "<domain><devices><graphics type='vnc' passwd=''/><graphics type='spice'/></devices></domain>";
        assert_eq!(closed(xml), kept);
    }

    #[test]
    fn a_snapshots_domain_and_a_disks_cookies_are_cleaned_too() {
        let xml = "<domainsnapshot><domain><devices><disk><source><cookies><cookie name='a'>x</cookie></cookies></source></disk>\
                   <graphics type='vnc' passwd='x'/></devices></domain></domainsnapshot>";
        let clean = without(xml);
        assert!(!clean.contains("'x'") && !clean.contains("cookie"), "{clean}");
        assert_eq!(without("<domain>"), "");
    }
}
