//! Edits by example: what each changes, byte for byte, and what it refuses.

use super::{Document, Edit, EditError, Element, Namespace, Node, Path, Place, Reason, parse};

const DOMAIN: &str = "<?xml version='1.0'?>\n<!-- mine -->\n<domain type=\"kvm\">\n  <name>a</name> <!-- n -->\n  \
                      <devices>\n    <disk type='file'/>\n    <!-- d -->\n  </devices>\n</domain>\n";

fn edit<'d>(document: &'d Document, work: impl FnOnce(&mut Edit<'d>, Node<'d>) -> Result<(), EditError>) -> String {
    let mut edit = document.edit();
    work(&mut edit, document.root()).unwrap();
    edit.finish().unwrap().to_string()
}

fn one<'d>(root: Node<'d>, name: &str) -> Node<'d> {
    root.descendants().find(|n| n.name() == name).unwrap()
}

#[test]
fn attributes_keep_their_quotes_and_their_place() {
    let document = parse(DOMAIN);
    let text = edit(&document, |e, root| {
        e.set_attribute(root, "type", "a'b\"<&\t\n\r")?.set_attribute(root, "id", "it's")?;
        e.set_attribute(one(root, "disk"), "type", "it's \"x\"")?.set_attribute(one(root, "name"), "x", "y").map(drop)
    });
    let expected = DOMAIN
        .replace("type=\"kvm\"", "type=\"a'b&quot;&lt;&amp;&#9;&#10;&#13;\" id=\"it's\"")
        .replace("type='file'", "type='it&apos;s \"x\"'")
        .replace("<name>", "<name x=\"y\">");
    assert_eq!(text, expected);
}

#[test]
fn a_new_attribute_takes_a_line_where_the_others_have_one() {
    let document = parse("<a\n   x = '1'\n   y='2' ><b  z=\"\"  /></a>");
    let text =
        edit(&document, |e, root| e.set_attribute(root, "n", "3")?.set_attribute(one(root, "b"), "n", "").map(drop));
    assert_eq!(text, "<a\n   x = '1'\n   y='2'\n   n='3' ><b  z=\"\" n=\"\"  /></a>");
    let text = edit(&document, |e, root| e.remove_attribute(root, "x")?.remove_attribute(root, "y").map(drop));
    assert_eq!(text, "<a ><b  z=\"\"  /></a>");
}

#[test]
fn a_new_text_keeps_comments_and_sections() {
    let rows = [
        ("<a/>", "<a>&lt;x&gt; ]]&gt;</a>"),
        ("<a  />", "<a>&lt;x&gt; ]]&gt;</a>"),
        ("<a b='1'></a>", "<a b='1'>&lt;x&gt; ]]&gt;</a>"),
        ("<a> old </a>", "<a>&lt;x&gt; ]]&gt;</a>"),
        ("<a>\n<!-- c -->old<?p?>\n</a>", "<a><!-- c -->&lt;x&gt; ]]&gt;<?p?></a>"),
        ("<a><!-- c --></a>", "<a>&lt;x&gt; ]]&gt;<!-- c --></a>"),
        ("<a><![CDATA[old]]></a>", "<a>&lt;x&gt; ]]&gt;</a>"),
    ];
    for (from, to) in rows {
        assert_eq!(edit(&parse(from), |e, root| e.set_text(root, "<x> ]]>").map(drop)), to);
    }
    let section = parse("<a> <![CDATA[old]]> </a>");
    assert_eq!(edit(&section, |e, root| e.set_text(root, "<x> & y").map(drop)), "<a><![CDATA[<x> & y]]></a>");
    assert_eq!(edit(&section, |e, root| e.set_text(root, "a\rb").map(drop)), "<a>a&#13;b</a>");
}

#[test]
fn an_insert_is_indented_as_its_neighbours_and_a_remove_takes_its_line() {
    let document = parse(DOMAIN);
    let element = Element::new("i").attribute("t", "x").child(Element::new("m").text("<")).child(Element::new("n"));
    let at = |indent: &str| format!("\n{indent}<i t=\"x\">\n{indent}  <m>&lt;</m>\n{indent}  <n/>\n{indent}</i>");
    let after = |text: &str, new: String| DOMAIN.replace(text, &format!("{text}{new}"));
    let disk = one(document.root(), "disk");
    let devices = one(document.root(), "devices");
    // The quotes are those of the parent's or of the document's first attribute.
    let rows = [
        (Place::Before(disk), after("<devices>", at("    "))),
        (Place::After(disk), after("<disk type='file'/>", at("    "))),
        (Place::FirstIn(devices), after("<devices>", at("    "))),
        (Place::LastIn(devices), after("<!-- d -->", at("    "))),
        (Place::LastIn(document.root()), after("</devices>", at("  "))),
        (Place::FirstIn(document.root()), after("<domain type=\"kvm\">", at("  "))),
    ];
    for (place, expected) in rows {
        let inserted = document.edit().insert(place, &element).unwrap().finish().unwrap();
        assert_eq!(inserted.as_str(), expected, "{place:?}");
        let removed = inserted.edit().remove(one(inserted.root(), "i")).unwrap().finish().unwrap();
        assert_eq!(removed, document, "{place:?}");
    }
}

