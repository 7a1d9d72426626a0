//! What a new machine gets where its guest system does not say otherwise.

use relm4::{adw, adw::prelude::*};

use lectern_model::{draft::import::Wishes, units::KiB};

use super::rows::{self, Choices};
use crate::{
    i18n::{gettext, ngettext_f},
    settings::Settings,
};

/// Stands for what the guest system recommends.
const RECOMMENDED: i32 = 0;
const MEMORY_MIB: [i32; 9] = [RECOMMENDED, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
const CPUS: [i32; 8] = [RECOMMENDED, 1, 2, 3, 4, 6, 8, 16];

/// What the user wants of new machines.
pub(crate) fn wishes(settings: &Settings) -> Wishes {
    let chosen = |key| u32::try_from(settings.number(key, RECOMMENDED)).ok().filter(|number| *number > 0);
    Wishes {
        memory: chosen("new-memory").map(|mib| KiB::from_mib(u64::from(mib))),
        vcpus: chosen("new-cpus"),
        network: settings.text("new-network", "default"),
        pool: settings.text("new-pool", "default"),
        start: settings.flag("new-start", true),
    }
}

pub(super) fn groups(settings: &Settings) -> [adw::PreferencesGroup; 2] {
    [hardware(settings), places(settings)]
}

fn hardware(settings: &Settings) -> adw::PreferencesGroup {
    let memory = Choices { default: RECOMMENDED, values: MEMORY_MIB.to_vec(), name: memory_name };
    let memory = rows::numbers(settings, "new-memory", &gettext("Memory"), memory);
    let cpus = Choices { default: RECOMMENDED, values: CPUS.to_vec(), name: cpus_name };
    let cpus = rows::numbers(settings, "new-cpus", &gettext("Virtual CPUs"), cpus);
    let group = rows::group(&gettext("Hardware"), &[&memory, &cpus]);
    group.set_description(Some(&gettext(
        "What wizards begin with; each can be changed there. Recommended is what the guest system wants.",
    )));
    group
}

fn places(settings: &Settings) -> adw::PreferencesGroup {
    let network = rows::entry(settings, "new-network", &gettext("Virtual Network"), "default");
    network.set_tooltip_text(Some(&gettext(
        "Its name; where a host has none of that name, its first active one is taken",
    )));
    let pool = rows::entry(settings, "new-pool", &gettext("Storage Pool"), "default");
    pool.set_tooltip_text(Some(&gettext("Its name; copies and overlays go there")));
    let start = rows::switch(settings, "new-start", &gettext("Start When Made"), true);
    rows::group(&gettext("Places"), &[&network, &pool, &start])
}

fn memory_name(mib: i32) -> String {
    let mib = u64::try_from(mib).unwrap_or(0);
    if mib == 0 { gettext("Recommended") } else { KiB(mib * 1024).to_string() }
}

fn cpus_name(cpus: i32) -> String {
    match usize::try_from(cpus).unwrap_or(0) {
        0 => gettext("Recommended"),
        n => ngettext_f("{n} virtual CPU", "{n} virtual CPUs", n, &[]),
    }
}
