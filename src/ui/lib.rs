//! What Lectern shows; the only layer with widgets and with translated text.
//!
//! The tree of widgets, from the window inwards:
//!
//! - [`app`]: the window; owns the connection, the pages and the jobs
//!   - [`shell::sidebar`]: the host, the pages, the [`jobs`] button
//!   - [`machines`]: the list
//!   - [`labs`]: the labs, and each one's members
//!   - [`networks`]: the virtual networks; [`nics`]: what machines are plugged into
//!   - [`storage`]: storage pools, their volumes, and the snapshots inside them; [`chain`]: an image and what is under it
//!   - [`projects`], [`flavors`]: who may use how much, and the sizes of machines; [`catalog`]: what these share
//!   - [`machine`]: one machine's page
//!     - `overview`: state, addresses, graphs, texts, files
//!     - `screen`: its screen, by VNC
//!     - `serial`: the console on ttyS0
//! - [`wall`]: many machines side by side; [`broadcast`]: one keyboard for many consoles; a [`group`]: a lab or what was selected
//! - [`place`]: machines moved to a project, or given the size of a flavor
//! - [`clone`]: one machine made from another
//! - [`delete`]: which files go with a machine
//! - [`wizards`]: what makes machines, in one frame; [`export`]: a machine's XML into a file
//!   - [`host`]: the host's page: its load, its readiness, what it is
//! - [`hosts`]: the choice of another host
//! - [`graph`]: a quantity over the last minute
//! - [`present`]: any page in large type over a whole monitor
//! - [`dialogs`], [`preferences`], [`help`]: what opens over the window
//! - [`errors`], [`texts`]: from the other layers' values to sentences
//! - [`actions`]: menus, buttons and keys by the same names

mod actions;
mod app;
mod broadcast;
mod buttons;
mod catalog;
mod chain;
mod chains;
mod clone;
mod config;
mod delete;
mod dialogs;
mod errors;
mod export;
mod flavors;
mod forms;
mod frames;
mod graph;
mod group;
mod help;
mod host;
mod hosts;
mod i18n;
mod jobs;
mod labs;
mod language;
mod machine;
mod machines;
mod networks;
mod nics;
mod paths;
mod place;
mod preferences;
mod present;
mod projects;
mod rows;
mod settings;
mod shell;
mod storage;
mod tell;
mod texts;
mod wall;
mod wizards;

use relm4::{
    RelmApp, adw,
    gtk::{self, gio, glib, prelude::*},
};

use self::{
    app::{App, AppInit},
    settings::Settings,
};
pub use self::{
    app::{Options, Show, ShowPage},
    config::{APP_ID, Assets, VERSION},
};

/// Runs the program until its window is closed. To be called from `main`.
pub fn run(options: Options) {
    let assets = options.assets;
    let settings = Settings::open(&assets);
    language::init(&settings.text("language", ""), &assets);
    glib::set_application_name("Lectern");
    glib::set_prgname(Some(APP_ID));
    let application = adw::Application::builder().application_id(APP_ID).build();
    if options.connect.is_some() || options.show.is_some() {
        // Another host, or a machine's page, gets a window of its own.
        application.set_flags(gio::ApplicationFlags::NON_UNIQUE);
    }
    register_resources(&assets);
    application.connect_activate(|application| {
        if let Some(window) = application.active_window() {
            window.present();
        }
    });
    let app = RelmApp::from_app(application).with_args(Vec::new());
    load_style(&settings);
    app.run::<App>(AppInit { options, settings });
}

fn register_resources(assets: &Assets) {
    match gio::Resource::from_data(&glib::Bytes::from_static(assets.resources)) {
        Ok(resources) => gio::resources_register(&resources),
        Err(error) => tracing::warn!(%error, "no resources"),
    }
}

/// `AdwApplication` loads `style.css` from the resources by itself; what is left is the user's choice of look.
fn load_style(settings: &Settings) {
    if gtk::init().is_ok() && adw::init().is_ok() {
        gtk::Window::set_default_icon_name(APP_ID);
        preferences::apply_look(settings);
    }
}
