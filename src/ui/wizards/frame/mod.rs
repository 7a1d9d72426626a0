//! The frame that all wizards share: a dialog with pages, Back and Next in one place, and the question before a filled
//! draft is lost.

mod diff;
mod fields;
pub(crate) mod formats;
mod radios;
mod review;
pub(crate) mod size;
mod xml;

use std::{cell::RefCell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

pub(crate) use self::{
    diff::DiffView,
    fields::{Fields, Line, Offer, Quietly},
    radios::radios,
    review::{Cost, Review, ReviewText},
    xml::XmlEditor,
};
use crate::i18n::{gettext, gettext_f};

/// As wide as a list of volumes wants to be; a narrow window makes it a sheet by itself.
const WIDTH: i32 = 640;
const HEIGHT: i32 = 640;

/// What the frame tells its wizard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FrameEvent {
    /// The user wants the next page, or on the last one that it be done.
    Next,
    /// The page with this tag is shown now.
    Shown(String),
    /// The dialog is gone.
    Closed,
}

/// One page for the frame.
pub(crate) struct Step<'a> {
    /// Its name in code.
    pub(crate) tag: &'static str,
    /// Its title.
    pub(crate) title: String,
    /// What it shows.
    pub(crate) content: &'a gtk::Widget,
    /// What its button for going on is called; “Next” where nothing is said.
    pub(crate) next: Option<String>,
}

