//! Single changes, collected before any is made, so that two rules never touch the same bytes.

use std::collections::HashSet;
use std::ops::Range;

use super::change::{Change, Part, Reason};
use super::work::Places;
use crate::xml::{Document, Edit, EditError, Element, Node, Place};

/// One change.
#[derive(Clone, Debug)]
pub(super) struct Op<'d> {
    pub(super) node: Node<'d>,
    pub(super) act: Act,
    pub(super) reason: Reason,
}

/// What is done to the node.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Remove,
    Replace(Element),
    Text(String),
    Attribute(String, String),
    NoAttribute(String),
    InsertFirst(Element),
    InsertLast(Element),
    InsertAfter(Element),
}

impl Act {
    fn takes_all(&self) -> bool {
        matches!(self, Self::Remove | Self::Replace(_))
    }

    /// Whether it can be made although the node itself goes.
    fn survives(&self) -> bool {
        self.takes_all() || matches!(self, Self::InsertAfter(_))
    }

    /// Two changes with one key would touch the same bytes; insertions never do.
    fn key(&self) -> Option<String> {
        match self {
            Self::Remove | Self::Replace(_) => Some(String::new()),
            Self::Text(_) => Some("#text".to_owned()),
            Self::Attribute(name, _) | Self::NoAttribute(name) => Some(name.clone()),
            Self::InsertFirst(_) | Self::InsertLast(_) | Self::InsertAfter(_) => None,
        }
    }
}

/// The changes that are made: of two for the same bytes the first, and none inside an element that goes.
pub(super) fn settle(ops: Vec<Op<'_>>) -> Vec<Op<'_>> {
    let gone = Gone::new(&ops);
    let mut seen = HashSet::new();
    let mut kept: Vec<Op<'_>> = ops
        .into_iter()
        .filter(|op| !gone.holds(op.node, op.act.survives()))
        .filter(|op| op.act.key().is_none_or(|key| seen.insert((op.node.range().start, key))))
        .collect();
    kept.sort_by_key(|op| op.node.range().start);
    kept
}

/// The elements that go, the outermost only.
pub(super) struct Gone(Vec<Range<usize>>);

impl Gone {
    pub(super) fn new(ops: &[Op<'_>]) -> Self {
        let mut all: Vec<_> = ops.iter().filter(|op| op.act.takes_all()).map(|op| op.node.range()).collect();
        all.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut outer: Vec<Range<usize>> = Vec::new();
        for range in all {
            if outer.last().is_none_or(|last| range.start >= last.end) {
                outer.push(range);
            }
        }
        Self(outer)
    }

    /// Whether `node` is inside of one that goes; one that goes itself counts unless `itself` is right.
    pub(super) fn holds(&self, node: Node<'_>, itself: bool) -> bool {
        let range = node.range();
        let before = self.0.partition_point(|gone| gone.start <= range.start);
        let Some(gone) = before.checked_sub(1).and_then(|at| self.0.get(at)) else { return false };
        range.start < gone.end && !(itself && *gone == range)
    }
}

/// Puts one change into `edit`.
pub(super) fn make<'d>(edit: &mut Edit<'d>, op: &Op<'d>) -> Result<(), EditError> {
    match &op.act {
        Act::Remove => edit.remove(op.node),
        Act::Replace(element) => edit.replace(op.node, element),
        Act::Text(text) => edit.set_text(op.node, text),
        Act::Attribute(name, value) => edit.set_attribute(op.node, name, value),
        Act::NoAttribute(name) => edit.remove_attribute(op.node, name),
        Act::InsertFirst(element) => edit.insert(Place::FirstIn(op.node), element),
        Act::InsertLast(element) => edit.insert(Place::LastIn(op.node), element),
        Act::InsertAfter(element) => edit.insert(Place::After(op.node), element),
    }
    .map(|_| ())
}

/// The change as it is listed.
pub(super) fn describe(op: &Op<'_>, places: &mut Places) -> Result<Change, EditError> {
    let at = |part, old: Option<String>, new: Option<String>| (part, old, new);
    let (part, old, new) = match &op.act {
        Act::Remove => at(Part::Element, Some(op.node.source().to_owned()), None),
        Act::Replace(element) => at(Part::Element, Some(op.node.source().to_owned()), Some(written(element)?)),
        Act::Text(text) => at(Part::Text, Some(op.node.text().into_owned()), Some(text.clone())),
        Act::Attribute(name, value) => at(Part::Attribute(name.clone()), value_of(op.node, name), Some(value.clone())),
        Act::NoAttribute(name) => at(Part::Attribute(name.clone()), value_of(op.node, name), None),
        Act::InsertFirst(element) | Act::InsertLast(element) | Act::InsertAfter(element) => {
            at(Part::Element, None, Some(written(element)?))
        }
    };
    let node = if matches!(op.act, Act::InsertAfter(_)) { op.node.parent().unwrap_or(op.node) } else { op.node };
    Ok(Change { place: places.of(node), part, old, new, reason: op.reason })
}

fn value_of(node: Node<'_>, name: &str) -> Option<String> {
    node.attribute(name).map(std::borrow::Cow::into_owned)
}

/// An element as it looks alone.
fn written(element: &Element) -> Result<String, EditError> {
    let blank = Document::parse("<x/>")?;
    Ok(blank.edit().replace(blank.root(), element)?.finish()?.to_string())
}
