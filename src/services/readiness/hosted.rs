//! The checks that libvirt answers, of any host.

use std::time::{Duration, Instant};

use async_channel::Sender;
use lectern_model::{
    capabilities::{Capabilities, DomainCapabilities, VirtType},
    units::Bytes,
};

use super::{Check, CheckId, Cure, Finding, Mend, Subject, Unknown, distribution::Package, local::install, tell};
use crate::{
    host::{Host, HostError},
    libvirt::{
        connection::Connection,
        ffi::{codes, error::checked},
        making::SLOW,
        storage,
    },
    probe::{Obstacle, Report, Verdict},
};

/// How long one question may take: on a slow host the question about QEMU takes minutes (see [`CheckId::Speed`]).
const LIMIT: Duration = Duration::from_mins(1);
/// Less room than this is little for a disk, and less than that too little for anything.
const LITTLE: (Bytes, Bytes) = (Bytes::from_gib(10), Bytes::from_gib(1));

/// The checks of this file.
const HERE: [CheckId; 8] = [
    CheckId::Driver,
    CheckId::Speed,
    CheckId::KvmBoots,
    CheckId::Network,
    CheckId::Pool,
    CheckId::Space,
    CheckId::Uefi,
    CheckId::Tpm,
];

/// Answers all of them; ends early when nobody listens any more.
pub(super) fn all(subject: &Subject, sender: &Sender<Check>) {
    let Some(host) = &subject.host else {
        let unanswered = HERE.into_iter().filter(|id| *id != CheckId::Driver);
        unanswered.for_each(|id| tell(sender, Check::unknown(id, Unknown::NotConnected)));
        return;
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!("no runtime: {error}"),
    };
    runtime.block_on(async {
        tokio::select! {
            () = together(host, subject.anew, sender) => {}
            () = sender.closed() => {}
        }
    });
}

async fn together(host: &Host, anew: bool, sender: &Sender<Check>) {
    let first = async {
        tell(sender, driver(host).await);
        qemu(host, sender).await;
        tell(sender, boots(host, anew).await);
    };
    let second = async {
        tell(sender, network(host).await);
        let (pool, space) = pools(host).await;
        tell(sender, pool);
        tell(sender, space);
    };
    tokio::join!(first, second);
}

/// What could not be asked for.
fn unanswered(id: CheckId, error: &HostError) -> Check {
    tracing::info!("{id:?}: {error}");
    let why = if *error == HostError::NotConnected { Unknown::NotConnected } else { Unknown::Refused };
    Check::unknown(id, why)
}

async fn driver(host: &Host) -> Check {
    let name = host.call(LIMIT, |connection| Ok(checked(connection.connect().driver_type())?)).await;
    name.map_or_else(
        |error| unanswered(CheckId::Driver, &error),
        |name| Check::good(CheckId::Driver, Finding::Driver(name)),
    )
}

/// What QEMU can do, and how long libvirt takes to say it. The first question may have QEMU probed for good reason.
async fn qemu(host: &Host, sender: &Sender<Check>) {
    if host.uri().is_test() {
        for id in [CheckId::Speed, CheckId::Uefi, CheckId::Tpm] {
            tell(sender, Check::unknown(id, Unknown::TestDriver));
        }
        return;
    }
    let asked = host.call(LIMIT, |connection| {
        let capabilities = ask_qemu(connection)?;
        let started = Instant::now();
        ask_qemu(connection)?;
        Ok((capabilities, started.elapsed()))
    });
    match asked.await {
        Ok((capabilities, took)) => {
            tell(sender, speed(took));
            tell(sender, offer(CheckId::Uefi, &capabilities));
            tell(sender, offer(CheckId::Tpm, &capabilities));
        }
        Err(HostError::TimedOut) => {
            tell(sender, speed(LIMIT));
            tell(sender, Check::unknown(CheckId::Uefi, Unknown::Refused));
            tell(sender, Check::unknown(CheckId::Tpm, Unknown::Refused));
        }
        Err(error) => {
            for id in [CheckId::Speed, CheckId::Uefi, CheckId::Tpm] {
                tell(sender, unanswered(id, &error));
            }
        }
    }
}

fn ask_qemu(connection: &Connection) -> Result<DomainCapabilities, HostError> {
    let connect = connection.connect();
    let unreadable = |error: &dyn std::fmt::Display| HostError::BadAnswer(error.to_string());
    let all = Capabilities::parse(&checked(connect.capabilities())?).map_err(|error| unreadable(&error))?;
    let arch = all.host.arch.clone();
    let has_kvm = arch.as_deref().is_some_and(|arch| all.runs(arch, VirtType::Kvm));
    let virt_type = if has_kvm { VirtType::Kvm } else { VirtType::Qemu };
    let machine = (arch.as_deref() == Some("x86_64")).then_some("q35");
    let xml = checked(connect.domain_capabilities(None, arch.as_deref(), machine, Some(virt_type.as_str()), 0))?;
    DomainCapabilities::parse(&xml).map_err(|error| unreadable(&error))
}

fn speed(took: Duration) -> Check {
    let finding = Finding::AnswersIn(took);
    if took < SLOW { Check::good(CheckId::Speed, finding) } else { Check::bad(CheckId::Speed, finding, None) }
}

fn offer(id: CheckId, told: &DomainCapabilities) -> Check {
    let (has, package) = match id {
        CheckId::Uefi => (told.firmware.has("efi"), Package::Uefi),
        _ => (told.tpm_backends.has("emulator"), Package::Tpm),
    };
    let name = if id == CheckId::Uefi { told.loaders.first().cloned() } else { None };
    if has {
        Check::good(id, Finding::Present(name.unwrap_or_default()))
    } else {
        Check::warning(id, Finding::Absent, install(package))
    }
}