/// The frame; the dialog lives as long as it is open.
pub(crate) struct Frame {
    dialog: adw::Dialog,
    navigation: adw::NavigationView,
    tell: Rc<dyn Fn(FrameEvent)>,
    /// Each page's title, by the page's tag.
    titles: Vec<(&'static str, adw::WindowTitle)>,
    /// Each page's button, by the page's tag; shared with those who listen to the pages.
    next: Rc<RefCell<Vec<(&'static str, gtk::Button)>>>,
}

impl Frame {
    /// A frame around `dialog` for a wizard called `title` with these pages, which tells `tell` what happens.
    pub(crate) fn new(
        dialog: &adw::Dialog,
        title: &str,
        steps: &[Step<'_>],
        tell: impl Fn(FrameEvent) + 'static,
    ) -> Self {
        // Escape means the wizard, not its page: Back has a button, and Alt+Left.
        let navigation = adw::NavigationView::builder().pop_on_escape(false).build();
        dialog.set_title(title);
        dialog.set_content_width(WIDTH);
        dialog.set_content_height(HEIGHT);
        dialog.set_child(Some(&navigation));
        let titles = steps.iter().map(|step| (step.tag, adw::WindowTitle::new(&step.title, ""))).collect();
        let frame = Self { dialog: dialog.clone(), navigation, tell: Rc::new(tell), titles, next: Rc::default() };
        for (nth, (step, (_, title))) in steps.iter().zip(&frame.titles).enumerate() {
            frame.navigation.add(&frame.page(step, nth == 0, title));
        }
        frame.number(&steps.iter().map(|step| step.tag).collect::<Vec<_>>());
        frame.listen();
        frame
    }

    fn listen(&self) {
        let (next, tell, dialog) = (Rc::clone(&self.next), Rc::clone(&self.tell), self.dialog.downgrade());
        let shown = move |navigation: &adw::NavigationView| {
            let tag = navigation.visible_page().and_then(|page| page.tag());
            let (Some(tag), Some(dialog)) = (tag, dialog.upgrade()) else { return };
            // Enter goes on from wherever the keyboard is on this page.
            if let Some((_, button)) = next.borrow().iter().find(|(known, _)| *known == tag) {
                dialog.set_default_widget(Some(button));
            }
            tell(FrameEvent::Shown(tag.into()));
        };
        shown(&self.navigation);
        self.navigation.connect_visible_page_notify(shown);
        let tell = Rc::clone(&self.tell);
        self.dialog.connect_closed(move |_| tell(FrameEvent::Closed));
        self.dialog.connect_close_attempt(ask_to_discard);
    }

    /// Says on each of the pages with these tags which step it is: those that are passed over are not counted.
    pub(crate) fn number(&self, used: &[&str]) {
        for (tag, title) in &self.titles {
            let Some(nth) = used.iter().position(|known| known == tag) else { continue };
            let args = [("number", (nth + 1).to_string()), ("count", used.len().to_string())];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            title.set_subtitle(&gettext_f("Step {number} of {count}", &args));
        }
    }

    fn page(&self, step: &Step<'_>, first: bool, title: &adw::WindowTitle) -> adw::NavigationPage {
        let view = adw::ToolbarView::new();
        view.add_top_bar(&adw::HeaderBar::builder().title_widget(title).show_back_button(false).build());
        view.set_content(Some(step.content));
        view.add_bottom_bar(&self.buttons(step, first));
        view.set_bottom_bar_style(adw::ToolbarStyle::RaisedBorder);
        adw::NavigationPage::builder().title(&step.title).tag(step.tag).child(&view).build()
    }

    /// Back on the left, on the right what goes on: on every page in the same place.
    fn buttons(&self, step: &Step<'_>, first: bool) -> gtk::CenterBox {
        let back = gtk::Button::builder().label(if first { gettext("_Cancel") } else { gettext("_Back") }).build();
        back.set_use_underline(true);
        let (dialog, navigation) = (self.dialog.downgrade(), self.navigation.downgrade());
        back.connect_clicked(move |_| match (first, dialog.upgrade(), navigation.upgrade()) {
            (true, Some(dialog), _) => drop(dialog.close()),
            (false, _, Some(navigation)) => drop(navigation.pop()),
            _ => {}
        });
        let next = gtk::Button::builder().label(step.next.clone().unwrap_or_else(|| gettext("_Next"))).build();
        next.set_use_underline(true);
        next.add_css_class("suggested-action");
        let tell = Rc::clone(&self.tell);
        next.connect_clicked(move |_| tell(FrameEvent::Next));
        self.next.borrow_mut().push((step.tag, next.clone()));
        let bar = gtk::CenterBox::builder().start_widget(&back).end_widget(&next).build();
        bar.add_css_class("toolbar");
        bar.add_css_class("wizard-buttons");
        bar
    }

    /// Goes to the page with this tag.
    pub(crate) fn go_to(&self, tag: &str) {
        self.navigation.push_by_tag(tag);
    }

    /// Goes back to the page with this tag, which was passed already.
    pub(crate) fn back_to(&self, tag: &str) {
        self.navigation.pop_to_tag(tag);
    }

    /// The tag of the page that is shown.
    pub(crate) fn shown(&self) -> Option<String> {
        self.navigation.visible_page().and_then(|page| page.tag()).map(Into::into)
    }

    /// Whether the button for going on can be pressed on this page.
    pub(crate) fn set_ready(&self, tag: &str, ready: bool) {
        if let Some((_, button)) = self.next.borrow().iter().find(|(known, _)| *known == tag) {
            button.set_sensitive(ready);
        }
    }

    /// Whether closing would lose something, so that it is asked.
    pub(crate) fn set_filled(&self, filled: bool) {
        self.dialog.set_can_close(!filled);
    }

    /// Closes without a question: what was gathered has gone elsewhere.
    pub(crate) fn finish(&self) {
        self.dialog.force_close();
    }
}

fn ask_to_discard(dialog: &adw::Dialog) {
    let body = gettext("What you have chosen so far is lost. Nothing has been made yet.");
    let question = adw::AlertDialog::new(Some(&gettext("Close without making anything?")), Some(&body));
    question.add_responses(&[("stay", &gettext("_Go On")), ("discard", &gettext("_Close"))]);
    question.set_response_appearance("discard", adw::ResponseAppearance::Destructive);
    question.set_default_response(Some("stay"));
    question.set_close_response("stay");
    let weak = dialog.downgrade();
    question.connect_response(Some("discard"), move |_, _| {
        if let Some(dialog) = weak.upgrade() {
            dialog.force_close();
        }
    });
    question.present(Some(dialog));
}
