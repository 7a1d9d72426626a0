//! A second opinion: finds all differences between two documents by itself, and compares them with the list.

use std::collections::BTreeSet;

use super::{Change, Document, Part, Reason};
use crate::xml::Node;

/// Fails unless every difference is listed, and every listed one is there.
///
/// Walks both trees side by side. An element of the source that the list takes out has no partner; one that the list
/// adds is passed over in the clone; all others must be equal but for the parts that the list names.
pub(super) fn only_listed(source: &Document, clone: &Document, changes: &[Change]) -> Result<(), String> {
    let place = |part: &Part, change: &Change| (change.part == *part).then(|| source.find(&change.place)).flatten();
    let mut walk =
        Walk { removed: BTreeSet::new(), added: Vec::new(), parts: BTreeSet::new(), replaced: BTreeSet::new() };
    for change in changes {
        let node = source.find(&change.place).ok_or_else(|| format!("{} leads nowhere", change.place))?;
        match (&change.part, &change.old, &change.new) {
            (Part::Element, Some(old), None) => {
                same("removed element", old, node.source())?;
                walk.removed.insert(node.range().start);
            }
            (Part::Element, Some(_), Some(_)) => drop(walk.replaced.insert(node.range().start)),
            (Part::Element, None, Some(new)) => walk.added.push((node.range().start, name_of(new))),
            (Part::Text, Some(old), Some(new)) => {
                same("old text", old, &node.text())?;
                if old == new {
                    return Err(format!("{}: nothing changes", change.place));
                }
                walk.parts.insert((node.range().start, "#text".to_owned()));
            }
            (Part::Attribute(name), old, _) => {
                let is = place(&change.part, change).and_then(|n| n.attribute(name)).map(std::borrow::Cow::into_owned);
                if is != *old || change.old == change.new {
                    return Err(format!("{}: @{name} was {is:?}, listed {old:?}", change.place));
                }
                walk.parts.insert((node.range().start, name.clone()));
            }
            other => return Err(format!("{other:?}")),
        }
    }
    walk.pair(source.root(), clone.root())?;
    comments(source, clone, changes)
}

fn same(what: &str, a: &str, b: &str) -> Result<(), String> {
    if a == b { Ok(()) } else { Err(format!("{what}: {a:?} is not {b:?}")) }
}

fn name_of(element: &str) -> String {
    element
        .trim_start_matches('<')
        .split([' ', '/', '>'])
        .next()
        .unwrap_or_default()
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .into()
}

struct Walk {
    removed: BTreeSet<usize>,
    replaced: BTreeSet<usize>,
    added: Vec<(usize, String)>,
    parts: BTreeSet<(usize, String)>,
}

impl Walk {
    fn pair(&self, old: Node<'_>, new: Node<'_>) -> Result<(), String> {
        let at = old.range().start;
        same("name", old.name(), new.name())?;
        let values = |node: Node<'_>| -> Vec<(String, String)> {
            let all = node.attributes().map(|a| (a.full_name().to_owned(), a.value().into_owned()));
            all.filter(|(name, _)| !self.parts.contains(&(at, name.clone()))).collect()
        };
        if values(old) != values(new) {
            return Err(format!("{}: {:?} is not {:?}", old.name(), values(old), values(new)));
        }
        let added: Vec<&str> = self.added.iter().filter(|(to, _)| *to == at).map(|(_, name)| &**name).collect();
        let gone = |node: &Node<'_>| self.removed.contains(&node.range().start);
        if !self.parts.contains(&(at, "#text".to_owned())) && added.is_empty() && !old.children().any(|c| gone(&c)) {
            same("text", &old.text(), &new.text())?;
        }
        let olds: Vec<_> = old.children().filter(|child| !gone(child)).collect();
        let mut news = new.children().peekable();
        let mut to_add = added.clone();
        for child in olds {
            while let Some(extra) = news.next_if(|n| n.name() != child.name() || to_add.contains(&n.name())) {
                take(&mut to_add, extra)?;
            }
            let partner = news.next().ok_or_else(|| format!("<{}> is lost", child.name()))?;
            if !self.replaced.contains(&child.range().start) {
                self.pair(child, partner)?;
            }
        }
        news.try_for_each(|extra| take(&mut to_add, extra))?;
        if to_add.is_empty() { Ok(()) } else { Err(format!("{to_add:?} were not added")) }
    }
}

