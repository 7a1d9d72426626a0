//! Properties of arbitrary documents and edits, and the fuzz target's body over mutations of the corpus.

use std::ops::Range;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::corpus::files;
use super::generate::document;
use super::{Document, Element, Node, Place, fuzz_body, parse};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_document_prints_as_it_was_read(text in document()) {
        let ours = parse(&text);
        prop_assert_eq!(ours.to_string(), text.as_str());
        let theirs = roxmltree::Document::parse(&text).unwrap();
        let theirs: Vec<_> = theirs.descendants().filter(roxmltree::Node::is_element).collect();
        prop_assert_eq!(ours.root().descendants().count(), theirs.len());
        for (ours, theirs) in ours.root().descendants().zip(theirs) {
            prop_assert_eq!(ours.name(), theirs.tag_name().name());
            prop_assert_eq!(ours.namespace(), theirs.tag_name().namespace().filter(|uri| !uri.is_empty()));
            prop_assert_eq!(ours.range(), theirs.range());
            let values: Vec<_> = theirs.attributes().map(|a| a.value().to_owned()).collect();
            prop_assert_eq!(ours.attributes().map(|a| a.value().into_owned()).collect::<Vec<_>>(), values);
        }
    }

    #[test]
    fn every_edit_keeps_its_promises(text in document()) {
        fuzz_body::check(&text);
    }

    #[test]
    fn an_edit_changes_its_own_bytes_only(text in document(), pick in any::<prop::sample::Index>(), value in "\\PC{0,12}") {
        let old = parse(&text);
        let nodes: Vec<_> = old.root().descendants().collect();
        let at = pick.index(nodes.len());
        let node = nodes[at];
        let tag = node.range().start..node.range().start + start_tag(node);

        let new = old.edit().set_attribute(node, "name", &value).unwrap().finish().unwrap();
        changed_within(&old, &new, tag)?;
        prop_assert_eq!(facts(&new, at), facts(&old, at));
        let changed = new.root().descendants().nth(at).unwrap();
        prop_assert_eq!(changed.attribute("name").unwrap(), value.as_str());

        // The way there and back starts from the way this program writes.
        let back = |from: &Document, value: &str| {
            let node = from.root().descendants().nth(at).unwrap();
            from.edit().set_attribute(node, "name", value).unwrap().finish().unwrap()
        };
        prop_assert_eq!(back(&back(&new, "other"), &value), new);

        if let Ok(edit) = old.edit().set_text(node, &value) {
            let new = edit.finish().unwrap();
            changed_within(&old, &new, node.range())?;
            prop_assert_eq!(facts(&new, at), facts(&old, at));
            prop_assert_eq!(new.root().descendants().nth(at).unwrap().text(), value.as_str());
        }
    }

    #[test]
    fn removing_what_was_inserted_restores_the_meaning(text in document(), pick in any::<prop::sample::Index>()) {
        let old = parse(&text);
        let nodes: Vec<_> = old.root().descendants().collect();
        let node = nodes[pick.index(nodes.len())];
        let element = Element::new("inserted").child(Element::new("inner"));
        for place in [Place::Before(node), Place::After(node), Place::FirstIn(node), Place::LastIn(node)] {
            let Ok(new) = old.edit().insert(place, &element).and_then(|e| e.finish()) else { continue };
            let inserted = new.root().descendants().find(|n| n.is(None, "inserted")).unwrap();
            let back = new.edit().remove(inserted).unwrap().finish().unwrap();
            prop_assert!(back.same_as(&old), "{place:?}");
            let neighbour = matches!(place, Place::Before(_) | Place::After(_));
            changed_within(&old, &new, if neighbour { node.range().start..node.range().end } else { node.range() })?;
        }
    }
}

fn start_tag(node: Node<'_>) -> usize {
    let source = node.source();
    let mut quote = None;
    let end = source.char_indices().find(|(_, c)| {
        match quote {
            Some(q) if q == *c => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(*c),
            _ => {}
        }
        quote.is_none() && *c == '>'
    });
    end.unwrap().0 + 1
}

/// What must stay: the elements, their attributes except the edited one, and the texts of all other elements.
fn facts(document: &Document, except: usize) -> Vec<String> {
    let one = |(index, node): (usize, Node<'_>)| {
        let attributes: Vec<_> = node.attributes().filter(|a| index != except || a.full_name() != "name").collect();
        let text = if index == except { String::new() } else { node.text().into_owned() };
        format!("{:?} {} {attributes:?} {text:?}", node.namespace(), node.name())
    };
    document.root().descendants().enumerate().map(one).collect()
}

fn changed_within(old: &Document, new: &Document, range: Range<usize>) -> Result<(), TestCaseError> {
    prop_assert!(new.as_str().starts_with(&old.as_str()[..range.start]));
    prop_assert!(new.as_str().ends_with(&old.as_str()[range.end..]));
    Ok(())
}

/// Enough randomness for mutations, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// `LECTERN_FUZZ_SECONDS` makes it longer.
#[test]
fn mutations_of_the_corpus_break_nothing() {
    let seconds = std::env::var("LECTERN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(3);
    let files: Vec<Vec<u8>> = files().into_iter().map(|(_, text)| text.into_bytes()).collect();
    let mut random = Random(1);
    let (start, mut read, mut all) = (Instant::now(), 0_u32, 0_u32);
    while start.elapsed() < Duration::from_secs(seconds) {
        let text = mutate(&files, &mut random);
        read += u32::from(Document::parse(&text).is_ok());
        all += 1;
        fuzz_body::check(&text);
    }
    println!("{all} texts, {read} of them well-formed");
    assert!(read > 0 && read < all);
}

fn mutate(files: &[Vec<u8>], random: &mut Random) -> String {
    const BYTES: &[u8] = b"<>/='\"&;![]-? \n\r\tax:x\0\xef\xbb\xbf";
    let mut text = files[random.below(files.len())].clone();
    for _ in 0..random.below(4) {
        if text.is_empty() {
            text.push(b'<');
        }
        let at = random.below(text.len());
        let end = (at + random.below(24)).min(text.len());
        match random.below(5) {
            0 => text[at] = BYTES[random.below(BYTES.len())],
            1 => text.insert(at, BYTES[random.below(BYTES.len())]),
            2 => drop(text.drain(at..end)),
            3 => {
                let piece = text[at..end].to_vec();
                let to = random.below(text.len());
                text.splice(to..to, piece);
            }
            _ => {
                let other = &files[random.below(files.len())];
                let from = random.below(other.len());
                let piece = other[from..(from + random.below(60)).min(other.len())].to_vec();
                text.splice(at..at, piece);
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}
