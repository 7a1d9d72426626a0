//! A list of what is possible that may not have been told.

use std::collections::BTreeSet;

use super::flag;
use crate::xml::Node;

/// What a host says of one choice, for example of the buses of a disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Offer {
    /// Nothing: this libvirt or driver does not tell it.
    #[default]
    NotTold,
    /// These and no others; none where the whole device is not supported.
    Only(BTreeSet<String>),
}

impl Offer {
    /// Whether the host says that it has this.
    #[must_use]
    pub fn has(&self, value: &str) -> bool {
        matches!(self, Self::Only(values) if values.contains(value))
    }

    /// Whether the host does not say that it lacks this.
    #[must_use]
    pub fn may_have(&self, value: &str) -> bool {
        matches!(self, Self::NotTold) || self.has(value)
    }

    /// The first of `wanted` that the host does not say it lacks.
    #[must_use]
    pub fn first_of(&self, wanted: &[&'static str]) -> Option<&'static str> {
        wanted.iter().copied().find(|value| self.may_have(value))
    }

    /// What it says that it has.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::NotTold => None,
            Self::Only(values) => Some(values.iter().map(String::as_str)),
        }
        .into_iter()
        .flatten()
    }

    /// The `<enum>` of that name in an element that says with `supported` whether there is anything at all.
    pub(super) fn read(element: Option<Node<'_>>, name: &str) -> Self {
        let Some(element) = element else { return Self::NotTold };
        if flag(element, "supported") == Some(false) {
            return Self::Only(BTreeSet::new());
        }
        let told = element.children_named("enum").find(|e| e.attribute("name").as_deref() == Some(name));
        told.map_or(Self::NotTold, |e| {
            Self::Only(e.children_named("value").map(|value| value.text().trim().to_owned()).collect())
        })
    }
}
