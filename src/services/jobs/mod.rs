//! What a change does, as a value for the interface to put into words.

mod step;

pub use step::{StepText, commands};
