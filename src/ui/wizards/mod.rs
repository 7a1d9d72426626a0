//! What makes machines: wizards in one common frame.

mod frame;
pub(crate) mod import;
pub(crate) mod xml;
