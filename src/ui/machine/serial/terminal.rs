//! The terminal of a serial line: its look, its keys, and what the user types.

use relm4::gtk::{self, gdk, gio, glib, pango, prelude::*};
use vte4::TerminalExt;

use crate::{i18n::gettext, machine::scheme::Scheme, settings::Settings};

/// The zoom's limits and step.
const ZOOM: std::ops::RangeInclusive<f64> = 0.5..=4.0;
const ZOOM_STEP: f64 = 1.1;

/// PCRE2's flags for a search: several lines, UTF-8 is set by VTE (`PCRE2_MULTILINE`, pcre2.h).
const SEARCH_FLAGS: u32 = 0x0000_0400;

/// The settings that a terminal follows while it is open.
const LOOK: &[&str] = &["console-font", "console-scheme", "console-scrollback", "console-bell"];

/// A terminal that no guest can make do anything: no hyperlinks, no titles, no clipboard access, and a bell only where
/// the user wants one.
pub(crate) fn build(settings: &Settings) -> vte4::Terminal {
    let terminal = vte4::Terminal::builder()
        .hexpand(true)
        .vexpand(true)
        .allow_hyperlink(false)
        .enable_sixel(false)
        .enable_legacy_osc777(false)
        .font_scale(settings.decimal("console-zoom", 1.0).clamp(*ZOOM.start(), *ZOOM.end()))
        .scroll_on_keystroke(true)
        .scroll_on_output(false)
        .context_menu_model(&menu())
        .build();
    terminal.add_controller(middle());
    terminal.add_css_class("serial-terminal");
    terminal.update_property(&[gtk::accessible::Property::Label(&gettext("Serial console"))]);
    let own = settings.clone();
    settings.follow(&terminal, LOOK, move |terminal| look(terminal, &own));
    terminal
}

/// The middle button pastes as the menu does, with its question; VTE itself would not ask.
pub(crate) fn middle() -> gtk::GestureClick {
    let click = gtk::GestureClick::builder().button(gdk::BUTTON_MIDDLE).build();
    click.set_propagation_phase(gtk::PropagationPhase::Capture);
    click.connect_pressed(|gesture, _, _, _| {
        gesture.set_state(gtk::EventSequenceState::Claimed);
        if let Some(terminal) = gesture.widget() {
            let _ = terminal.activate_action("serial.paste-primary", None);
        }
    });
    click
}

/// Gives the terminal what the user chose.
pub(crate) fn look(terminal: &vte4::Terminal, settings: &Settings) {
    let font = settings.text("console-font", "");
    let font = (!font.is_empty()).then(|| pango::FontDescription::from_string(&font));
    terminal.set_font(font.as_ref());
    Scheme::of(&settings.text("console-scheme", "")).apply(terminal);
    terminal.set_scrollback_lines(i64::from(settings.number("console-scrollback", 10_000)));
    terminal.set_audible_bell(settings.flag("console-bell", false));
}

/// Calls `typed` with the bytes of every key press and paste.
///
/// Ctrl+Space and Ctrl+@ mean NUL, which VTE announces as an empty text of size 1.
pub(crate) fn connect_typed(terminal: &vte4::Terminal, typed: impl Fn(Vec<u8>) + 'static) {
    terminal.connect_commit(move |_, text, size| {
        let lost_nul = text.is_empty() && size == 1;
        typed(if lost_nul { vec![0] } else { text.as_bytes().to_vec() });
    });
}

/// The group of actions that the terminal's keys and menu use.
pub(crate) fn actions(terminal: &vte4::Terminal, settings: &Settings) -> gio::SimpleActionGroup {
    let group = gio::SimpleActionGroup::new();
    let add = |name: &str, run: fn(&vte4::Terminal)| {
        let action = gio::SimpleAction::new(name, None);
        let terminal = terminal.downgrade();
        action.connect_activate(move |_, _| {
            if let Some(terminal) = terminal.upgrade() {
                run(&terminal);
            }
        });
        group.add_action(&action);
    };
    add("copy", |t| t.copy_clipboard_format(vte4::Format::Text));
    add("select-all", vte4::Terminal::select_all);
    add("zoom-in", |t| zoom(t, t.font_scale() * ZOOM_STEP));
    add("zoom-out", |t| zoom(t, t.font_scale() / ZOOM_STEP));
    add("zoom-reset", |t| zoom(t, 1.0));
    add("find-next", |t| {
        t.search_find_next();
    });
    add("find-previous", |t| {
        t.search_find_previous();
    });
    let settings = settings.clone();
    terminal.connect_font_scale_notify(move |t| settings.keep("console-zoom", t.font_scale()));
    group
}

fn zoom(terminal: &vte4::Terminal, scale: f64) {
    terminal.set_font_scale(scale.clamp(*ZOOM.start(), *ZOOM.end()));
}

/// The keys that the terminal keeps for itself; all others, Ctrl+] among them, go to the guest.
pub(crate) fn keys() -> gtk::ShortcutController {
    let controller = gtk::ShortcutController::new();
    controller.set_propagation_phase(gtk::PropagationPhase::Capture);
    for (keys, action) in [
        ("<Control><Shift>c", "serial.copy"),
        ("<Control><Shift>v|<Shift>Insert", "serial.paste"),
        ("<Control><Shift>f", "serial.find"),
        ("<Control>plus|<Control>equal|<Control>KP_Add", "serial.zoom-in"),
        ("<Control>minus|<Control>KP_Subtract", "serial.zoom-out"),
        ("<Control>0|<Control>KP_0", "serial.zoom-reset"),
    ] {
        let trigger = gtk::ShortcutTrigger::parse_string(keys);
        controller.add_shortcut(gtk::Shortcut::new(trigger, Some(gtk::NamedAction::new(action))));
    }
    controller
}

/// The context menu.
fn menu() -> gio::Menu {
    let menu = gio::Menu::new();
    for section in [
        vec![
            (gettext("Copy"), "serial.copy"),
            (gettext("Paste"), "serial.paste"),
            (gettext("Select All"), "serial.select-all"),
        ],
        vec![(gettext("Find…"), "serial.find")],
        vec![
            (gettext("Zoom In"), "serial.zoom-in"),
            (gettext("Zoom Out"), "serial.zoom-out"),
            (gettext("Normal Size"), "serial.zoom-reset"),
        ],
    ] {
        let items = gio::Menu::new();
        for (label, action) in section {
            items.append(Some(&label), Some(action));
        }
        menu.append_section(None, &items);
    }
    menu
}

/// Looks for `text`, taken literally and without regard to case, from the end of the output upwards.
pub(crate) fn search(terminal: &vte4::Terminal, text: &str) {
    let pattern = format!("(?i){}", glib::Regex::escape_string(text));
    let regex = (!text.is_empty()).then(|| vte4::Regex::for_search(&pattern, SEARCH_FLAGS).ok()).flatten();
    terminal.search_set_regex(regex.as_ref(), 0);
    terminal.search_set_wrap_around(true);
    if regex.is_some() {
        terminal.search_find_previous();
    }
}
