//! Drafts: what a wizard has gathered so far, what is wrong with it, and where it goes next; plain data and pure rules.
//!
//! A wizard's draft has *facts* beside it: what its host told. `problems(&draft, &facts)` compares the two, and says what
//! is wrong in types, each bound to the field that it is said beside.

pub mod clone;
pub mod cloud;
pub mod flavor;
pub mod import;
pub mod install;
pub mod lab;
pub mod machine;
pub mod network;
pub mod pool;
pub mod project;
pub mod volume;
pub mod xml;

/// Whether a problem stops the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth reading; the user may go on.
    Warning,
    /// Nothing can be made before it is mended.
    Error,
}

/// What a wizard's frame must know of a problem, whatever the wizard.
pub trait Bound {
    /// The fields of the wizard.
    type Field: Copy + PartialEq;

    /// The field that it is said beside.
    fn field(&self) -> Self::Field;

    /// Whether it stops the wizard.
    fn severity(&self) -> Severity;
}

/// Whether one of `problems` stops the wizard.
pub fn stops<P: Bound>(problems: &[P]) -> bool {
    problems.iter().any(|problem| problem.severity() == Severity::Error)
}
