//! One clone in the making: what the rules have asked for so far.

use std::collections::{HashMap, HashSet};

use super::change::Reason;
use super::ops::{self, Act, Gone, Op};
use super::question::{Answer, Question, Subject};
use super::request::{Identity, Request};
use super::{CloneError, Cloned, Companion, derive};
use crate::xml::{Document, Element, Node, Path};

/// The longest path of a UNIX socket, without its end (unix(7)).
const SOCKET_PATH: usize = 107;

/// What the rules have asked for so far.
pub(super) struct Work<'d> {
    pub(super) source: &'d Document,
    pub(super) request: &'d Request,
    pub(super) companions: Vec<Companion>,
    ops: Vec<Op<'d>>,
    questions: Vec<(Node<'d>, Question)>,
    places: Places,
    /// New paths by the old ones.
    renamed: HashMap<String, String>,
    /// Paths that are not free: the source's, and those that were given.
    taken: HashSet<String>,
}

impl<'d> Work<'d> {
    pub(super) fn new(source: &'d Document, request: &'d Request) -> Self {
        let attributes = source.root().descendants().flat_map(Node::attributes).map(|a| a.value().into_owned());
        let taken = attributes.filter(|value| value.starts_with('/')).collect();
        Self {
            source,
            request,
            companions: Vec::new(),
            ops: Vec::new(),
            questions: Vec::new(),
            places: Places::default(),
            renamed: HashMap::new(),
            taken,
        }
    }

