//! Disk images, storage pools, and who needs which file: pure rules, fed by the services.
//!
//! - [`content`]: what a file is by its first bytes, never by its name
//! - [`header`]: a qcow2 header; [`image`]: what is known of one image; [`backing`]: how a backing file is written
//! - [`chain`]: image ← base ← base, with what is wrong with it
//! - [`pool`], [`volume`], [`new_volume`]: libvirt's storage, read from and written as XML
//! - [`new_pool`]: a pool to be made; [`kinds`]: the kinds that a host offers
//! - [`machine`]: every file that belongs to a machine; [`dependency`]: who needs a file, through chains too
//! - [`relink`]: another base in a qcow2 header
//! - [`wrapping`]: a disk inside a packed file or an appliance
//! - [`swap`]: how a disk for swapping begins; [`vhdx`]: how large such an image is
//! - [`removal`]: which of a machine's files go with it by default, which never, and why

pub mod backing;
pub mod chain;
pub mod content;
pub mod dependency;
pub mod header;
pub mod image;
pub mod kinds;
pub mod machine;
pub mod new_pool;
pub mod new_volume;
pub mod pool;
pub mod relink;
pub mod removal;
pub mod swap;
pub mod vhdx;
pub mod volume;
pub mod wrapping;

mod devices;
mod format;
mod path;

pub use chain::{Chain, Fault};
pub use content::Content;
pub use dependency::DependencyMap;
pub use format::ImageFormat;
pub use image::ImageInfo;
pub use path::{folder_of, name_of, normal};
pub use pool::{Pool, PoolId};
pub use volume::Volume;

#[cfg(test)]
mod tests;
