//! What disks lie on, as a user meets it: what is wrong with it, another base, machines that stand alone.

mod base;
mod form;
pub(crate) mod texts;
pub(crate) mod tree;
pub(crate) mod versions;
pub(crate) mod words;

pub(crate) use self::base::{BaseDialog, BaseOutput};
