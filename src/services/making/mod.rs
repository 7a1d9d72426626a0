//! Making machines: what a wizard must know of its host, and the plan that its draft becomes.

mod import;
mod install;
mod machine;
mod surroundings;
mod xml;

pub use self::{
    import::plan_import,
    install::{InstallDisk, InstallFrom, InstallWish, plan_install},
    surroundings::{Surroundings, surroundings},
    xml::{export, fresh, missing, plan_define, read_text, write_text},
};
