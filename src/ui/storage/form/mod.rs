//! The forms that make pools and volumes. Problems are said beside their fields as they come.

pub(super) mod pool;
pub(super) mod volume;

use crate::forms::Frame;
