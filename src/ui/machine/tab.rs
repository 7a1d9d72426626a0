//! The parts of a machine's page.

/// Which part of the page is on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// The machine at a glance.
    #[default]
    Overview,
    /// Its screen.
    Screen,
    /// Its serial console.
    Serial,
    /// Its screen where it has one that can be shown, else its serial console.
    Console,
}

impl Tab {
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Overview => Self::Screen,
            Self::Screen => Self::Serial,
            Self::Serial | Self::Console => Self::Overview,
        }
    }

    /// The part of a name; the overview where there is no such part.
    pub(super) fn named(name: Option<&str>) -> Self {
        let known = [Self::Screen, Self::Serial];
        known.into_iter().find(|tab| name == Some(tab.name())).unwrap_or_default()
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Screen => "screen",
            Self::Serial | Self::Console => "serial",
        }
    }
}
