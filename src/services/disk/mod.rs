//! Disk images as this computer and the host's daemon see them.
//!
//! - [`access`]: how an image can be read from here: directly, through the daemon, or not at all
//! - [`probe`]: what is at a path, for whoever picks an image
//! - [`draft`]: the same for the wizards' rules
//! - [`inventory`]: all images and machines of a host, and who needs which file
//! - [`belongings`]: what would go with a machine
//! - [`reach`]: whether QEMU's user can get at a file, and how to mend it
//! - [`snapshots`]: the snapshots inside an image; [`volumes`]: a pool as a page shows it
//! - [`convert`]: copies by qemu-img; [`space`]: what is free; [`remove`]: deleting, in pools and outside

pub mod access;
pub mod belongings;
pub mod convert;
pub mod draft;
pub mod inventory;
pub mod probe;
pub mod reach;
pub mod rebase;
pub mod remove;
pub mod snapshots;
pub mod soundness;
pub mod space;
pub mod volumes;

mod acl;
mod file;
pub(crate) mod folder;
pub(crate) mod proof;
mod qcow2;
mod qemu_img;
pub(crate) mod tool;
pub(crate) mod work;
mod wrapped;

pub use tool::Cancel;
