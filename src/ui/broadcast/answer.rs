//! What a console wrote since the last line was sent to it.

use std::{cell::RefCell, rc::Rc};

use lectern_model::{
    broadcast::{learnt, plain},
    domain::Domain,
    tail::Tail,
};

/// So many lines, and bytes, of an answer are compared; a flood is only counted.
const LINES: usize = 200;
const MOST: usize = 64 * 1024;

/// An answer that grows. Cheap to clone.
#[derive(Clone)]
pub(super) struct Answer(Rc<RefCell<Inner>>);

struct Inner {
    tail: Tail,
    count: usize,
    /// The name that the guest was seen to give itself.
    learnt: Option<String>,
}

impl Answer {
    pub(super) fn new() -> Self {
        Self(Rc::new(RefCell::new(Inner { tail: Tail::new(LINES), count: 0, learnt: None })))
    }

    /// Takes in a piece of output.
    pub(super) fn add(&self, piece: &[u8]) {
        let mut inner = self.0.borrow_mut();
        if inner.count < MOST {
            inner.tail.feed(piece);
        }
        inner.count += piece.len();
    }

    /// A line is sent: what comes from now on is the answer to it.
    pub(super) fn begin(&self) {
        let mut inner = self.0.borrow_mut();
        let learnt = learnt(&inner.tail.lines());
        inner.learnt = learnt.or_else(|| inner.learnt.take());
        inner.tail.clear();
        inner.count = 0;
    }

    /// How much came; grows with each piece.
    pub(super) fn count(&self) -> usize {
        self.0.borrow().count
    }

    /// The answer without what must differ.
    pub(super) fn plain(&self, domain: &Domain) -> String {
        let inner = self.0.borrow();
        let lines = inner.tail.lines();
        let notes = domain.notes.as_deref();
        let address = domain.address.as_ref().map(|address| address.ip.to_string());
        let own = [
            Some(domain.name.clone()),
            Some(domain.name.replace('_', "-")),
            notes.and_then(|notes| notes.host_name.clone()),
            notes.and_then(|notes| Some(notes.address?.to_string())),
            address,
            domain.address.as_ref().and_then(|address| address.mac.clone()),
            inner.learnt.clone(),
            learnt(&lines),
        ];
        plain(&lines, &own.into_iter().flatten().collect::<Vec<_>>())
    }
}
