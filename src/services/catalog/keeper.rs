//! What any backend does that keeps projects and flavors; libvirt's is [`super::OnHost`].

use lectern_model::{
    capability::{Ability, Capability},
    catalog::Catalog,
};

use super::CatalogError;

/// Changes a catalogue; may be called several times, each time with what is there then.
pub(super) type Change<'c> = dyn FnMut(&Catalog) -> Result<Catalog, CatalogError> + 'c;

/// Keeps projects and flavors. The calls wait for the backend: not for the main thread.
pub trait Keeper {
    /// The newest whole catalogue, with all that is wrong with others.
    ///
    /// # Errors
    /// As the backend gives it.
    fn read(&self) -> Result<Kept, CatalogError>;

    /// The newest whole catalogue alone, which is faster.
    ///
    /// # Errors
    /// As the backend gives it.
    fn head(&self) -> Result<Catalog, CatalogError>;

    /// Makes `change` on what is there at that moment, whoever else is changing it.
    ///
    /// # Errors
    /// What `change` says, [`CatalogError::NoSpace`], [`CatalogError::Busy`], [`CatalogError::Unable`]; then nothing was
    /// changed.
    fn change(&self, change: &mut Change<'_>) -> Result<Kept, CatalogError>;
}

/// A catalogue as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its revision; 0 where none is kept yet, and the catalogue is the one that every host begins with.
    pub revision: u64,
    /// The catalogue.
    pub catalog: Catalog,
    /// What was found and is not used.
    pub aside: Vec<Aside>,
    /// What can be done with it.
    pub capability: Capability,
}

/// A revision that is not used; it stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Where: the name of its volume in the pool [`super::POOL`].
    pub name: String,
    /// What is wrong with it.
    pub damage: Damage,
}

/// Why a revision is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Damage {
    /// It was cut off or changed.
    Damaged,
    /// It is of this newer version.
    Newer(u32),
}

impl Kept {
    /// What a host has where nothing was kept yet.
    #[must_use]
    pub fn nothing(ability: Ability) -> Self {
        Self { revision: 0, catalog: Catalog::default(), aside: Vec::new(), capability: Capability::all(ability) }
    }
}
