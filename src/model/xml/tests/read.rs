//! Reading: names, namespaces, texts, values, paths, and what two documents mean.

use super::{Path, parse};

#[test]
fn texts_join_sections_and_references_but_no_comments() {
    let document = parse("<a>x &amp; <!-- no --><![CDATA[<y>]]>&#x4e2d;\r\nz<b>not this</b></a>");
    assert_eq!(document.root().text(), "x & <y>中\nz");
    assert_eq!(document.root().child("b").unwrap().text(), "not this");
}

#[test]
fn values_are_normalized_as_xml_says() {
    let document = parse("<a p='1\t2\r\n3' q=\"&#9;&#10;&lt;'\" xmlns:n='urn:n' n:p='other'/>");
    let root = document.root();
    assert_eq!(root.attribute("p").unwrap(), "1 2 3");
    assert_eq!(root.attribute("q").unwrap(), "\t\n<'");
    assert_eq!(root.attribute_in("urn:n", "p").unwrap(), "other");
    assert_eq!(root.attribute("n:p"), None);
    assert_eq!(root.attributes().count(), 3);
    assert_eq!(root.declarations().collect::<Vec<_>>(), [("n", "urn:n".into())]);
}

#[test]
fn namespaces_are_by_meaning_not_by_prefix() {
    let document = parse("<a><x:b xmlns:x='urn:1'><x:c/><c/><d xmlns='urn:2'><e xmlns=''/><f/></d></x:b></a>");
    let b = document.root().child_in("urn:1", "b").unwrap();
    assert_eq!((b.name(), b.prefix(), b.namespace()), ("b", Some("x"), Some("urn:1")));
    assert!(document.root().child("b").is_none());
    assert_eq!(b.child("c").unwrap().prefix(), None);
    let d = b.child_in("urn:2", "d").unwrap();
    assert!(d.child("e").is_some() && d.child_in("urn:2", "f").is_some());
    assert_eq!(b.parent(), Some(document.root()));
    let names: Vec<_> = document.root().descendants().map(super::Node::name).collect();
    assert_eq!(names, ["a", "b", "c", "c", "d", "e", "f"]);
    assert_eq!(b.descendants().count(), 6);
    assert_eq!(d.position().to_string(), "line 1, column 35");
    assert_eq!(b.child("c").unwrap().source(), "<c/>");
}

#[test]
fn paths_find_by_name_value_and_number() {
    let document = parse(
        "<domain><devices><disk device='cdrom'><target dev='sda'/></disk><disk device='disk'><target dev='vda'/></disk>\
         <disk device='disk'><target dev='vdb'/></disk></devices><metadata><m:x xmlns:m='urn:m'/></metadata></domain>",
    );
    let disks = Path::root().child("devices").child("disk");
    let target = |path: Path| document.find(&path.child("target")).and_then(|t| t.attribute("dev")).unwrap_or_default();
    assert_eq!(document.find_all(&disks).len(), 3);
    assert_eq!(target(disks.clone().with("device", "disk")), "vda");
    assert_eq!(target(disks.clone().with("device", "disk").nth(1)), "vdb");
    assert_eq!(target(disks.clone().having("target", "dev", "vdb")), "vdb");
    assert!(document.find(&disks.nth(3)).is_none());
    let metadata = Path::root().child("metadata").child_in("urn:m", "x");
    assert!(document.find(&metadata).is_some());
    assert_eq!(metadata.to_string(), "/metadata/{urn:m}x");
    assert_eq!(document.find(&Path::root()), Some(document.root()));
}

#[test]
fn same_meaning_is_seen_through_writing() {
    let a = parse("<a x='1' y=\"2\"><b> t </b>\n<n:c xmlns:n='urn:n'/></a>");
    let b = parse("<?xml version='1.0'?>\n<a y='2'   x='&#49;'><!-- c --><b>t</b><c xmlns='urn:n'></c></a>");
    assert!(a.same_as(&b) && a != b && a == a.clone());
    for other in ["<a x='1' y='2'><b>u</b><c xmlns='urn:n'/></a>", "<a x='1'><b>t</b><c xmlns='urn:n'/></a>", "<a/>"] {
        assert!(!a.same_as(&parse(other)), "{other}");
    }
    assert!(!parse("<a><b/><c/></a>").same_as(&parse("<a><c/><b/></a>")));
    assert!(!parse("<a>\u{3000}</a>").same_as(&parse("<a/>")), "an ideographic space is text");
}