    pub(super) fn root(&self) -> Node<'d> {
        self.source.root()
    }

    pub(super) fn identity(&self) -> &'d Identity {
        &self.request.identity
    }

    /// The children of `<devices>` of that name.
    pub(super) fn devices(&self, name: &'static str) -> Vec<Node<'d>> {
        super::devices_of(self.root()).filter(|node| node.name() == name).collect()
    }

    /// The source's name.
    pub(super) fn old_name(&self) -> String {
        self.root().child("name").map(|node| node.text().trim().to_owned()).unwrap_or_default()
    }

    fn push(&mut self, node: Node<'d>, act: Act, reason: Reason) {
        self.ops.push(Op { node, act, reason });
    }

    pub(super) fn remove(&mut self, node: Node<'d>, reason: Reason) {
        self.push(node, Act::Remove, reason);
    }

    pub(super) fn replace(&mut self, node: Node<'d>, element: Element, reason: Reason) {
        self.push(node, Act::Replace(element), reason);
    }

    pub(super) fn insert_first(&mut self, parent: Node<'d>, element: Element, reason: Reason) {
        self.push(parent, Act::InsertFirst(element), reason);
    }

    pub(super) fn insert_last(&mut self, parent: Node<'d>, element: Element, reason: Reason) {
        self.push(parent, Act::InsertLast(element), reason);
    }

    pub(super) fn insert_after(&mut self, node: Node<'d>, element: Element, reason: Reason) {
        self.push(node, Act::InsertAfter(element), reason);
    }

    /// Gives an element a text; one with elements in the place of a text is written anew.
    pub(super) fn text(&mut self, node: Node<'d>, text: &str, reason: Reason) {
        if node.children().next().is_some() {
            let all = node.attributes().filter(|a| a.namespace().is_none());
            let element = all.fold(Element::new(node.name()), |e, a| e.attribute(a.name(), &a.value()));
            self.replace(node, element.text(text), reason);
        } else if node.text() != text {
            self.push(node, Act::Text(text.to_owned()), reason);
        }
    }

    pub(super) fn attribute(&mut self, node: Node<'d>, name: &str, value: &str, reason: Reason) {
        if node.attribute(name).is_none_or(|old| old != value) {
            self.push(node, Act::Attribute(name.to_owned(), value.to_owned()), reason);
        }
    }

    /// Removes an attribute if it is there.
    pub(super) fn no_attribute(&mut self, node: Node<'d>, name: &str, reason: Reason) {
        if node.attribute(name).is_some() {
            self.push(node, Act::NoAttribute(name.to_owned()), reason);
        }
    }

    /// Asks; the answer is the request's if it is a possible one, else the default.
    pub(super) fn ask(&mut self, node: Node<'d>, subject: Subject, default: Answer, others: &[Answer]) -> Answer {
        let place = self.places.of(node);
        let may = |answer: &&Answer| match answer {
            Answer::To(_) => others.iter().any(|other| matches!(other, Answer::To(_))),
            other => **other == default || others.contains(other),
        };
        let answer = self.request.answers.get(&place).filter(may).unwrap_or(&default).clone();
        let others = others.to_vec();
        self.questions.push((node, Question { place, subject, default, others, answer: answer.clone() }));
        answer
    }

    /// The clone's place for the file at `path`, in the same folder; always the same for one path, never one of the
    /// source's.
    pub(super) fn path(&mut self, path: &str) -> String {
        let old = self.old_name();
        let new = &self.identity().name;
        self.path_named(path, &derive::file_name(derive::split(path).1, &old, new))
    }

    /// As [`Work::path`], short enough for a socket.
    pub(super) fn socket(&mut self, path: &str) -> String {
        let new = self.path(path);
        if new.len() <= SOCKET_PATH {
            return new;
        }
        let short = derive::serial(self.identity().uuid, path);
        self.renamed.remove(path);
        self.path_named(path, &short)
    }

    /// As [`Work::path`], with a wish for the file's name.
    pub(super) fn path_named(&mut self, path: &str, file: &str) -> String {
        if let Some(new) = self.renamed.get(path) {
            return new.clone();
        }
        let folder = derive::split(path).0;
        let numbered = (1_u32..).map(|n| format!("{folder}{file}-{n}"));
        let free = std::iter::once(format!("{folder}{file}")).chain(numbered).find(|new| !self.taken.contains(new));
        let new = free.unwrap_or_default();
        self.taken.insert(new.clone());
        self.renamed.insert(path.to_owned(), new.clone());
        new
    }

    /// The questions, without those about what goes anyway.
    pub(super) fn into_questions(self) -> Vec<Question> {
        let gone = Gone::new(&self.ops);
        let kept = self.questions.into_iter().filter(|(node, _)| !gone.holds(*node, true));
        kept.map(|(_, question)| question).collect()
    }

    pub(super) fn finish(mut self) -> Result<Cloned, CloneError> {
        let ops = ops::settle(self.ops.clone());
        let mut edit = self.source.edit();
        ops.iter().try_for_each(|op| ops::make(&mut edit, op))?;
        let document = edit.finish()?;
        let changes = ops.iter().map(|op| ops::describe(op, &mut self.places)).collect::<Result<_, _>>()?;
        let companions = std::mem::take(&mut self.companions);
        Ok(Cloned { document, changes, questions: self.into_questions(), companions })
    }
}

/// The place of a node among its namesakes, and how many there are.
type Nth = (usize, usize);

/// Paths of nodes. Each parent's children are counted once, so a long list of devices costs no more than its length.
#[derive(Default)]
pub(super) struct Places {
    counted: HashMap<usize, HashMap<usize, Nth>>,
}

impl Places {
    /// The path that leads to `node` and no other.
    pub(super) fn of(&mut self, node: Node<'_>) -> Path {
        let Some(parent) = node.parent() else { return Path::root() };
        let path = self.of(parent);
        let path = match node.namespace() {
            None => path.child(node.name()),
            Some(namespace) => path.child_in(namespace, node.name()),
        };
        let counted = self.counted.entry(parent.range().start).or_insert_with(|| count(parent));
        match counted.get(&node.range().start) {
            Some((nth, all)) if *all > 1 => path.nth(*nth),
            _ => path,
        }
    }
}

fn count(parent: Node<'_>) -> HashMap<usize, Nth> {
    let mut all: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    let mut nth = Vec::new();
    for child in parent.children() {
        let number = all.entry((child.namespace(), child.name())).or_default();
        nth.push((child, *number));
        *number += 1;
    }
    let whole = |(child, number): (Node<'_>, usize)| {
        let total = all.get(&(child.namespace(), child.name())).copied().unwrap_or(1);
        (child.range().start, (number, total))
    };
    nth.into_iter().map(whole).collect()
}