async fn boots(host: &Host, anew: bool) -> Check {
    match host.probe(anew).await {
        Ok(report) => judged(report),
        Err(error) => unanswered(CheckId::KvmBoots, &error),
    }
}

fn judged(report: Report) -> Check {
    match &report.verdict {
        Verdict::Boots(_) => Check::good(CheckId::KvmBoots, Finding::Probed(report)),
        Verdict::Broken => Check::bad(CheckId::KvmBoots, Finding::Probed(report), Some(Cure::UseEmulation)),
        Verdict::NoKvm => Check::warning(CheckId::KvmBoots, Finding::Probed(report), Some(Cure::UseEmulation)),
        Verdict::Unknown(Obstacle::TestDriver) => Check::unknown(CheckId::KvmBoots, Unknown::TestDriver),
        Verdict::Unknown(_) => {
            Check { finding: Finding::Probed(report), ..Check::unknown(CheckId::KvmBoots, Unknown::Refused) }
        }
    }
}

/// How a network or a pool stands.
#[derive(Clone, Copy)]
struct Standing {
    active: bool,
    autostart: bool,
}

fn standing(id: CheckId, name: &str, mend: Mend, found: Option<Standing>) -> Check {
    let (name, cure) = (name.to_owned(), Some(Cure::Mend(mend)));
    match found {
        None => Check::bad(id, Finding::Missing(name), cure),
        Some(Standing { active: false, .. }) => Check::bad(id, Finding::Inactive(name), cure),
        Some(Standing { autostart: false, .. }) => Check::warning(id, Finding::NotAutostarted(name), cure),
        Some(_) => Check::good(id, Finding::Active(name)),
    }
}

async fn network(host: &Host) -> Check {
    if host.uri().is_session() && !host.uri().is_test() && !crate::libvirt::domains::is_root() {
        return Check::good(CheckId::Network, Finding::NotNeeded);
    }
    let found =
        host.call(LIMIT, |connection| match checked(connection.connect().lookup_network_by_name(super::mend::NAME)) {
            Ok(network) => {
                Ok(Some(Standing { active: checked(network.is_active())?, autostart: checked(network.autostart())? }))
            }
            Err(error) if error.code == codes::NO_NETWORK => Ok(None),
            Err(error) => Err(error.into()),
        });
    match found.await {
        Ok(found) => standing(CheckId::Network, super::mend::NAME, Mend::Network, found),
        Err(error) => unanswered(CheckId::Network, &error),
    }
}

async fn pools(host: &Host) -> (Check, Check) {
    let found = host.call(LIMIT, |connection| {
        let pool = match checked(connection.connect().lookup_storage_pool_by_name(super::mend::NAME)) {
            Ok(pool) => Some(Standing { active: checked(pool.is_active())?, autostart: checked(pool.autostart())? }),
            Err(error) if error.code == codes::NO_STORAGE_POOL => None,
            Err(error) => return Err(error.into()),
        };
        Ok((pool, room(connection)?))
    });
    match found.await {
        Ok((pool, room)) => {
            let pool = match (pool, &room) {
                // Disks have a place all the same.
                (None, Some((name, _))) => Check::good(CheckId::Pool, Finding::Active(name.clone())),
                _ => standing(CheckId::Pool, super::mend::NAME, Mend::Pool, pool),
            };
            (pool, space(room))
        }
        Err(error) => (unanswered(CheckId::Pool, &error), unanswered(CheckId::Space, &error)),
    }
}

/// The active pool with the least room, of those that are not Lectern's own.
fn room(connection: &Connection) -> Result<Option<(String, Bytes)>, HostError> {
    let active = virt_sys::VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE;
    let mut rooms = Vec::new();
    for pool in checked(connection.connect().list_all_storage_pools(active))? {
        let name = checked(pool.name())?;
        if !storage::pools::is_ours(&name) {
            rooms.push((name, Bytes(checked(pool.info())?.available)));
        }
    }
    Ok(rooms.into_iter().min_by_key(|(_, room)| *room))
}

fn space(room: Option<(String, Bytes)>) -> Check {
    match room {
        None => Check::unknown(CheckId::Space, Unknown::Refused),
        Some((name, room)) if room < LITTLE.1 => Check::bad(CheckId::Space, Finding::Room(name, room), None),
        Some((name, room)) if room < LITTLE.0 => Check::warning(CheckId::Space, Finding::Room(name, room), None),
        Some((name, room)) => Check::good(CheckId::Space, Finding::Room(name, room)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readiness::Outcome;

    #[test]
    fn what_is_missing_inactive_or_forgotten_is_mended() {
        let stands = |active, autostart| Some(Standing { active, autostart });
        for (found, outcome) in [
            (None, Outcome::Bad),
            (stands(false, true), Outcome::Bad),
            (stands(true, false), Outcome::Warning),
            (stands(true, true), Outcome::Good),
        ] {
            let check = standing(CheckId::Network, "default", Mend::Network, found);
            assert_eq!(check.outcome, outcome);
            assert_eq!(check.cure.is_some(), outcome != Outcome::Good);
        }
    }

    #[test]
    fn little_room_is_said_before_there_is_none() {
        let of = |gib| space(Some(("p".into(), Bytes::from_gib(gib)))).outcome;
        assert_eq!((of(0), of(5), of(50)), (Outcome::Bad, Outcome::Warning, Outcome::Good));
        assert_eq!(space(None).outcome, Outcome::Unknown(Unknown::Refused));
    }
}
