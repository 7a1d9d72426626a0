//! One thing on the screen: where it is in the tree, and how to find others under it.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use zbus::{
    blocking::Connection,
    zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type},
};

use super::role::{self, State};
use crate::wait;

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";

/// One thing on the screen; what is asked of it once it is gone is answered with nothing.
#[derive(Clone)]
pub struct Element {
    bus: Connection,
    owner: String,
    path: String,
}

impl Element {
    pub(super) fn new(bus: Connection, owner: &str, path: &str) -> Self {
        Self { bus, owner: owner.into(), path: path.into() }
    }

    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    pub(super) fn ask<R>(&self, interface: &str, method: &str, body: &(impl Serialize + DynamicType)) -> Option<R>
    where
        R: DeserializeOwned + Type,
    {
        let answer = self.bus.call_method(Some(&*self.owner), &*self.path, Some(interface), method, body);
        answer.ok()?.body().deserialize().ok()
    }

    pub(super) fn property<T: TryFrom<OwnedValue>>(&self, interface: &str, name: &str) -> Option<T> {
        let value: OwnedValue = self.ask("org.freedesktop.DBus.Properties", "Get", &(interface, name))?;
        value.try_into().ok()
    }

    /// Its children; none when it is gone.
    pub fn children(&self) -> Vec<Self> {
        self.try_children().unwrap_or_default()
    }

    /// Its children; nothing when the program did not answer in time or the element is gone.
    pub fn try_children(&self) -> Option<Vec<Self>> {
        let children: Vec<(String, OwnedObjectPath)> = self.ask(ACCESSIBLE, "GetChildren", &())?;
        Some(children.into_iter().map(|(owner, path)| Self::new(self.bus.clone(), &owner, &path)).collect())
    }

    /// What it is, in AT-SPI's words.
    pub fn role(&self) -> &'static str {
        self.ask(ACCESSIBLE, "GetRole", &()).map_or("gone", role::name)
    }

    /// What it is called.
    pub fn name(&self) -> String {
        self.property(ACCESSIBLE, "Name").unwrap_or_default()
    }

    /// What is said about it beside its name.
    pub fn description(&self) -> String {
        self.property(ACCESSIBLE, "Description").unwrap_or_default()
    }

    fn has(&self, state: State) -> bool {
        let words: Vec<u32> = self.ask(ACCESSIBLE, "GetState", &()).unwrap_or_default();
        words.first().is_some_and(|w| w & (1 << state as u32) != 0)
    }

    /// Whether it is on the screen now.
    pub fn is_showing(&self) -> bool {
        self.has(State::Showing)
    }

    /// Whether it can be used now.
    pub fn is_sensitive(&self) -> bool {
        self.has(State::Sensitive)
    }

    /// Whether keys go to it.
    pub fn is_focused(&self) -> bool {
        self.has(State::Focused)
    }

    /// Whether it is chosen.
    pub fn is_selected(&self) -> bool {
        self.has(State::Selected)
    }

    /// Whether it is on, or pressed in.
    pub fn is_on(&self) -> bool {
        self.has(State::Checked) || self.has(State::Pressed)
    }

    /// Whether it is unfolded.
    pub fn is_expanded(&self) -> bool {
        self.has(State::Expanded)
    }

    /// Itself and everything under it, in the order of the tree.
    pub fn walk(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        let mut stack = self.children();
        stack.reverse();
        while let Some(next) = stack.pop() {
            stack.extend(next.children().into_iter().rev());
            all.push(next);
        }
        all
    }

    /// Everything that shows with that role; an empty `name` fits any.
    pub fn find_all(&self, role: &str, name: &str) -> Vec<Self> {
        let fits = |e: &Self| e.role() == role && (name.is_empty() || e.name() == name) && e.is_showing();
        self.walk().into_iter().filter(fits).collect()
    }

    /// The first that shows with that role and name.
    pub fn find(&self, role: &str, name: &str) -> Option<Self> {
        self.find_all(role, name).into_iter().next()
    }

    /// The first that shows with that role and a name that holds `part`.
    pub fn find_like(&self, role: &str, part: &str) -> Option<Self> {
        self.find_all(role, "").into_iter().find(|e| e.name().contains(part))
    }

    /// Whether `text` is to be read anywhere on it: in a name, a label or a text.
    pub fn says(&self, text: &str) -> bool {
        self.walk().iter().any(|e| e.name().contains(text) && e.is_showing())
    }

    /// Waits until it shows.
    ///
    /// # Panics
    /// When it never does: with what there is instead.
    pub fn wait_for(&self, role: &str, name: &str) -> Self {
        self.wait_long(role, name, wait::SOON)
    }

    /// [`Self::wait_for`] with a limit of its own.
    ///
    /// # Panics
    /// When it never shows.
    pub fn wait_long(&self, role: &str, name: &str, limit: Duration) -> Self {
        self.watch(&format!("{role} {name:?}"), limit, || self.find(role, name))
    }

    /// Waits until `text` is to be read anywhere on it.
    ///
    /// # Panics
    /// When it never is.
    pub fn wait_says(&self, text: &str) {
        self.watch(&format!("the text {text:?}"), wait::SOON, || self.says(text).then_some(()));
    }

    /// Waits until nothing with that role and name shows any more.
    ///
    /// # Panics
    /// When it stays.
    pub fn wait_gone(&self, role: &str, name: &str) {
        let gone = || self.find(role, name).is_none().then_some(());
        self.watch(&format!("{role} {name:?} to go away"), wait::SOON, gone);
    }

    /// [`wait::until`], with a picture of the tree in words where it fails.
    fn watch<T>(&self, what: &str, limit: Duration, probe: impl FnMut() -> Option<T>) -> T {
        match wait::within(limit, probe) {
            Some(answer) => answer,
            None => panic!("{what} was not there, but:\n{}", self.outline()),
        }
    }

    /// What shows, a line each, for messages.
    pub fn outline(&self) -> String {
        let mut lines = String::new();
        outline(self, 0, &mut lines);
        lines
    }
}

fn outline(element: &Element, depth: usize, lines: &mut String) {
    if depth > 0 && !element.is_showing() {
        return;
    }
    let (role, name) = (element.role(), element.name());
    if !name.is_empty() || !matches!(role, "grouping" | "filler" | "panel" | "?" | "section") {
        let state = if element.is_sensitive() { "" } else { " (insensitive)" };
        writeln!(lines, "{:depth$}{role} {name:?}{state}", "").expect("a string grows");
    }
    for child in element.children() {
        outline(&child, depth + 1, lines);
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.role(), self.name())
    }
}
