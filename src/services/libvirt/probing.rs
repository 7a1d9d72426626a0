//! Asking a host whether KVM boots a guest: on a thread and a connection of its own, with an end.

use std::{
    sync::mpsc::{self, Sender},
    thread,
    time::Duration,
};

use super::{error::HostError, ffi::event_impl::event_loop, handle::Host, reply, types::Version};
use crate::{
    libvirt::ffi::error::checked,
    probe::{self, Key, News, Report},
};

/// How long it may take: a few guests of five seconds, on a host that takes its time to start each.
const LIMIT: Duration = Duration::from_secs(90);
/// How long reading the versions may take.
const VERSIONS: Duration = Duration::from_secs(30);

/// Cancels a probe when whoever waits for it does so no longer.
struct Waiting(Sender<News>);

impl Drop for Waiting {
    fn drop(&mut self) {
        // A probe that has ended needs no telling.
        let _ = self.0.send(News::Cancel);
    }
}

impl Host {
    /// Whether KVM boots a guest here, and with which CPU. What was found is kept until the kernel, QEMU or libvirt is
    /// another; `anew` asks again. Takes up to half a minute where KVM is broken, else a second; dropping the future ends
    /// the guest.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn probe(&self, anew: bool) -> Result<Report, HostError> {
        let key = self.probe_key().await?;
        if let Some(report) = (!anew).then(|| key.recall()).flatten() {
            return Ok(report);
        }
        let report = self.probe_now().await?;
        key.keep(&report);
        Ok(report)
    }

    /// What was found earlier, if it still holds; asks no guest.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn probed(&self) -> Result<Option<Report>, HostError> {
        Ok(self.probe_key().await?.recall())
    }

    async fn probe_key(&self) -> Result<Key, HostError> {
        let host = self.uri().clone();
        self.call(VERSIONS, move |connection| {
            let libvirt = Version(checked(connection.connect().lib_version())?);
            let hypervisor = checked(connection.connect().hyp_version()).ok().map(Version);
            Ok(Key::new(&host, libvirt, hypervisor))
        })
        .await
    }

    async fn probe_now(&self) -> Result<Report, HostError> {
        let (own, news) = mpsc::channel();
        let _waiting = Waiting(own.clone());
        let (reply, receiver) = reply::within(event_loop()?, LIMIT);
        let host = self.uri().clone();
        let thread = thread::Builder::new().name("host-probe".into());
        let spawned = thread.spawn(move || drop(reply.put(probe::run(&host, &own, &news))));
        spawned.map_err(|error| HostError::System(error.to_string()))?;
        reply::answer(receiver).await
    }
}
