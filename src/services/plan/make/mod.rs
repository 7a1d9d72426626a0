//! Plans made from facts: which steps a wish takes, and in which order.

mod delete;
mod import;

pub use self::{
    delete::delete,
    import::{Import, NewDisk, import},
};
