//! The window's frame: the sidebar and how the connection stands.

pub(crate) mod sidebar;
pub(crate) mod situation;
