//! A recording that is played, in a terminal of its own over the page.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, gio, glib},
};
use vte4::TerminalExt;

use lectern_model::cast::Cast;

use super::terminal;
use crate::{
    buttons, dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
    settings::Settings,
};

/// No longer recording than this is read, in bytes.
const LONGEST: usize = 64 << 20;
/// While it is halted, how often it is looked whether it goes on.
const LOOK: Duration = Duration::from_millis(50);

/// Has the user choose a recording, and plays it.
pub(super) fn choose(parent: &vte4::Terminal, settings: &Settings) {
    let dialog = gtk::FileDialog::builder().title(gettext("Play a Recording")).build();
    let (parent, settings) = (parent.clone(), settings.clone());
    let window = parent.root().and_downcast::<gtk::Window>();
    dialog.open(window.as_ref(), gio::Cancellable::NONE, move |chosen| {
        let Ok(file) = chosen else { return };
        relm4::spawn_local(async move {
            let name = file.parse_name().to_string();
            match read(&file).await {
                Ok(cast) => play(cast, &parent, &settings),
                Err(error) => refused(&name, &error, &parent),
            }
        });
    });
}

async fn read(file: &gio::File) -> Result<Cast, String> {
    let (bytes, _) = file.load_contents_future().await.map_err(|error| error.to_string())?;
    if bytes.len() > LONGEST {
        return Err(gettext("It is longer than 64 MiB."));
    }
    let parsed = gio::spawn_blocking(move || Cast::parse(&String::from_utf8_lossy(&bytes))).await;
    parsed.map_err(|_| String::new())?.map_err(|error| error.to_string())
}

fn refused(name: &str, error: &str, parent: &vte4::Terminal) {
    let title = gettext_f("{file} cannot be played.", &[("file", name)]);
    let body = gettext("It is no recording of a terminal (asciicast, version 2).");
    dialogs::show_error(&UserText::new(title, format!("{body}\n{error}")), parent);
}

/// How far a recording is, and how fast it goes.
#[derive(Default)]
struct State {
    at: Cell<usize>,
    halted: Cell<bool>,
    speed: Cell<u32>,
    closed: Cell<bool>,
}

fn play(cast: Cast, parent: &vte4::Terminal, settings: &Settings) {
    let screen = terminal::build(settings);
    screen.set_input_enabled(false);
    // Escape closes the dialog.
    screen.set_can_focus(false);
    screen.set_size(cast.header.width.clamp(20, 400).into(), cast.header.height.clamp(5, 120).into());
    screen.update_property(&[gtk::accessible::Property::Label(&gettext("Recording"))]);
    let state = Rc::new(State::default());
    state.speed.set(1);
    let view = adw::ToolbarView::new();
    view.add_top_bar(&adw::HeaderBar::new());
    view.add_bottom_bar(&controls(&state, &screen));
    view.set_content(Some(&gtk::ScrolledWindow::builder().child(&screen).vexpand(true).build()));
    let title = cast.header.title.clone().unwrap_or_else(|| gettext("Recording"));
    let dialog = adw::Dialog::builder().title(title).content_width(900).content_height(640).child(&view).build();
    let ended = Rc::clone(&state);
    dialog.connect_closed(move |_| ended.closed.set(true));
    relm4::spawn_local(run(Rc::new(RefCell::new(cast)), screen, state));
    dialog.present(Some(parent));
}

async fn run(cast: Rc<RefCell<Cast>>, screen: vte4::Terminal, state: Rc<State>) {
    while !state.closed.get() {
        let moment = cast.borrow().moments.get(state.at.get()).cloned();
        let Some(moment) = moment.filter(|_| !state.halted.get()) else {
            glib::timeout_future(LOOK).await;
            continue;
        };
        glib::timeout_future(moment.pause / state.speed.get()).await;
        // Meanwhile it may have been halted, or begun anew.
        if !state.halted.get() && !state.closed.get() {
            screen.feed(moment.text.as_bytes());
            state.at.set(state.at.get() + 1);
        }
    }
}

fn controls(state: &Rc<State>, screen: &vte4::Terminal) -> gtk::Box {
    let row = gtk::Box::builder().spacing(6).halign(gtk::Align::Center).build();
    row.add_css_class("toolbar");
    let halt = gtk::ToggleButton::builder().icon_name("media-playback-pause-symbolic").build();
    halt.set_tooltip_text(Some(&gettext("Halt")));
    let own = Rc::clone(state);
    halt.connect_toggled(move |button| own.halted.set(button.is_active()));
    row.append(&halt);
    let again = buttons::flat("media-skip-backward-symbolic", &gettext("From the Beginning"));
    let (own, screen) = (Rc::clone(state), screen.clone());
    again.connect_clicked(move |_| {
        screen.reset(true, true);
        own.at.set(0);
    });
    row.append(&again);
    let speeds = gtk::DropDown::from_strings(&["1×", "2×", "4×", "8×"]);
    speeds.set_tooltip_text(Some(&gettext("Speed")));
    let own = Rc::clone(state);
    speeds.connect_selected_notify(move |speeds| own.speed.set(1 << speeds.selected().min(3)));
    row.append(&speeds);
    row
}
