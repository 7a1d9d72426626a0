//! A machine's screen: the keys that are sent to it, and where a point of the window lies on it.

mod combination;
mod fit;
mod given;
mod keys;

pub use self::{
    combination::{Combination, Stroke},
    fit::Fit,
    given::with_vnc,
    keys::scancode,
};
