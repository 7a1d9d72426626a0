//! Which deed a change of a machine's XML is: noting something on a template is none that harms it.

use super::Deed;
use crate::metadata::{self, TemplateMark};
use crate::xml::{Document, Node};

/// What is said of a machine, and changes nothing of what it is.
const SAID: [&str; 4] = ["name", "title", "description", "metadata"];

/// What defining `new` in place of `old` does.
#[must_use]
pub fn deed_of(old: &Document, new: &Document) -> Deed {
    let mark = |document: &Document| -> Option<TemplateMark> { metadata::read(document).machine().template };
    match (mark(old), mark(new)) {
        (None, Some(_)) => Deed::Reseal,
        (Some(_), None) => Deed::Unlock,
        (Some(before), Some(after)) if before != after => Deed::Reseal,
        _ if same_machine(old, new) => Deed::Rename,
        _ => Deed::Edit,
    }
}

fn same_machine(old: &Document, new: &Document) -> bool {
    match (silent(old), silent(new)) {
        (Some(old), Some(new)) => old.same_as(&new),
        _ => false,
    }
}

/// The XML without what is only said.
fn silent(document: &Document) -> Option<Document> {
    let mut edit = document.edit();
    let said = |node: &Node<'_>| node.namespace().is_none() && SAID.contains(&node.name());
    for node in document.root().children().filter(said) {
        edit.remove(node).ok()?;
    }
    edit.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(old: &str, new: &str) -> Deed {
        deed_of(&Document::parse(old).unwrap(), &Document::parse(new).unwrap())
    }

    #[test]
    fn notes_are_no_edit_and_a_seal_is_one_of_its_own() {
        let with = |metadata: &str, memory: u32| {
            format!("<domain><name>a</name><metadata>{metadata}</metadata><memory>{memory}</memory></domain>")
        };
        let ours =
            |inside: &str| format!("<l:machine xmlns:l='urn:lectern:machine:1' version='1'>{inside}</l:machine>");
        let (sealed, plain) = (ours("<l:template version='1'/>"), ours("<l:project>p</l:project>"));
        assert_eq!(deed(&with("", 1), &with(&plain, 1)), Deed::Rename);
        assert_eq!(deed("<domain><memory>1</memory></domain>", &with(&plain, 1)), Deed::Rename);
        assert_eq!(deed(&with(&plain, 1), &with(&plain, 2)), Deed::Edit);
        assert_eq!(deed(&with(&sealed, 1), &with(&sealed, 2)), Deed::Edit);
        assert_eq!(deed(&with(&plain, 1), &with(&sealed, 1)), Deed::Reseal);
        assert_eq!(deed(&with(&sealed, 1), &with("", 1)), Deed::Unlock);
        assert_eq!(deed(&with(&sealed, 1), &with(&ours("<l:template version='2'/>"), 1)), Deed::Reseal);
    }
}
