//! What the page of a screen is made of, told, and asks for.

use lectern_model::{domain::DomainState, id::DomainId, screen::Combination, xml::domain::DomainXml};
use lectern_services::{
    host::{Host, HostError},
    screen::{Screen, ScreenEnd},
};

/// What is needed to make the page.
pub(crate) struct ScreenInit {
    /// The machine's host.
    pub(crate) host: Host,
    /// The machine.
    pub(crate) id: DomainId,
    /// Its name.
    pub(crate) name: String,
    /// Its state.
    pub(crate) state: DomainState,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum ScreenMsg {
    /// The machine is in this state, and has this name.
    State(DomainState, String),
    /// The page is on screen, or no longer.
    Shown(bool),
    /// What the machine's XML says.
    Parsed(Box<DomainXml>),
    /// The host is connected again.
    Reconnected,
    /// The page was left for good.
    Left,
    /// The button under the words was pressed.
    Helped,
    /// The screen gave its first picture.
    Seen(u64),
    /// The screen ended.
    Ended(u64, Option<ScreenEnd>),
    /// The picture fills the page, or each of its points is one of the window's.
    Scaled(bool),
    /// Keys and pointer go to the guest no longer, or again.
    ViewOnly(bool),
    /// A combination of keys is to be sent.
    KeySent(Combination),
    /// The server can do more than show.
    Able(Ability),
    /// The clipboard is to be shared with the guest, or no longer.
    Shared(bool),
    /// The user was asked whether to share it.
    Agreed(bool),
    /// The machine is to have a channel for that.
    ChannelWanted,
    /// The guest's picture is to be as large as its place, or as it was.
    Fitted(bool),
    /// The picture's place has another size.
    AreaChanged,
    /// The picture goes into a file.
    ShotSaved,
    /// The picture goes onto the clipboard.
    ShotCopied,
    /// The picture fills the monitor, or no longer.
    FullScreenToggled,
    /// The window that filled the monitor was closed.
    FullScreenLeft,
}

/// What a server can do beside showing a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ability {
    /// Share a clipboard.
    Clipboard,
    /// Follow a wish for another size.
    Size,
}

/// What the page asks for.
#[derive(Debug)]
pub(crate) enum ScreenOutput {
    /// Give the machine a screen that can be shown.
    Give,
    /// Give the machine a channel for its clipboard.
    GiveClipboard,
}

/// What came back from the host.
#[derive(Debug)]
pub(crate) enum ScreenCmd {
    /// The screen numbered so was opened, or refused.
    Opened(u64, Result<Screen, HostError>),
}
