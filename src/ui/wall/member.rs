//! One machine of the wall: which of its faces is shown, and whether it needs attention.

use std::time::{Duration, Instant};

use lectern_model::{
    domain::DomainState,
    wall::{Attention, Watched},
};

use super::{Member, tile::Face};

/// Since when a machine runs, as far as it was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen(Option<Instant>);

impl Seen {
    pub(super) fn follow(&mut self, state: DomainState) {
        self.0 = (state == DomainState::Running).then(|| self.0.unwrap_or_else(Instant::now));
    }

    fn running(self) -> Duration {
        self.0.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

impl Member {
    pub(super) fn face(&self) -> Face {
        Face::of(self.domain.state, self.faces.unwrap_or_default(), self.chosen)
    }

    pub(super) fn attention(&self) -> Option<Attention> {
        let watched = Watched { faces: self.faces.unwrap_or_default(), running: self.seen.running() };
        Attention::of(&self.domain, watched)
    }

    pub(super) fn show(&mut self) {
        let (face, attention) = (self.face(), self.attention());
        self.tile.show(&self.domain, self.faces.unwrap_or_default(), face, attention);
    }
}
