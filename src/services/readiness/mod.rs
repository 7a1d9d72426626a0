//! Is this host ready for virtual machines? Checks as data, each with what was found and its cure.
//!
//! [`check`] runs them off the calling thread and sends each as soon as it is known: those of this computer (files,
//! groups, devices), and those that only libvirt can tell. What cannot be known of a host, as it is another computer or
//! libvirt's test driver, is [`Outcome::Unknown`] with the reason: never a guess.

mod distribution;
mod finding;
mod hosted;
mod local;
mod mend;
mod system;

use std::thread;

use async_channel::{Receiver, Sender};
use lectern_model::uri::HostUri;

pub use self::{
    finding::{Check, CheckId, Cure, Finding, Outcome, Unknown},
    mend::{Mend, NAME},
};
use crate::host::{ConnectFailure, Host};

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The host.
    pub uri: HostUri,
    /// Its connection, where there is one.
    pub host: Option<Host>,
    /// Why there is none, as far as it is known.
    pub failure: Option<ConnectFailure>,
    /// Whether KVM is to be tried again even where the answer of an earlier time still holds.
    pub anew: bool,
}

impl Subject {
    /// Why the files of this computer say nothing of the host, if so.
    fn distance(&self) -> Option<Unknown> {
        if self.uri.is_test() {
            Some(Unknown::TestDriver)
        } else if self.uri.is_local() {
            None
        } else {
            Some(Unknown::OtherComputer)
        }
    }
}

/// Begins all checks; each comes once, in no order, and the channel closes after the last. Dropping it ends a probe that
/// is under way.
#[must_use]
pub fn check(subject: Subject) -> Receiver<Check> {
    let (sender, receiver) = async_channel::unbounded();
    let (own, about) = (sender.clone(), subject.clone());
    begin("readiness-local", move || local::all(&about, &own));
    begin("readiness-host", move || hosted::all(&subject, &sender));
    receiver
}

fn begin(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name.into()).spawn(work) {
        tracing::error!("no thread for {name}: {error}");
    }
}

/// Tells of a check; whoever has gone needs none.
fn tell(sender: &Sender<Check>, check: Check) {
    let _ = sender.try_send(check);
}
