//! Install trees: looking into them, and getting an installer's kernel and RAM disk from them.
//!
//! - [`detect`]: what is at a place; [`fetch`]: its kernel and RAM disk, as whole files of this computer
//! - [`boot_sector`]: what a used disk has to start, and how the firmware passes over it
//! - [`disc`]: a CD that starts them with arguments and answers
//! - [`Limits`]: how long each wait may take; a [`Copying`] cancels and tells how far it is
//!
//! Servers are asked by `ureq` and `suppaftp`, which are small, well kept and block: all of it runs on the threads of
//! [`crate::disk`]. A cancel closes the connection under them, so it is answered at once. Discs are read by ourselves:
//! the crates for ISO 9660 mount, or are not released, and what is needed of the format is a page.

pub mod boot_sector;
mod detect;
pub mod disc;
mod error;
mod fetch;
mod folder;
mod ftp;
mod http;
mod iso;
mod scratch;
mod source;

pub use self::{
    detect::{detect, system},
    error::InstallError,
    fetch::{Fetched, fetch},
    scratch::Scratch,
    source::Limits,
};
pub use crate::host::Copying;
