//! What the pages of flavors and projects have in common: the catalogue as it is kept, and what can be done with it.
//!
//! - [`files`]: a catalogue into a file and out of one
//! - [`words`]: changes, obstacles and damage, in a user's words

pub(crate) mod files;
pub(crate) mod same;
pub(crate) mod words;

use std::sync::Arc;

use lectern_model::{
    capability::Ability,
    catalog::{Catalog, Edit},
};
use lectern_services::{
    catalog::{CatalogError, Kept},
    host::Host,
};

use crate::{errors::UserText, i18n::gettext, shell::situation::Situation};

/// The catalogue as a page knows it.
#[derive(Default)]
pub(crate) struct Known {
    /// The host that keeps it.
    pub(crate) host: Option<Host>,
    /// How the connection stands.
    pub(crate) situation: Situation,
    kept: Option<Arc<Kept>>,
    /// Why there is none.
    problem: Option<UserText>,
}

/// What a page asks for.
#[derive(Debug)]
pub(crate) enum CatalogOutput {
    /// Make this change.
    Edit(Box<Edit>),
}

impl Known {
    /// Another host, of which nothing is known yet.
    pub(crate) fn set_host(&mut self, host: Host) {
        self.host = Some(host);
        (self.kept, self.problem) = (None, None);
    }

    /// As it is now.
    pub(crate) fn set(&mut self, kept: Arc<Kept>) {
        (self.kept, self.problem) = (Some(kept), None);
    }

    /// What came back from a question for it.
    pub(crate) fn answer(&mut self, answer: Result<Kept, CatalogError>) {
        match answer {
            Ok(kept) => self.set(Arc::new(kept)),
            Err(error) => self.problem = Some(UserText::from(&error)),
        }
    }

    /// The catalogue, once it is known.
    pub(crate) fn catalog(&self) -> Option<&Catalog> {
        self.kept.as_ref().map(|kept| &kept.catalog)
    }

    /// Whether it can be changed now, by what the backend can do with the part that `of` names.
    pub(crate) fn can_change(&self, of: impl Fn(&Kept) -> Ability) -> bool {
        self.situation.is_connected() && self.kept.as_deref().is_some_and(|kept| of(kept).can_change())
    }

    /// The name of the part of the page that fits.
    pub(crate) fn shown(&self) -> &'static str {
        match (&self.kept, &self.problem) {
            (Some(_), _) => "list",
            (None, Some(_)) => "problem",
            (None, None) => "waiting",
        }
    }

    /// What is said while nothing is known.
    pub(crate) fn waiting(&self) -> String {
        if self.situation.is_connected() { gettext("Loading…") } else { gettext("The Host Is Not Connected") }
    }

    /// Why nothing is known.
    pub(crate) fn problem(&self) -> UserText {
        self.problem.clone().unwrap_or_default()
    }

    /// What stands above the list: why nothing can be changed, or what of it is damaged.
    pub(crate) fn banner(&self, of: impl Fn(&Kept) -> Ability) -> Option<String> {
        let kept = self.kept.as_deref()?;
        let obstacle = of(kept).obstacle().map(|obstacle| {
            let text = UserText::from(&CatalogError::Unable(obstacle));
            format!("{} {}", text.title, text.body)
        });
        obstacle.or_else(|| kept.aside.first().map(words::aside))
    }
}