fn take(to_add: &mut Vec<&str>, extra: Node<'_>) -> Result<(), String> {
    let at = to_add.iter().position(|name| *name == extra.name());
    at.map(|at| to_add.remove(at)).map(|_| ()).ok_or_else(|| format!("<{}> was added", extra.name()))
}

/// Comments and declarations outside of what goes are kept, in their order.
fn comments(source: &Document, clone: &Document, changes: &[Change]) -> Result<(), String> {
    let whole = |c: &&Change| c.part == Part::Element && c.old.is_some();
    let gone: Vec<_> = changes.iter().filter(whole).filter_map(|c| source.find(&c.place)).map(Node::range).collect();
    let text = source.as_str();
    let mut rest = clone.as_str();
    let mut at = 0;
    while let Some(start) = text[at..].find("<!--").map(|found| at + found) {
        let end = text[start..].find("-->").map_or(text.len(), |found| start + found + 3);
        if !gone.iter().any(|range| range.contains(&start)) && !text[..start].ends_with("<![CDATA[") {
            let comment = &text[start..end];
            let found = rest.find(comment).ok_or_else(|| format!("{comment} is lost"))?;
            rest = &rest[found + comment.len()..];
        }
        at = end;
    }
    Ok(())
}

/// What two machines of one host cannot both have, as found in a document.
pub(super) fn unique_values(document: &Document) -> BTreeSet<String> {
    let root = document.root();
    let mut found = BTreeSet::new();
    let text = |node: Node<'_>| node.text().trim().to_lowercase();
    for name in ["name", "uuid", "genid"] {
        found.extend(root.children_named(name).map(text).filter(|t| !t.is_empty()).map(|t| format!("{name} {t}")));
    }
    for device in root.children_named("devices").flat_map(Node::children) {
        let named = |child: &str, attribute: &str| {
            device.children_named(child).find_map(|c| c.attribute(attribute)).map(std::borrow::Cow::into_owned)
        };
        let value = match device.name() {
            "interface" => named("mac", "address").map(|mac| format!("mac {}", mac.to_lowercase())),
            "vsock" => named("cid", "address").map(|cid| format!("cid {cid}")),
            "graphics" => {
                device.attribute("port").filter(|p| p.parse::<u32>().is_ok_and(|p| p > 0)).map(|p| format!("port {p}"))
            }
            "hostdev" => Some(format!("hostdev {}", device.source())),
            "serial" | "channel" | "console"
                if device.attribute("type").is_some_and(|kind| ["unix", "tcp", "udp"].contains(&&*kind)) =>
            {
                let mut bound =
                    device.children_named("source").filter(|s| s.attribute("mode").as_deref() == Some("bind"));
                let at = bound.find_map(|s| s.attribute("path").or(s.attribute("service")));
                at.filter(|at| !at.is_empty()).map(|at| format!("line {at}"))
            }
            "disk" if !["readonly", "shareable", "transient"].iter().any(|name| device.child(name).is_some()) => {
                // libvirt reads the attribute of the disk's type only.
                let attribute = match device.attribute("type").as_deref() {
                    Some("block") => "dev",
                    Some("volume") => "volume",
                    _ => "file",
                };
                // A volume without its pool is none.
                let pool = attribute != "volume" || named("source", "pool").is_some_and(|pool| !pool.is_empty());
                let place = named("source", attribute).filter(|place| pool && !place.is_empty());
                place.map(|place| format!("disk {place}"))
            }
            _ => None,
        };
        found.extend(value);
    }
    found
}

/// For messages.
pub(super) fn reasons(changes: &[Change]) -> BTreeSet<Reason> {
    changes.iter().map(|change| change.reason).collect()
}
