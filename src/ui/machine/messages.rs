//! What a machine's page is made of, told, and asks for.

use lectern_model::{domain::Domain, id::DomainId, stats::Counters, units::KiB};
use lectern_services::host::{DomainDetails, Host, HostError};

use super::{Edit, Tab};
use crate::{settings::Settings, shell::situation::Situation};

/// What is needed to make the page.
pub(crate) struct MachineInit {
    /// The machine's host.
    pub(crate) host: Host,
    /// The machine.
    pub(crate) domain: Domain,
    /// How the connection stands.
    pub(crate) situation: Situation,
    /// The user's preferences.
    pub(crate) settings: Settings,
    /// The part to show first.
    pub(crate) tab: Tab,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum MachineMsg {
    /// The machine changed.
    Changed(Domain),
    /// The machine is no longer there.
    Gone,
    /// The connection is in another state.
    Situation(Situation),
    /// A reading of the machine's counters.
    Counters(Counters, Option<KiB>),
    /// What is shown is to be read again.
    Refresh,
    /// A change of the user's was refused.
    Refused,
    /// The page was left; it goes as soon as it is off the screen.
    Left,
    /// Show the next part of the page.
    TabToggled,
    /// Show this part of the page.
    TabWanted(Tab),
    /// Show the settings.
    SettingsWanted,
    /// Another part of the page came to the screen.
    TabChosen(Option<String>),
    /// The user changed something.
    Edited(Edit),
    /// The user wants a connection again.
    Retry,
    /// The user wants what its disks lie on to be mended.
    Mend,
    /// The user wants the machine emulated.
    Emulate,
    /// The user wants the machine to have a screen that can be shown.
    Give,
    /// The user wants the machine to have a channel for its clipboard.
    GiveClipboard,
}

/// What the page asks for.
#[derive(Debug)]
pub(crate) enum MachineOutput {
    /// Do this to the machine.
    Edit(DomainId, Edit),
    /// Connect again.
    Retry,
    /// Have this machine emulated.
    Emulate(DomainId),
    /// Give this machine a screen.
    GiveScreen(DomainId),
    /// Give this machine a channel for its clipboard.
    GiveClipboard(DomainId),
    /// Mend what this machine's disks lie on.
    Mend(DomainId),
    /// This part is on screen.
    Tab(Tab),
}

/// What came back from the host.
#[derive(Debug)]
pub(crate) enum MachineCmd {
    /// What was asked for of the machine.
    Details(Box<Result<DomainDetails, HostError>>),
    /// Whether an earlier probe found that KVM boots nothing here.
    KvmBroken(bool),
}
