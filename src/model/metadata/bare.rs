//! Our element without its namespace, as `virDomainSetMetadata` takes it.
//!
//! libvirt declares the namespace itself and puts every element without one into it (`virXMLInjectNamespace`); where it is
//! declared already, it refuses.

use super::{URI, element_of};
use crate::xml::{Document, EditError, Element, Namespace, Node};

/// Our element in a domain's XML; `None` where there is none.
///
/// # Errors
/// If it holds what cannot be written again.
pub fn bare(document: &Document) -> Result<Option<String>, EditError> {
    element_of(document).map(|node| Ok(Document::of(&element(node))?.to_string().trim_end().to_owned())).transpose()
}

fn element(node: Node<'_>) -> Element {
    let own = node.namespace().filter(|uri| *uri != URI);
    let mut copy = match own {
        Some(uri) => Element::in_namespace(&Namespace::new(node.prefix().unwrap_or("other"), uri), node.name()),
        None => Element::new(node.name()),
    };
    for attribute in node.attributes() {
        copy = match attribute.namespace() {
            Some(uri) => {
                let prefix = attribute.full_name().split(':').next().unwrap_or("other");
                copy.attribute_in(&Namespace::new(prefix, uri), attribute.name(), &attribute.value())
            }
            None => copy.attribute(attribute.name(), &attribute.value()),
        };
    }
    if node.children().next().is_none() {
        let text = node.text();
        return if text.is_empty() { copy } else { copy.text(&text) };
    }
    node.children().map(element).fold(copy, Element::child)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_left_to_libvirt() {
        let xml = "<domain><metadata><l:machine xmlns:l='urn:lectern:machine:1' version='1'><l:project>a &amp; b</l:project>\
            <o:x xmlns:o='urn:o' y='1'/></l:machine></metadata></domain>";
        let document = Document::parse(xml).unwrap();
        let bare = bare(&document).unwrap().unwrap();
        assert!(bare.contains("<machine version=") && bare.contains("<project>a &amp; b</project>"), "{bare}");
        assert!(bare.contains("urn:o") && !bare.contains("urn:lectern"), "{bare}");
        assert_eq!(super::bare(&Document::parse("<domain/>").unwrap()), Ok(None));
    }
}
