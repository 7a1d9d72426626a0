//! A machine's screen: where it listens, the keys that are sent to it, and where a point of the window lies on it.

mod combination;
mod fit;
mod given;
mod keys;
mod listening;

pub use self::{
    combination::{Combination, Stroke},
    fit::Fit,
    given::{with_clipboard, with_vnc},
    keys::scancode,
    listening::{Listening, listening},
};