#[test]
fn an_element_without_content_opens_once() {
    let add = |text: &str| {
        edit(&parse(text), |e, root| {
            let place = Place::LastIn(one(root, "b"));
            e.insert(place, &Element::new("x"))?.insert(place, &Element::new("y")).map(drop)
        })
    };
    assert_eq!(add("<a>\n\t<b c='1' />\n</a>"), "<a>\n\t<b c='1'>\n\t\t<x/>\n\t\t<y/>\n\t</b>\n</a>");
    assert_eq!(add("<a>\n <b></b>\n</a>"), "<a>\n <b>\n  <x/>\n  <y/>\n </b>\n</a>");
    assert_eq!(add("<a>\r\n  <b>\r\n  </b>\r\n</a>"), "<a>\r\n  <b>\r\n    <x/>\r\n    <y/>\r\n  </b>\r\n</a>");
    assert_eq!(add("<a><b/></a>"), "<a><b><x/><y/></b></a>");
    assert_eq!(add("<b/>"), "<b>\n  <x/>\n  <y/>\n</b>");
    assert_eq!(add("<a>\n  text <b> </b></a>"), "<a>\n  text <b><x/><y/> </b></a>");
}

#[test]
fn where_white_space_is_text_it_is_not_touched() {
    let document = parse("<a>one\n  <b/>\n  two</a>");
    let b = one(document.root(), "b");
    let insert = |place| document.edit().insert(place, &Element::new("x")).unwrap().finish().unwrap().to_string();
    assert_eq!(insert(Place::Before(b)), "<a>one\n  <x/><b/>\n  two</a>");
    assert_eq!(insert(Place::LastIn(document.root())), "<a>one\n  <b/>\n  two<x/></a>");
    assert_eq!(edit(&document, |e, _| e.remove(b).map(drop)), "<a>one\n  \n  two</a>");
    let crlf = parse("<a>\r\n  <b/>  \r\n  <c/> <d/>\r\n</a>");
    assert_eq!(edit(&crlf, |e, r| e.remove(one(r, "b")).map(drop)), "<a>\r\n  <c/> <d/>\r\n</a>");
    assert_eq!(edit(&crlf, |e, r| e.remove(one(r, "d")).map(drop)), "<a>\r\n  <b/>  \r\n  <c/> \r\n</a>");
}

#[test]
fn namespaces_are_declared_where_they_are_missing() {
    let ours = Namespace::new("l", "urn:l");
    let element = Element::in_namespace(&ours, "m").attribute_in(&ours, "r", "1").child(Element::new("x"));
    let insert = |text: &str| {
        let document = parse(text);
        let place = Place::LastIn(one(document.root(), "b"));
        document.edit().insert(place, &element).unwrap().finish().unwrap()
    };
    for (text, written) in [
        ("<a><b/></a>", "<l:m xmlns:l='urn:l' l:r='1'><x/></l:m>"),
        ("<a xmlns:l='urn:l'><b/></a>", "<l:m l:r='1'><x/></l:m>"),
        ("<a xmlns:l='urn:l'><b xmlns:l='urn:other'/></a>", "<l:m xmlns:l='urn:l' l:r='1'><x/></l:m>"),
        ("<a xmlns=\"urn:d\"><b/></a>", "<l:m xmlns:l=\"urn:l\" l:r=\"1\"><x xmlns=\"\"/></l:m>"),
    ] {
        let document = insert(text);
        assert_eq!(document.root().descendants().find(|n| n.is(Some("urn:l"), "m")).unwrap().source(), written);
    }
    let document = parse("<a/>");
    let text = edit(&document, |e, root| e.set_attribute_in(root, &ours, "r", "1").map(drop));
    assert_eq!(text, "<a xmlns:l='urn:l' l:r='1'/>");
    let again = parse("<a xmlns:q='urn:l' q:r='1' r='2'/>");
    let text = edit(&again, |e, root| e.set_attribute_in(root, &ours, "r", "3")?.remove_attribute(root, "r").map(drop));
    assert_eq!(text, "<a xmlns:q='urn:l' q:r='3'/>");
    assert_eq!(
        edit(&again, |e, root| e.remove_attribute_in(root, "urn:l", "r").map(drop)),
        "<a xmlns:q='urn:l' r='2'/>"
    );
}

