//! Projects, quotas and flavors, where the backend keeps them.
//!
//! On libvirt they are on the host, so that every user and every laptop that manages it sees the same: in a pool of its own
//! ([`POOL`]), which no list of images shows, one small volume a revision (`lectern-catalog-00000012`). libvirt refuses to
//! make a volume that is there, so to make the next one is a compare-and-swap without any lock:
//!
//! 1. The writer makes the volume with the next number. Of several exactly one succeeds; the others begin anew.
//! 2. Only then it reads the newest whole revision below its own, and changes that. A writer below it that has not ended
//!    is waited for, and then passed over.
//! 3. It uploads the result, whose checksum says that it is whole, and looks whether somebody with a higher number has
//!    passed it over: each revision remembers the last changes by their identifiers. If so, it begins anew.
//!
//! Readers take the newest whole revision. The last few are kept. A damaged one is left where it is and told; one of a newer
//! version of this program is never followed by one of ours.

mod commands;
mod error;
mod gate;
mod keeper;
mod on_host;
mod place;
mod uses;
mod volumes;

pub use self::{
    commands::commands,
    error::CatalogError,
    keeper::{Aside, Damage, Keeper, Kept},
    place::POOL,
    uses::Usage,
};
pub(crate) use self::{
    gate::{admitted, must_be_enabled, now, still_admitted},
    on_host::OnHost,
    place::is_ours,
    uses::{machines, of_one, with_config},
};
