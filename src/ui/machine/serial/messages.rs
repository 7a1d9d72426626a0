//! What the page of one console is made of, and told.

use lectern_model::{domain::DomainState, id::DomainId};
use lectern_services::{
    host::{Console, Host, HostError},
    tape::Tape,
};

use relm4::gtk::gio;

use crate::settings::Settings;

/// What libvirt calls a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Alias {
    /// It is the first one, which needs no name.
    First,
    /// It has none while the machine is off, or it was not read yet.
    Unknown,
    /// Its name.
    Known(String),
}

/// What is needed to make the page.
pub(crate) struct PortInit {
    /// The machine's host.
    pub(crate) host: Host,
    /// The machine.
    pub(crate) id: DomainId,
    /// Its name.
    pub(crate) machine: String,
    /// What the guest calls the console: `ttyS0`.
    pub(crate) device: String,
    /// What libvirt calls it.
    pub(crate) alias: Alias,
    /// Its state.
    pub(crate) state: DomainState,
    /// The user's preferences.
    pub(crate) settings: Settings,
    /// Gets the actions of the page, for the tools over it.
    pub(crate) actions: gio::SimpleActionGroup,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum PortMsg {
    /// The machine is in this state.
    State(DomainState),
    /// The page is on screen, or no longer.
    Shown(bool),
    /// The user wants the line although somebody else has it.
    TakeOver,
    /// Whether the machine has a port that can be opened as text.
    HasPort(bool),
    /// What libvirt calls the console now, and what its machine is called.
    Named(Alias, String),
    /// The host is connected again.
    Reconnected,
    /// The page was left for good.
    Left,
    /// The user typed.
    Typed(Vec<u8>),
    /// The line gave its first bytes.
    Heard(u64),
    /// The line was silent for a while.
    Silent(u64),
    /// The line was closed.
    Closed(u64),
    /// The search bar is to be shown or hidden.
    SearchToggled(bool),
    /// What to look for.
    SearchChanged(String),
    /// The clipboard's text goes to the guest.
    Paste {
        /// Whether it is what was selected last, and not what was copied.
        primary: bool,
    },
    /// A break goes over the line.
    Break,
    /// The guest is told how large the terminal is.
    SizeSent,
    /// All output goes into a file.
    Save,
    /// A recording begins, or ends.
    RecordToggled,
    /// It began.
    Recording(Tape),
    /// A recording is to be played.
    Play,
    /// A log of the machine is kept, or no longer.
    Logged(bool),
    /// It was opened.
    LogOpened(Tape),
    /// What a guest needs for a login prompt.
    Guide,
}

/// What came back from the host.
#[derive(Debug)]
pub(crate) enum PortCmd {
    /// The line numbered so was opened, or refused.
    Opened(u64, Result<Console, HostError>),
    /// A break was sent, or not.
    Broke(Result<(), HostError>),
}
