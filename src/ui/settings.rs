//! The user's own preferences, kept in GSettings; without its schema the defaults serve and nothing is kept.

use std::cell::Cell;

use relm4::gtk::{self, gio, glib, prelude::*};

use crate::config::{APP_ID, Assets};

/// Access to the preferences.
#[derive(Clone, Debug)]
pub(crate) struct Settings(Option<gio::Settings>);

impl Settings {
    /// Opens the system's schema, or the one that was built beside the program.
    pub(crate) fn open(assets: &Assets) -> Self {
        let system = gio::SettingsSchemaSource::default();
        let schema = system.as_ref().and_then(|s| s.lookup(APP_ID, true)).or_else(|| {
            let built = gio::SettingsSchemaSource::from_directory(assets.schema_dir, system.as_ref(), true);
            built.ok()?.lookup(APP_ID, false)
        });
        if schema.is_none() {
            tracing::warn!(dir = assets.schema_dir, "no settings schema; preferences are not kept");
        }
        Self(schema.map(|s| gio::Settings::new_full(&s, gio::SettingsBackend::NONE, None)))
    }

    /// A text.
    pub(crate) fn text(&self, key: &str, default: &str) -> String {
        self.0.as_ref().map_or_else(|| default.into(), |s| s.string(key).into())
    }

    /// A whole number.
    pub(crate) fn number(&self, key: &str, default: i32) -> i32 {
        self.0.as_ref().map_or(default, |s| s.int(key))
    }

    /// A decimal number.
    pub(crate) fn decimal(&self, key: &str, default: f64) -> f64 {
        self.0.as_ref().map_or(default, |s| s.double(key))
    }

    /// A switch.
    pub(crate) fn flag(&self, key: &str, default: bool) -> bool {
        self.0.as_ref().map_or(default, |s| s.boolean(key))
    }

    /// Calls `changed` now and at each change of one of `keys`, for as long as `who` lives.
    pub(crate) fn follow<W: IsA<gtk::Widget>>(
        &self,
        who: &W,
        keys: &'static [&'static str],
        changed: impl Fn(&W) + 'static,
    ) {
        changed(who);
        let Some(settings) = &self.0 else { return };
        let weak = who.downgrade();
        let id = settings.connect_changed(None, move |_, key| {
            if let Some(who) = weak.upgrade().filter(|_| keys.contains(&key)) {
                changed(&who);
            }
        });
        let (settings, id) = (settings.clone(), Cell::new(Some(id)));
        who.connect_destroy(move |_| {
            if let Some(id) = id.take() {
                settings.disconnect(id);
            }
        });
    }

    /// Keeps a value; GSettings writes it in the background.
    pub(crate) fn keep(&self, key: &str, value: impl Into<glib::Variant>) {
        if let Some(settings) = &self.0
            && let Err(error) = settings.set_value(key, &value.into())
        {
            tracing::warn!(key, %error, "preference not kept");
        }
    }
}
