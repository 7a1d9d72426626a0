//! Making machines: what a wizard must know of its host, and the plan that its draft becomes.

mod cloud;
mod copying;
mod disc;
mod edited;
mod import;
mod install;
mod machine;
mod surroundings;
mod xml;

pub(crate) use self::cloud::crypt;
pub use self::{
    disc::disc_system,
    edited::{EditError, machine_xml, with_xml},
    import::plan_import,
    install::{InstallDisk, InstallFrom, InstallWish, plan_install},
    machine::Planned,
    surroundings::{Surroundings, surroundings},
    xml::{NamedFiles, export, fresh, named_files, plan_define, read_text, write_text},
};
