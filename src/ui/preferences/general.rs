//! Appearance, language, and which statistics are read how often.

use std::time::Duration;

use relm4::{adw, adw::prelude::*};

use lectern_services::host::Pace;

use super::{look, rows};
use crate::{i18n::gettext, settings::Settings};

/// The sizes on offer, in per cent.
const SIZES: [i32; 6] = [100, 125, 150, 175, 200, 250];

const LIST_EVERY: &str = "statistics-list-interval";
const MACHINE_EVERY: &str = "statistics-machine-interval";
const CPU: &str = "statistics-cpu";
const ADDRESSES: &str = "statistics-addresses";

/// The settings that [`pace`] depends on.
pub(crate) const PACE_KEYS: &[&str] = &[LIST_EVERY, MACHINE_EVERY, CPU, ADDRESSES];

/// How often the host is asked for which statistics.
pub(crate) fn pace(settings: &Settings) -> Pace {
    let seconds = |key, usual: Duration| {
        let usual = i32::try_from(usual.as_secs()).unwrap_or(1);
        Duration::from_secs(u64::try_from(settings.number(key, usual).max(1)).unwrap_or(1))
    };
    let usual = Pace::default();
    Pace {
        list: seconds(LIST_EVERY, usual.list),
        domain: seconds(MACHINE_EVERY, usual.domain),
        cpu: settings.flag(CPU, usual.cpu),
        addresses: settings.flag(ADDRESSES, usual.addresses),
    }
}

pub(super) fn groups(settings: &Settings) -> [adw::PreferencesGroup; 2] {
    [appearance(settings), statistics(settings)]
}

fn appearance(settings: &Settings) -> adw::PreferencesGroup {
    let system = gettext("As the system");
    let schemes = [("default", system.clone()), ("light", gettext("Light")), ("dark", gettext("Dark"))];
    let scheme = rows::texts(settings, look::APPEARANCE, &gettext("Appearance"), &schemes);
    let sizes = rows::Choices { default: look::NORMAL, values: SIZES.to_vec(), name: |size| format!("{size}%") };
    let size = rows::numbers(settings, look::SIZE, &gettext("Presenting Size"), sizes);
    size.set_subtitle(&gettext("Larger texts, to be read from the last row"));
    for row in [&scheme, &size] {
        let settings = settings.clone();
        row.connect_selected_notify(move |_| look::apply(&settings));
    }
    let languages = [("", system), ("en", "English".to_owned()), ("zh_CN", "简体中文".to_owned())];
    let language = rows::texts(settings, "language", &gettext("Language"), &languages);
    language.set_subtitle(&gettext("Used from the next start on"));
    rows::group(&gettext("Appearance"), &[&scheme, &size, &language])
}

fn statistics(settings: &Settings) -> adw::PreferencesGroup {
    let usual = Pace::default();
    let default = |usual: Duration| i32::try_from(usual.as_secs()).unwrap_or(1);
    let list = rows::spin(settings, LIST_EVERY, &gettext("List of Machines"), default(usual.list), (1.0, 60.0, 1.0));
    list.set_subtitle(&gettext("Seconds between two readings"));
    let machine =
        rows::spin(settings, MACHINE_EVERY, &gettext("Open Machine"), default(usual.domain), (1.0, 60.0, 1.0));
    machine.set_subtitle(&gettext("Seconds between two values of its graphs"));
    let cpu = rows::switch(settings, CPU, &gettext("CPU Usage in the List"), usual.cpu);
    let addresses = rows::switch(settings, ADDRESSES, &gettext("Guest Addresses in the List"), usual.addresses);
    let group = rows::group(&gettext("Statistics"), &[&list, &machine, &cpu, &addresses]);
    group.set_description(Some(&gettext("A host is asked only while somebody looks.")));
    group
}
