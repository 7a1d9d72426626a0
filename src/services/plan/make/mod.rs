//! Plans made from facts: which steps a wish takes, and in which order.

pub mod clone;
mod delete;
mod import;
mod install;
pub mod lab;
pub mod template;

pub use self::{
    delete::{Removal, delete},
    import::{Import, NewDisk, import},
    install::{Install, install},
};
