//! The monitors that a page can be presented on.

use relm4::gtk::{gdk, prelude::*};

use crate::i18n::gettext;

fn there() -> Vec<gdk::Monitor> {
    let monitors = gdk::Display::default().map(|display| display.monitors());
    let count = monitors.as_ref().map_or(0, ListModelExt::n_items);
    (0..count).filter_map(|at| monitors.as_ref()?.item(at).and_downcast()).collect()
}

/// The one with this connector, if it is there.
pub(super) fn named(connector: &str) -> Option<gdk::Monitor> {
    there().into_iter().find(|monitor| monitor.connector().is_some_and(|name| name == connector))
}

/// Connector and name of each; the first stands for the one that the window is on.
pub(super) fn all() -> Vec<(String, String)> {
    let own = (String::new(), gettext("The One of This Window"));
    let named = there().into_iter().filter_map(|monitor| {
        let connector = monitor.connector()?.to_string();
        let model = monitor.description().map(|text| format!("{text} ({connector})"));
        Some((connector.clone(), model.unwrap_or(connector)))
    });
    std::iter::once(own).chain(named).collect()
}
