//! What can be done with a thing on the screen: act, read, write, select, measure.

use super::Element;
use crate::wait;

const ACTION: &str = "org.a11y.atspi.Action";
const TEXT: &str = "org.a11y.atspi.Text";
const VALUE: &str = "org.a11y.atspi.Value";

/// Where something is inside its window, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extents {
    /// From the window's left edge.
    pub x: i32,
    /// From its upper edge.
    pub y: i32,
    /// How wide it is.
    pub width: i32,
    /// How high it is.
    pub height: i32,
}

impl Element {
    /// The names of its actions, the same in every language.
    pub fn actions(&self) -> Vec<String> {
        let count: i32 = self.property(ACTION, "NActions").unwrap_or(0);
        (0..count).filter_map(|index| self.ask(ACTION, "GetName", &index)).collect()
    }

    /// Does the action `name`; for a window that is any of its `win.*` actions.
    ///
    /// # Panics
    /// When it has no such action.
    pub fn act(&self, name: &str) {
        let actions = self.actions();
        let index = actions.iter().position(|a| a == name);
        let Some(index) = index.and_then(|i| i32::try_from(i).ok()) else {
            panic!("{self:?} has no action {name:?}, only {actions:?}");
        };
        let done: Option<bool> = self.ask(ACTION, "DoAction", &index);
        assert_eq!(done, Some(true), "{self:?} refused {name:?}");
    }

    /// Does what a click would do, once it can be used.
    ///
    /// # Panics
    /// When it cannot be clicked.
    pub fn click(&self) {
        wait::holds(&format!("{self:?} to be usable"), wait::SOON, || self.is_sensitive());
        let actions = self.actions();
        let known = ["click", "activate", "toggle", "press"].into_iter().find(|k| actions.iter().any(|a| a == k));
        match known {
            Some(name) => self.act(name),
            None => panic!("{self:?} cannot be clicked, it only knows {actions:?}"),
        }
    }

    /// Switches the switch of the row `name` in it; of the two things of that name only the inner one acts.
    ///
    /// # Panics
    /// When there is none.
    pub fn switch(&self, name: &str) {
        let inner = || self.find_all("check box", name).into_iter().find(|e| !e.actions().is_empty());
        wait::until(&format!("the switch {name:?}"), wait::SOON, inner).click();
    }

    /// Its text: an entry's, a label's, or a terminal's screen and scrollback.
    pub fn text(&self) -> String {
        self.ask(TEXT, "GetText", &(0_i32, -1_i32)).unwrap_or_default()
    }

    /// Replaces the text of an entry.
    ///
    /// # Panics
    /// When it cannot be written to.
    pub fn set_text(&self, text: &str) {
        let done: Option<bool> = self.ask("org.a11y.atspi.EditableText", "SetTextContents", &text);
        assert_eq!(done, Some(true), "{self:?} takes no text");
    }

    /// Selects its child number `index`.
    ///
    /// # Panics
    /// When nothing can be selected in it.
    pub fn select_child(&self, index: i32) {
        let done: Option<bool> = self.ask("org.a11y.atspi.Selection", "SelectChild", &index);
        assert_eq!(done, Some(true), "{self:?} selects nothing at {index}");
    }

    /// The number that it stands at.
    pub fn value(&self) -> Option<f64> {
        self.property(VALUE, "CurrentValue")
    }

    /// Where it is in its window.
    pub fn extents(&self) -> Option<Extents> {
        const IN_WINDOW: u32 = 1;
        let (x, y, width, height) = self.ask("org.a11y.atspi.Component", "GetExtents", &IN_WINDOW)?;
        Some(Extents { x, y, width, height })
    }
}
