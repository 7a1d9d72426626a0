//! Presenting: any page in large type and strong contrast over a whole monitor, with nothing around it.

mod bar;
mod keys;
mod monitors;
mod stage;
mod walk;

use std::{cell::Cell, rc::Rc};

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, gio, glib},
};

pub(crate) use self::stage::Stage;
use crate::{preferences, settings::Settings};

/// The window's classes while it presents.
const CLASS: &str = "presenting";
const DARK: &str = "presenting-dark";
/// The settings of it.
const SCALE: &str = "presenting-scale";
const KEYS: &str = "presenting-keys";
const COMMANDS: &str = "presenting-commands";
const MONITOR: &str = "presenting-monitor";
/// The size of all texts, in per cent: at first, its limits, and a step.
const USUAL: i32 = 180;
const LIMITS: (i32, i32) = (120, 400);
const STEP: i32 = 20;
/// Below this width the sidebar becomes a page of its own.
const NARROW: f64 = 640.0;

/// The window's presenting. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Presenting(Rc<Inner>);

struct Inner {
    window: adw::ApplicationWindow,
    settings: Settings,
    stage: Stage,
    /// Makes the sidebar a page of its own: in a narrow window, and always while presenting.
    breakpoint: adw::Breakpoint,
    on: Cell<bool>,
    was_full: Cell<bool>,
    /// Whether keys that go to a guest may be shown: asked for anew each time, as they may be a password.
    consoles: Cell<bool>,
    widths: walk::Widths,
}

impl Presenting {
    /// That of `window`, whose pages are on `stage` and whose sidebar is `split`'s.
    pub(crate) fn new(
        window: &adw::ApplicationWindow,
        stage: Stage,
        split: &adw::NavigationSplitView,
        settings: &Settings,
    ) -> Self {
        let breakpoint = adw::Breakpoint::new(narrow());
        breakpoint.add_setter(split, "collapsed", Some(&true.to_value()));
        window.add_breakpoint(breakpoint.clone());
        let presenting = Self(Rc::new(Inner {
            window: window.clone(),
            settings: settings.clone(),
            stage,
            breakpoint,
            on: Cell::default(),
            was_full: Cell::default(),
            consoles: Cell::default(),
            widths: walk::Widths::default(),
        }));
        presenting.listen();
        presenting
    }

    fn listen(&self) {
        self.0.window.insert_action_group(bar::GROUP, Some(&bar::actions(self)));
        keys::listen(self);
        // Pages that come later have bars too; each of them takes the focus.
        let own = self.clone();
        self.0.window.connect_focus_widget_notify(move |_| own.refresh_soon());
        let own = self.clone();
        self.0.window.connect_fullscreened_notify(move |window| {
            if own.is_on() && !window.is_fullscreen() {
                own.leave();
            }
        });
    }

    /// Where the pages stand.
    pub(crate) fn stage(&self) -> &Stage {
        &self.0.stage
    }

    /// Whether something is presented now.
    pub(crate) fn is_on(&self) -> bool {
        self.0.on.get()
    }

    /// Begins, or ends.
    pub(crate) fn toggle(&self) {
        if self.is_on() {
            self.leave();
        } else {
            self.enter();
        }
    }

    /// The commands of this run, beside the page.
    pub(crate) fn set_commands(&self, commands: &str) {
        self.0.stage.set_commands(commands);
    }

    fn enter(&self) {
        let inner = &self.0;
        inner.was_full.set(inner.window.is_fullscreen());
        inner.on.set(true);
        inner.window.add_css_class(CLASS);
        if adw::StyleManager::default().is_dark() {
            inner.window.add_css_class(DARK);
        }
        inner.breakpoint.set_condition(Some(&always()));
        self.resize(0);
        self.fill_monitor();
        self.show_commands();
        inner.stage.begin();
        self.refresh();
    }

    fn leave(&self) {
        let inner = &self.0;
        inner.on.set(false);
        for class in [CLASS, DARK] {
            inner.window.remove_css_class(class);
        }
        inner.breakpoint.set_condition(Some(&narrow()));
        preferences::apply_look(&inner.settings);
        if !inner.was_full.get() {
            inner.window.unfullscreen();
        }
        inner.stage.end();
        self.refresh();
    }

    /// Shows all pages bare, or as they were.
    fn refresh(&self) {
        let (pages, inner) = (self.0.stage.pages().upcast_ref(), &self.0);
        if self.is_on() {
            walk::strip(pages, inner.settings.number(SCALE, USUAL), &inner.widths);
        } else {
            walk::restore(pages, &inner.settings, &inner.widths);
        }
    }

    fn refresh_soon(&self) {
        if self.is_on() {
            let own = self.clone();
            glib::idle_add_local_once(move || own.refresh());
        }
    }

    /// Makes all texts larger or smaller by so much, and remembers it.
    fn resize(&self, by: i32) {
        let scale = (self.0.settings.number(SCALE, USUAL) + by).clamp(LIMITS.0, LIMITS.1);
        if by != 0 {
            self.0.settings.keep(SCALE, scale);
        }
        preferences::present_at(scale);
        self.refresh_soon();
    }

    fn fill_monitor(&self) {
        let wanted = self.0.settings.text(MONITOR, "");
        match monitors::named(&wanted) {
            Some(monitor) => self.0.window.fullscreen_on_monitor(&monitor),
            None => self.0.window.fullscreen(),
        }
    }

    fn choose_monitor(&self, connector: &str) {
        self.0.settings.keep(MONITOR, connector);
        if self.is_on() {
            self.fill_monitor();
        }
    }

    fn window(&self) -> &gtk::Window {
        self.0.window.upcast_ref()
    }

    fn show_commands(&self) {
        self.0.stage.show_commands(self.is_on() && self.0.settings.flag(COMMANDS, false));
    }
}

fn narrow() -> adw::BreakpointCondition {
    length(adw::BreakpointConditionLengthType::MaxWidth, NARROW)
}

fn always() -> adw::BreakpointCondition {
    length(adw::BreakpointConditionLengthType::MinWidth, 1.0)
}

fn length(kind: adw::BreakpointConditionLengthType, width: f64) -> adw::BreakpointCondition {
    adw::BreakpointCondition::new_length(kind, width, adw::LengthUnit::Sp)
}

/// An action of the presenting bar that is on or off.
fn switch(name: &str, on: bool, changed: impl Fn(bool) + 'static) -> gio::SimpleAction {
    let action = gio::SimpleAction::new_stateful(name, None, &on.to_variant());
    action.connect_activate(move |action, _| {
        let on = !action.state().and_then(|state| state.get::<bool>()).unwrap_or_default();
        action.set_state(&on.to_variant());
        changed(on);
    });
    action
}
