//! A share in the statistics: while it lives, they are asked for.

use std::sync::mpsc::Sender;

use super::actor::Message;

/// Somebody looks; dropping it ends that.
#[derive(Debug)]
#[must_use = "statistics stop when it is dropped"]
pub struct Watch {
    id: u64,
    actor: Sender<Message>,
}

impl Watch {
    pub(super) const fn new(id: u64, actor: Sender<Message>) -> Self {
        Self { id, actor }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // An actor that has ended watches nothing.
        let _ = self.actor.send(Message::Unwatch(self.id));
    }
}
