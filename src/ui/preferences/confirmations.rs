//! Which actions ask before they are done.

use relm4::{adw, adw::prelude::*};

use lectern_model::domain::{Consequence, DomainAction};

use super::rows;
use crate::{i18n::gettext, settings::Settings, texts};

/// When an action asks.
const ALWAYS: &str = "always";
const SEVERAL: &str = "several";
const NEVER: &str = "never";

/// The setting of an action, and what holds where nothing was chosen: always ask where memory goes, and where more than
/// one guest would be stopped at once. What loses nothing never asks.
const fn setting(action: DomainAction) -> Option<(&'static str, &'static str)> {
    Some(match action {
        DomainAction::ShutDown => ("confirm-shut-down", SEVERAL),
        DomainAction::Reboot => ("confirm-reboot", SEVERAL),
        DomainAction::ForceOff => ("confirm-force-off", ALWAYS),
        DomainAction::Reset => ("confirm-reset", ALWAYS),
        DomainAction::Save => ("confirm-save", ALWAYS),
        DomainAction::Start | DomainAction::Pause | DomainAction::Resume => return None,
    })
}

/// Whether the user is asked before `action` is done to `count` machines.
pub(crate) fn asks(settings: &Settings, action: DomainAction, count: usize) -> bool {
    setting(action).is_some_and(|(key, usual)| falls_on(&settings.text(key, usual), count))
}

fn falls_on(when: &str, count: usize) -> bool {
    match when {
        NEVER => false,
        SEVERAL => count > 1,
        _ => true,
    }
}

pub(super) fn groups(settings: &Settings) -> [adw::PreferencesGroup; 1] {
    let rows: Vec<_> = DomainAction::ALL.into_iter().filter_map(|action| row(settings, action)).collect();
    let rows: Vec<&dyn AsRef<relm4::gtk::Widget>> = rows.iter().map(|row| row as &dyn AsRef<_>).collect();
    let group = rows::group(&gettext("Ask Before"), &rows);
    group.set_description(Some(&gettext("Deleting files always asks.")));
    [group]
}

fn row(settings: &Settings, action: DomainAction) -> Option<adw::ComboRow> {
    let (key, _) = setting(action)?;
    let choices = [(ALWAYS, gettext("Always")), (SEVERAL, gettext("For several machines")), (NEVER, gettext("Never"))];
    let row = rows::texts(settings, key, &texts::action(action), &choices);
    if action.consequence() == Some(Consequence::MemoryDropped) {
        row.set_subtitle(&gettext("Drops what the guest has not written to its disk"));
    }
    Some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drops_memory_asks_by_itself() {
        let usual = |action, count| setting(action).is_some_and(|(_, usual)| falls_on(usual, count));
        assert!(usual(DomainAction::ForceOff, 1) && usual(DomainAction::Save, 1));
        assert!(!usual(DomainAction::ShutDown, 1) && usual(DomainAction::ShutDown, 30));
        assert!(!usual(DomainAction::Start, 30));
    }

    #[test]
    fn a_choice_is_followed() {
        assert!(falls_on(ALWAYS, 1) && !falls_on(SEVERAL, 1) && falls_on(SEVERAL, 2) && !falls_on(NEVER, 30));
    }
}
