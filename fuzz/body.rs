//! What must hold for every text: what is read prints as it was, and every edit makes a document.
//!
//! It is compiled into the fuzz target and into the unit tests, so it takes its types from the module above it.

use super::{Document, Edit, EditError, Element, Namespace, Node, Place, Reason};

/// Values with everything that has to be escaped somewhere.
const VALUES: [&str; 4] = ["plain", "<&>'\"]]>\t\r\n", "", " 中\u{3000}文 "];

/// How many elements of a document are edited, so that large ones do not take the fuzzer's time.
const NODES: usize = 6;

/// Panics if the document breaks a promise.
pub(super) fn check(text: &str) {
    let Ok(document) = Document::parse(text) else { return };
    assert_eq!(document.to_string(), text);
    let all = document.root().descendants().count();
    for (index, node) in document.root().descendants().enumerate() {
        if index % all.div_ceil(NODES) == 0 {
            check_node(&document, node, VALUES[index % VALUES.len()]);
        }
    }
}

fn check_node(document: &Document, node: Node<'_>, value: &str) {
    check_attribute(document, node, value);
    check_text(document, node, value);
    check_insert(document, node, value);
    if let Some(removed) = finish(document.edit().remove(node)) {
        assert!(removed.as_str().len() < document.as_str().len());
    }
}

fn check_attribute(document: &Document, node: Node<'_>, value: &str) {
    let index = index(document, node);
    let Some(set) = finish(document.edit().set_attribute(node, "new", value)) else { return };
    let changed = set.root().descendants().nth(index).expect("the same elements");
    assert_eq!(changed.attribute("new").expect("was set"), value);
    if node.attribute("new").is_none() {
        let back = set.edit().remove_attribute(changed, "new").and_then(|e| e.finish());
        assert_eq!(back.as_ref(), Ok(document));
    }
    for attribute in node.attributes().filter(|a| a.namespace().is_none()) {
        let set = finish(document.edit().set_attribute(node, attribute.name(), value)).expect("no larger tree");
        let changed = set.root().descendants().nth(index).expect("the same elements");
        assert_eq!(changed.attribute(attribute.name()).expect("was set"), value);
    }
}

fn check_text(document: &Document, node: Node<'_>, value: &str) {
    let Some(set) = finish(document.edit().set_text(node, value)) else { return };
    let changed = set.root().descendants().nth(index(document, node)).expect("the same elements");
    assert_eq!(changed.text(), value);
    assert!(set.as_str().starts_with(&document.as_str()[..node.range().start]));
    assert!(set.as_str().ends_with(&document.as_str()[node.range().end..]));
}

fn check_insert(document: &Document, node: Node<'_>, value: &str) {
    let namespace = Namespace::new("p", "urn:fuzz");
    let inside = Element::in_namespace(&namespace, "inside").attribute_in(&namespace, "a", value);
    let element = Element::new("new").attribute("a", value).child(inside).child(Element::new("t").text(value));
    for place in [Place::Before(node), Place::After(node), Place::FirstIn(node), Place::LastIn(node)] {
        let Some(inserted) = finish(document.edit().insert(place, &element)) else { continue };
        let before = document.root().descendants().count();
        assert_eq!(inserted.root().descendants().count(), before + 3);
        let mut found = inserted.root().descendants().filter(|n| n.is(None, "new"));
        assert!(found.any(|n| n.child("t").is_some_and(|t| t.text() == value)));
        assert!(inserted.as_str().ends_with(&document.as_str()[document.root().range().end..]));
    }
    finish(document.edit().replace(node, &element));
}

fn index(document: &Document, node: Node<'_>) -> usize {
    document.root().descendants().position(|n| n == node).expect("an element of the document")
}

/// The changed document, or nothing where the edit is refused for a reason that holds.
fn finish(edit: Result<&mut Edit<'_>, EditError>) -> Option<Document> {
    match edit.and_then(|edit| edit.finish()) {
        Ok(document) => Some(document),
        Err(EditError::Root | EditError::HasElements(_)) => None,
        Err(EditError::Result(error)) => {
            assert!(matches!(error.reason, Reason::TooDeep | Reason::TooLarge | Reason::TooMany), "{error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}
