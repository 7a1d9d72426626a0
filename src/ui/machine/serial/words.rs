//! What the page says over the terminal.

use crate::{i18n::gettext, machine::line::Stand};

/// A sentence; empty where there is nothing to say.
pub(super) fn text(stand: Stand<'_>) -> String {
    match stand {
        Stand::Closed => gettext("The console was closed."),
        Stand::Off => gettext("The machine is off. Its console opens when it is started."),
        Stand::Opening | Stand::Open { silent: false } => String::new(),
        Stand::Open { silent: true } => gettext("The line is silent. Press Enter to get a login prompt."),
        Stand::InUse => gettext("Another program has this console open, for example “virsh console”."),
        Stand::NoPort => gettext(
            "This machine has no serial port that can be opened. Its definition needs a serial device of type pty.",
        ),
        Stand::Failed(text) => [&text.title, text.raw.as_ref().unwrap_or(&text.body)].map(String::as_str).join(" "),
    }
}

/// The button beside it.
pub(super) fn button(stand: Stand<'_>) -> Option<String> {
    match stand {
        Stand::InUse => Some(gettext("Take Over")),
        Stand::Failed(_) => Some(gettext("Try Again")),
        Stand::Closed => Some(gettext("Open Again")),
        _ => None,
    }
}
