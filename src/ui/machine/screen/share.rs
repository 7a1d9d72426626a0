//! What the guest shares beside its picture: the clipboard, asked for first, and the size of its screen.

use std::time::Duration;

use relm4::{adw, adw::prelude::*, gtk, gtk::glib, prelude::*};

use lectern_services::screen::ScreenEvent;

use super::{Ability, ScreenMsg, ScreenOutput, ScreenPage};
use crate::i18n::{gettext, gettext_f};

/// How long the window keeps its size before the guest is wished that size: each wish is a change of mode.
const PAUSE: Duration = Duration::from_millis(400);

/// What can be shared, and what is.
#[derive(Debug, Default)]
pub(super) struct Share {
    able: Vec<Ability>,
    clipboard: Consent,
    /// The machine has a channel for a clipboard.
    pub(super) channel: bool,
    fitted: bool,
    listens: bool,
    waiting: Option<glib::SourceId>,
}

/// Whether the clipboard is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Consent {
    /// Nobody was asked yet, or did not agree.
    #[default]
    None,
    /// The user is being asked.
    Asked,
    /// It is not shared now; the user has agreed before.
    Off,
    /// It is shared.
    On,
}

impl Share {
    /// Whether the server can do this.
    pub(super) fn can(&self, ability: Ability) -> bool {
        self.able.contains(&ability)
    }

    /// Whether the clipboard is shared, or is to be once the user agrees.
    pub(super) const fn is_wanted(&self) -> bool {
        matches!(self.clipboard, Consent::Asked | Consent::On)
    }
}

/// What an event tells that the server can do.
pub(super) const fn ability(event: &ScreenEvent) -> Option<Ability> {
    match event {
        ScreenEvent::SharesClipboard => Some(Ability::Clipboard),
        ScreenEvent::TakesWishes => Some(Ability::Size),
        _ => None,
    }
}

impl ScreenPage {
    /// A screen that was opened again goes on as the last one.
    pub(super) fn able(&mut self, ability: Ability) {
        if !self.share.can(ability) {
            self.share.able.push(ability);
        }
        match ability {
            Ability::Clipboard => self.display.share_clipboard(self.share.clipboard == Consent::On),
            Ability::Size => self.wish(),
        }
    }

    /// Shares the clipboard once the user has agreed, which is asked once a page.
    pub(super) fn share(&mut self, on: bool, root: &gtk::Box, sender: &ComponentSender<Self>) {
        match (self.share.clipboard, on) {
            (Consent::None, true) => {
                self.share.clipboard = Consent::Asked;
                ask(&self.name, self.share.channel, root, sender);
            }
            (Consent::Off, true) => self.set_consent(Consent::On),
            (Consent::On, false) => self.set_consent(Consent::Off),
            // The button follows what is known here.
            _ => {}
        }
    }

    pub(super) fn agreed(&mut self, agreed: bool) {
        self.set_consent(if agreed { Consent::On } else { Consent::None });
    }

    fn set_consent(&mut self, consent: Consent) {
        self.share.clipboard = consent;
        self.display.share_clipboard(consent == Consent::On);
    }

    pub(super) fn want_channel(&mut self, sender: &ComponentSender<Self>) {
        self.agreed(false);
        drop(sender.output(ScreenOutput::GiveClipboard));
    }

    /// Has the guest's screen follow the window from now on, or leaves it as it is.
    pub(super) fn fit_guest(&mut self, on: bool, sender: &ComponentSender<Self>) {
        self.share.fitted = on;
        if !std::mem::replace(&mut self.share.listens, true) {
            for adjustment in [self.view.hadjustment(), self.view.vadjustment()] {
                let input = sender.input_sender().clone();
                adjustment.connect_page_size_notify(move |_| drop(input.send(ScreenMsg::AreaChanged)));
            }
        }
        self.wish();
    }

    /// Wishes the guest the size of the picture's place, as soon as that stays.
    pub(super) fn wish(&mut self) {
        if let Some(waiting) = self.share.waiting.take() {
            // It may have come already.
            if glib::MainContext::default().find_source_by_id(&waiting).is_some() {
                waiting.remove();
            }
        }
        if !self.share.fitted {
            return;
        }
        let (display, view) = (self.display.clone(), self.view.clone());
        self.share.waiting =
            Some(glib::timeout_add_local_once(PAUSE, move || display.wish(view.width(), view.height())));
    }
}

/// Without a channel, that comes first: it is there from the machine's next start on.
fn ask(name: &str, channel: bool, root: &gtk::Box, sender: &ComponentSender<ScreenPage>) {
    let risk = gettext(
        "While its screen is open here, the guest can read what you copy, passwords too, and what is copied in the guest replaces what you have copied. The guest needs spice-vdagent.",
    );
    let lacks = gettext("This machine has no channel for it yet. It can have one from its next start on.");
    let body = if channel { risk } else { [risk, lacks].join("\n\n") };
    let title = gettext_f("Share the clipboard with {name}?", &[("name", name)]);
    let dialog = adw::AlertDialog::new(Some(&title), Some(&body));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("share", &gettext("_Share"))]);
    if !channel {
        dialog.add_response("channel", &gettext("_Add the Channel"));
        dialog.set_response_appearance("channel", adw::ResponseAppearance::Suggested);
    }
    dialog.set_default_response(Some("cancel"));
    dialog.set_close_response("cancel");
    let input = sender.input_sender().clone();
    dialog.connect_response(None, move |_, response| {
        let answer =
            if response == "channel" { ScreenMsg::ChannelWanted } else { ScreenMsg::Agreed(response == "share") };
        drop(input.send(answer));
    });
    dialog.present(Some(root));
}