#[test]
fn several_changes_are_made_together() {
    let document = parse("<d>\n  <a/>\n  <b/>\n  <c>x</c>\n</d>");
    let text = edit(&document, |e, root| {
        let (a, b, c) = (one(root, "a"), one(root, "b"), one(root, "c"));
        e.remove(a)?
            .remove(b)?
            .set_text(c, "y")?
            .set_attribute(c, "n", "1")?
            .insert(Place::After(c), &Element::new("z"))?;
        e.insert(Place::After(c), &Element::new("z2")).map(drop)
    });
    assert_eq!(text, "<d>\n  <c n='1'>y</c>\n  <z/>\n  <z2/>\n</d>");
    let text = edit(&document, |e, root| e.replace(root, &Element::new("r").child(Element::new("s"))).map(drop));
    assert_eq!(text, "<r>\n  <s/>\n</r>");
    let text = edit(&document, |e, root| e.replace(one(root, "b"), &Element::new("r").text("t")).map(drop));
    assert_eq!(text, "<d>\n  <a/>\n  <r>t</r>\n  <c>x</c>\n</d>");
}

#[test]
fn what_cannot_be_is_refused_and_named() {
    let (document, other) = (parse("<a x='1'><b/></a>"), parse("<a/>"));
    let (root, b) = (document.root(), one(document.root(), "b"));
    let insert = |element: Element| document.edit().insert(Place::LastIn(root), &element).map(drop).unwrap_err();
    assert_eq!(document.edit().remove(root).map(drop), Err(EditError::Root));
    assert_eq!(document.edit().insert(Place::After(root), &Element::new("x")).map(drop), Err(EditError::Root));
    assert_eq!(document.edit().set_text(root, "x").map(drop), Err(EditError::HasElements("a".into())));
    assert_eq!(document.edit().remove(other.root()).map(drop), Err(EditError::OtherDocument));
    assert_eq!(document.edit().remove_attribute(b, "x").map(drop), Err(EditError::NoAttribute("x".into())));
    for name in ["", "1", "a b", "p:q", "xmlns", "a'><evil/>"] {
        assert_eq!(document.edit().set_attribute(root, name, "").map(drop), Err(EditError::BadName(name.into())));
    }
    assert_eq!(insert(Element::new("a:b")), EditError::BadName("a:b".into()));
    assert_eq!(insert(Element::new("a").attribute("xmlns", "u")), EditError::BadName("xmlns".into()));
    assert_eq!(insert(Element::new("a").text("\0")), EditError::ForbiddenCharacter('\0'));
    assert_eq!(document.edit().set_text(b, "\u{ffff}").map(drop), Err(EditError::ForbiddenCharacter('\u{ffff}')));
    let twice = Element::new("a").attribute("n", "1").attribute("n", "2");
    let edit = document.edit().insert(Place::LastIn(root), &twice).and_then(|e| e.finish());
    assert!(matches!(edit, Err(EditError::Result(e)) if e.reason == Reason::DuplicateAttribute("n".into())));
    for namespace in [("xmlns", "u"), ("xml", "u"), ("p", ""), ("p", "http://www.w3.org/2000/xmlns/")] {
        let namespace = Namespace::new(namespace.0, namespace.1);
        let edit = document
            .edit()
            .insert(Place::LastIn(root), &Element::in_namespace(&namespace, "x"))
            .and_then(|e| e.finish());
        assert!(edit.is_err(), "{namespace:?}");
        assert!(document.edit().set_attribute_in(root, &namespace, "x", "").is_err(), "{namespace:?}");
    }
}

#[test]
fn changes_that_meet_are_refused_with_the_place() {
    let document = parse("<a x='1'>\n<b><c/>\n</b></a>");
    let (root, b) = (document.root(), document.find(&Path::root().child("b")).unwrap());
    let overlap = |edit: Result<&mut Edit<'_>, EditError>| match edit.and_then(|e| e.finish()) {
        Err(EditError::Overlap(position)) => (position.line, position.column),
        other => panic!("{other:?}"),
    };
    assert_eq!(overlap(document.edit().set_attribute(root, "x", "2").unwrap().set_attribute(root, "x", "3")), (1, 7));
    assert_eq!(overlap(document.edit().remove(b).unwrap().remove(b.child("c").unwrap())), (2, 4));
    let c = b.child("c").unwrap();
    assert_eq!(overlap(document.edit().set_text(c, "x").unwrap().insert(Place::LastIn(c), &Element::new("y"))), (2, 4));
}
