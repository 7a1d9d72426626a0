//! What is said over the consoles that are typed to.

use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    machine::line::Stand,
};

/// How a machine's line stands, in a few words; nothing where all is well.
pub(super) fn stand(stand: Stand<'_>) -> String {
    match stand {
        Stand::Open { .. } => String::new(),
        Stand::Off => gettext("The machine is off"),
        Stand::Opening => gettext("Opening…"),
        Stand::Closed => gettext("The console was closed"),
        Stand::InUse => gettext("In use elsewhere"),
        Stand::NoPort => gettext("No console"),
        Stand::Failed(text) => text.title.clone(),
    }
}

/// What the banner says.
pub(super) fn banner(count: usize) -> String {
    if count == 0 {
        return gettext("What you type goes nowhere: no console is switched on.");
    }
    ngettext_f(
        "Broadcast is on: what you type goes to {n} console.",
        "Broadcast is on: what you type goes to {n} consoles at once.",
        count,
        &[],
    )
}

/// The page's title.
pub(super) fn title(lab: Option<&str>) -> String {
    lab.map_or_else(|| gettext("Broadcast"), |lab| gettext_f("Broadcast to {lab}", &[("lab", lab)]))
}
