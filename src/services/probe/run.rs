//! Running probe guests, one after another, on a connection of their own.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use lectern_model::{
    capabilities::{Capabilities, VirtType},
    id::DomainId,
    uri::HostUri,
};
use uuid::Uuid;
use virt::{connect::Connect, domain::Domain};

use super::{Attempt, Candidate, Fate, Obstacle, PREFIX, Report, Verdict, disk::Disk, machine};
use crate::{
    host::HostError,
    libvirt::{
        ffi::{
            error::checked,
            lives::{Life, Lives, Sink},
        },
        line::Line,
    },
};

/// How long a guest may run under KVM: a whole one needs a tenth of a second.
const LIMIT: Duration = Duration::from_secs(5);
/// And under emulation, on a busy computer.
const EMULATED_LIMIT: Duration = Duration::from_secs(20);

/// What a probe hears of.
pub(crate) enum News {
    /// Something became of a domain.
    Life(Life),
    /// Nobody waits for the report any more.
    Cancel,
}

/// What a probe works with.
struct Probe<'a> {
    connect: &'a Connect,
    news: &'a Receiver<News>,
    disk: Disk,
}

/// Finds out which CPU boots under KVM.
///
/// # Errors
/// As libvirt gives it; [`HostError::NotConnected`] where it was cancelled.
pub(crate) fn run(host: &HostUri, own: &Sender<News>, news: &Receiver<News>) -> Result<Report, HostError> {
    if host.is_test() {
        return Ok(Report::without_guest(Verdict::Unknown(Obstacle::TestDriver)));
    }
    let line = Line::open(host)?;
    if let Some(verdict) = beforehand(line.connect())? {
        return Ok(Report::without_guest(verdict));
    }
    let own = own.clone();
    // A probe that has ended hears nothing any more.
    let sink: Sink = Arc::new(move |life| drop(own.send(News::Life(life))));
    let lives = Lives::watch(line.connect(), &sink)?;
    let Some(disk) = Disk::make(line.connect(), host, &name())? else {
        return Ok(Report::without_guest(Verdict::Unknown(Obstacle::NoPlace)));
    };
    let report = Probe { connect: line.connect(), news, disk }.all();
    drop(lives);
    report
}

fn name() -> String {
    format!("{PREFIX}{}", Uuid::new_v4().simple())
}

/// What is known without a guest.
fn beforehand(connect: &Connect) -> Result<Option<Verdict>, HostError> {
    let unreadable = |error: &dyn std::fmt::Display| HostError::BadAnswer(error.to_string());
    let capabilities = Capabilities::parse(&checked(connect.capabilities())?).map_err(|error| unreadable(&error))?;
    let arch = capabilities.host.arch.clone().unwrap_or_default();
    Ok(if arch != "x86_64" {
        Some(Verdict::Unknown(Obstacle::Architecture(arch)))
    } else if capabilities.runs("x86_64", VirtType::Kvm) {
        None
    } else {
        Some(Verdict::NoKvm)
    })
}

impl Probe<'_> {
    fn all(&self) -> Result<Report, HostError> {
        let mut attempts = Vec::new();
        for candidate in Candidate::ORDER {
            attempts.push(self.attempt(Some(candidate))?);
            if attempts.last().is_some_and(|attempt| attempt.fate == Fate::Good) {
                return Ok(Report { verdict: Verdict::Boots(candidate), attempts });
            }
        }
        let control = self.attempt(None)?;
        let is_well = control.fate == Fate::Good;
        attempts.push(control);
        let verdict = if is_well { Verdict::Broken } else { Verdict::Unknown(Obstacle::NotEvenEmulated) };
        Ok(Report { verdict, attempts })
    }

    fn attempt(&self, candidate: Option<Candidate>) -> Result<Attempt, HostError> {
        let started = Instant::now();
        let (name, id) = (name(), Uuid::new_v4());
        let xml = machine::xml(&name, id, &self.disk.path()?, candidate);
        let xml = xml.map_err(|error| HostError::BadAnswer(error.to_string()))?;
        let flags = virt_sys::VIR_DOMAIN_START_AUTODESTROY;
        let fate = match checked(self.connect.create_domain_xml(&xml, flags)) {
            Ok(domain) => {
                let limit = if candidate.is_some() { LIMIT } else { EMULATED_LIMIT };
                let fate = self.wait(DomainId::from_bytes(*id.as_bytes()), limit);
                end(&domain);
                fate?
            }
            Err(_) if checked(self.connect.is_alive()).is_ok_and(|alive| !alive) => {
                return Err(HostError::NotConnected);
            }
            Err(error) => Fate::NotStarted(error.message),
        };
        tracing::info!(?candidate, ?fate, "a probe ended");
        Ok(Attempt { candidate, fate, took: started.elapsed() })
    }

    /// Waits for the end of one guest; late news of an earlier one are passed over.
    fn wait(&self, id: DomainId, limit: Duration) -> Result<Fate, HostError> {
        let end = Instant::now() + limit;
        loop {
            match self.news.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(News::Life(life)) if life.id == id => {
                    if let Some(fate) = fate(life) {
                        return Ok(fate);
                    }
                }
                Ok(News::Life(_)) => {}
                Ok(News::Cancel) => return Err(HostError::NotConnected),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(Fate::Silent),
            }
        }
    }
}

/// What an event says of how the guest ended; nothing while it goes on. QEMU's driver tells a guest that switched itself
/// off from a QEMU that died by the detail of "stopped".
const fn fate(life: Life) -> Option<Fate> {
    match (life.event, life.detail) {
        (virt_sys::VIR_DOMAIN_EVENT_STOPPED, virt_sys::VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN) => Some(Fate::Good),
        (virt_sys::VIR_DOMAIN_EVENT_STOPPED | virt_sys::VIR_DOMAIN_EVENT_CRASHED, _) => Some(Fate::Crashed),
        (virt_sys::VIR_DOMAIN_EVENT_SUSPENDED, _) => Some(Fate::Stopped),
        _ => None,
    }
}

/// Forces it off, if it is still there.
fn end(domain: &Domain) {
    if let Err(error) = checked(domain.destroy()) {
        tracing::debug!("a probe is gone: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guest_that_switched_itself_off_is_good() {
        let told = |event, detail| fate(Life { id: DomainId::from_bytes([1; 16]), event, detail });
        assert_eq!(told(virt_sys::VIR_DOMAIN_EVENT_STARTED, 0), None);
        assert_eq!(told(virt_sys::VIR_DOMAIN_EVENT_SHUTDOWN, 1), None);
        assert_eq!(told(virt_sys::VIR_DOMAIN_EVENT_STOPPED, 0), Some(Fate::Good));
        for detail in 1..=7 {
            assert_eq!(told(virt_sys::VIR_DOMAIN_EVENT_STOPPED, detail), Some(Fate::Crashed));
        }
        assert_eq!(told(virt_sys::VIR_DOMAIN_EVENT_SUSPENDED, 0), Some(Fate::Stopped));
    }
}
