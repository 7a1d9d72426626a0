//! What a change does, as a value for the interface to put into words.

mod step;
mod text;

pub use step::commands;
pub use text::StepText;
