//! The user's own preferences, kept in GSettings; without its schema the defaults serve and nothing is kept.

use std::{cell::Cell, collections::HashMap};

use relm4::gtk::{self, gio, glib, prelude::*};

use lectern_model::uri::HostUri;

use crate::config::{APP_ID, Assets};

/// The names of a host's choices in the setting `hosts`; names that are not known here are kept.
const AUTOCONNECT: &str = "autoconnect";
const EMULATE: &str = "emulate";

/// What the user chose for one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HostChoices {
    /// It is connected at the start, where no other is named.
    pub(crate) autoconnect: bool,
    /// New machines are emulated, as KVM does not work there.
    pub(crate) emulate: bool,
}

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

    /// None: the defaults serve, and nothing is kept.
    #[cfg(test)]
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// A text.
    pub(crate) fn text(&self, key: &str, default: &str) -> String {
        self.0.as_ref().map_or_else(|| default.into(), |s| s.string(key).into())
    }

    /// Several texts.
    pub(crate) fn texts(&self, key: &str) -> Vec<String> {
        self.0.as_ref().map(|s| s.strv(key).iter().map(ToString::to_string).collect()).unwrap_or_default()
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

    /// What the user chose for the host at `uri`.
    pub(crate) fn host(&self, uri: &HostUri) -> HostChoices {
        let of_host = self.hosts().remove(uri.as_str()).unwrap_or_default();
        let flag = |name: &str| of_host.get(name).copied().unwrap_or_default();
        HostChoices { autoconnect: flag(AUTOCONNECT), emulate: flag(EMULATE) }
    }

    /// Keeps what the user chose for the host at `uri`. Only one host is connected at the start: the last one chosen.
    pub(crate) fn keep_host(&self, uri: &HostUri, choices: HostChoices) {
        let mut hosts = self.hosts();
        if choices.autoconnect {
            for host in hosts.values_mut() {
                host.insert(AUTOCONNECT.to_owned(), false);
            }
        }
        let host = hosts.entry(uri.as_str().to_owned()).or_default();
        host.insert(AUTOCONNECT.to_owned(), choices.autoconnect);
        host.insert(EMULATE.to_owned(), choices.emulate);
        self.keep("hosts", hosts.to_variant());
    }

    /// Notes a host that was connected, so that it is offered again. Its URI has no password: such a one is refused.
    pub(crate) fn remember_host(&self, uri: &HostUri) {
        if !self.hosts().contains_key(uri.as_str()) {
            self.keep_host(uri, HostChoices::default());
        }
    }

    /// Forgets a host with all that was chosen for it.
    pub(crate) fn forget_host(&self, uri: &HostUri) {
        let mut hosts = self.hosts();
        hosts.remove(uri.as_str());
        self.keep("hosts", hosts.to_variant());
    }

    /// The hosts that are remembered, by their URIs.
    pub(crate) fn known_hosts(&self) -> Vec<HostUri> {
        let mut uris: Vec<String> = self.hosts().into_keys().collect();
        uris.sort();
        uris.iter().filter_map(|uri| HostUri::parse(uri).ok()).collect()
    }

    /// The host to connect at the start, where the user chose one.
    pub(crate) fn first_host(&self) -> Option<HostUri> {
        let chosen = |(uri, host): (String, HashMap<String, bool>)| {
            host.get(AUTOCONNECT).copied().unwrap_or_default().then(|| HostUri::parse(&uri).ok()).flatten()
        };
        self.hosts().into_iter().find_map(chosen)
    }

    fn hosts(&self) -> HashMap<String, HashMap<String, bool>> {
        self.0.as_ref().and_then(|settings| settings.value("hosts").get()).unwrap_or_default()
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
