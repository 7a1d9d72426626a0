//! What makes machines: wizards in one common frame.

pub(crate) mod frame;
pub(crate) mod import;
pub(crate) mod install;
pub(crate) mod lab;
pub(crate) mod machine;
pub(crate) mod picker;
pub(crate) mod place;
pub(crate) mod xml;
