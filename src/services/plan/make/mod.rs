//! Plans made from facts: which steps a wish takes, and in which order.

pub mod chains;
pub mod clone;
mod delete;
mod import;
mod install;
pub mod lab;
pub mod nics;
mod project;
mod resize;
pub mod service;
pub mod template;
pub mod versions;

pub use self::{
    delete::{Removal, delete},
    import::{Import, NewDisk, import},
    install::{BootDisc, Install, install},
    project::{Moved, move_to, within},
    resize::{Resized, resize},
};
pub(crate) use self::{
    project::{claimed_for_good, claimed_where},
    resize::{FlavorVolume, new_disk},
};
