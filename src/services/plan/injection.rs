//! The places in a run at which a test makes it fail, or kills it.

use super::StepError;

/// A place in a run; the number is the step's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// The step is noted as begun, and nothing is done.
    Begun(usize),
    /// The step is applied, and not noted as done.
    Applied(usize),
    /// The step is noted as done.
    Done(usize),
    /// The step is undone, and not noted so.
    Undone(usize),
}

/// Called at each [`Point`]; an error makes the step fail there. The program itself passes none.
pub trait Injection: Send {
    /// The run has come to `point`.
    ///
    /// # Errors
    /// The failure that the step shall have.
    fn at(&mut self, point: Point) -> Result<(), StepError>;
}

/// The program's own runs: nothing is injected.
pub(crate) struct Nothing;

impl Injection for Nothing {
    fn at(&mut self, _point: Point) -> Result<(), StepError> {
        Ok(())
    }
}
