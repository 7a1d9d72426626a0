//! Lectern's window as a person uses it: rows, buttons, menus, pages.

use std::{ops::Deref, time::Duration};

use crate::{app::App, atspi::Element, desktop::Desktop, wait};

/// The title of the window.
const TITLE: &str = "Lectern";

/// The program's window on a desktop; derefs to the top of its accessible tree.
#[derive(Debug)]
pub struct Window<'d>(App<'d>);

impl<'d> Window<'d> {
    /// Starts `program` for the host `uri`.
    pub fn open(desktop: &'d Desktop, program: &str, uri: &str) -> Self {
        Self::with(desktop, program, &["--connect", uri], &[])
    }

    /// Starts `program` with these arguments and variables.
    pub fn with(desktop: &'d Desktop, program: &str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let app = App::with(desktop, program, args, variables);
        app.wait_for("frame", TITLE);
        Self(app)
    }

    /// The list's row of a machine.
    pub fn row(&self, name: &str) -> Element {
        self.wait_for("table row", name)
    }

    /// Waits until the list has no such machine.
    pub fn no_row(&self, name: &str) {
        self.wait_gone("table row", name);
    }

    /// Waits until the list shows a machine in `state`, as the interface words it.
    ///
    /// # Panics
    /// When it never does.
    pub fn row_is(&self, name: &str, state: &str, limit: Duration) {
        let row = self.row(name);
        wait::holds(&format!("{name} to be shown as {state}"), limit, || {
            row.find_all("label", "").iter().any(|l| l.name() == state || l.name().starts_with(&format!("{state} (")))
        });
    }

    /// Clicks on a machine's row, so that it is selected.
    ///
    /// # Panics
    /// When it is not then.
    pub fn select(&self, name: &str) {
        let row = self.row(name);
        self.desktop().click_on(TITLE, &row, 1);
        wait::holds(&format!("{name} to be selected"), wait::SOON, || row.is_selected());
    }

    /// Opens the page of a machine as the keyboard does.
    pub fn open_machine(&self, name: &str) {
        self.select(name);
        self.desktop().keys(&["Return"]);
        self.wait_for("label", name);
        self.wait_for("page tab", "Overview");
    }

    /// Shows a part of a machine's page.
    pub fn tab(&self, name: &str) {
        self.wait_for("page tab", name).click();
    }

    /// Presses a button by its name, once it can be pressed.
    pub fn press(&self, name: &str) {
        self.wait_for("button", name).click();
    }

    /// Chooses an item of the menu behind a button.
    pub fn choose(&self, menu: &str, item: &str) {
        self.wait_for("toggle button", menu).click();
        self.wait_for("menu item", item).click();
        self.wait_gone("menu item", item);
    }

    /// Waits for the dialog of that title.
    pub fn dialog(&self, title: &str) -> Element {
        self.wait_for("dialog", title)
    }

    /// Closes the dialog of that title with Escape.
    pub fn dismiss(&self, title: &str) {
        self.desktop().keys(&["Escape"]);
        self.wait_gone("dialog", title);
    }

    /// The terminal, with the keyboard.
    pub fn terminal(&self) -> Element {
        let terminal = self.wait_for("terminal", "Serial console");
        if !terminal.is_focused() {
            self.desktop().click_on(TITLE, &terminal, 1);
        }
        terminal
    }

    /// The list of machines.
    pub fn list(&self) -> Element {
        self.wait_for("tree table", "Virtual machines")
    }

    /// Takes a picture once the screen rests.
    pub fn shot(&self, name: &str) -> std::path::PathBuf {
        self.desktop().shot(name)
    }

    /// Closes the window as a person would, waits for a clean end, and gives what the program said.
    pub fn close(self) -> String {
        self.0.close()
    }
}

impl<'d> Deref for Window<'d> {
    type Target = App<'d>;

    fn deref(&self) -> &App<'d> {
        &self.0
    }
}
