//! The places that were used before, the last first, in the user's preferences; never with a password.

use super::InstallWizard;

/// The preference.
const KEY: &str = "install-places";
/// How many are kept.
const MOST: usize = 8;

impl InstallWizard {
    /// The places that were used before.
    pub(super) fn used(&self) -> Vec<String> {
        self.settings.texts(KEY)
    }

    /// Keeps the place of the draft, as the first.
    pub(super) fn remember(&self) {
        let Some(place) = self.place().map(|place| place.to_string()) else { return };
        let before = self.used().into_iter().filter(|known| *known != place);
        let all: Vec<String> = std::iter::once(place.clone()).chain(before).take(MOST).collect();
        self.settings.keep(KEY, all);
    }
}
