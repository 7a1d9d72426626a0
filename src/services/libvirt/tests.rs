//! Whole hosts on libvirt's test driver, which runs inside this process.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::Write as _,
    time::{Duration, Instant},
};

use tempfile::NamedTempFile;

use lectern_model::{
    domain::{Domain, DomainAction, DomainState},
    id::DomainId,
    uri::HostUri,
};

use super::{
    error::{ConnectFailure, HostError},
    handle::Host,
    types::{ConnectionState, DomainChanges, HostInfo, HostUpdate, Interest, Pace},
};

type Updates = async_channel::Receiver<HostUpdate>;

/// Long enough for a busy computer, short enough to end.
const PATIENCE: Duration = Duration::from_secs(20);

async fn next(updates: &Updates) -> HostUpdate {
    tokio::time::timeout(PATIENCE, updates.recv()).await.expect("news in time").expect("an open channel")
}

async fn state(updates: &Updates) -> ConnectionState {
    loop {
        match next(updates).await {
            HostUpdate::State(ConnectionState::Connecting) => {}
            HostUpdate::State(state) => return state,
            _ => {}
        }
    }
}

async fn changes(updates: &Updates) -> DomainChanges {
    loop {
        if let HostUpdate::Domains(changes) = next(updates).await {
            return changes;
        }
    }
}

/// Waits for a change of one domain that `accept` takes.
async fn until(updates: &Updates, id: DomainId, accept: impl Fn(&Domain) -> bool) -> Domain {
    loop {
        let changed = changes(updates).await.changed;
        if let Some(domain) = changed.into_iter().find(|domain| domain.id == id && accept(domain)) {
            return domain;
        }
    }
}

/// A connected host and its domains by name.
async fn connected(uri: &str) -> (Host, Updates, HostInfo, HashMap<String, Domain>) {
    let host = Host::connect(HostUri::parse(uri).unwrap());
    let updates = host.updates();
    let ConnectionState::Connected(info) = state(&updates).await else { panic!("not connected") };
    let all = changes(&updates).await;
    assert!(all.complete);
    (host, updates, info, all.changed.into_iter().map(|domain| (domain.name.clone(), domain)).collect())
}

/// A file for the test driver with so many running domains `m0`, `m1`, …
fn many(count: u32) -> (NamedTempFile, String) {
    let mut xml = String::from("<node>");
    for number in 0..count {
        write!(
            xml,
            "<domain type='test'><name>m{number}</name><uuid>00000000-0000-4000-8000-{number:012x}</uuid>\
             <memory unit='MiB'>64</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>"
        )
        .unwrap();
    }
    xml.push_str("</node>");
    let mut file = NamedTempFile::with_suffix(".xml").unwrap();
    file.write_all(xml.as_bytes()).unwrap();
    let uri = format!("test://{}", file.path().display());
    (file, uri)
}

#[tokio::test]
async fn the_default_test_host_tells_of_itself_and_its_domain() {
    let (host, _updates, info, domains) = connected("test:///default").await;
    assert!(!info.hostname.is_empty() && info.cpus > 0 && info.memory.0 > 0);
    assert!(info.libvirt.0 >= 9_000_000, "{}", info.libvirt);
    assert!(!info.is_session);
    let test = &domains["test"];
    assert!(test.vcpus > 0 && test.memory.0 > 0);
    let details = host.details(test.id).await.unwrap();
    assert!(details.persistent && details.xml.contains("<name>test</name>"));
    assert_eq!(details.config_path, None);
}

#[tokio::test]
async fn an_action_comes_back_as_a_change() {
    let (_file, uri) = many(3);
    let (host, updates, _, domains) = connected(&uri).await;
    let id = domains["m1"].id;
    assert_eq!(domains["m1"].state, DomainState::Running);
    host.act(id, DomainAction::Pause).await.unwrap();
    until(&updates, id, |domain| domain.state == DomainState::Paused).await;
    host.act(id, DomainAction::Resume).await.unwrap();
    until(&updates, id, |domain| domain.state == DomainState::Running).await;
    host.act(id, DomainAction::ForceOff).await.unwrap();
    until(&updates, id, |domain| domain.state == DomainState::ShutOff).await;
    let refused = host.act(id, DomainAction::ForceOff).await.unwrap_err();
    assert!(matches!(refused, HostError::Libvirt(_)), "{refused:?}");
    host.act(id, DomainAction::Start).await.unwrap();
    until(&updates, id, |domain| domain.state == DomainState::Running).await;
}

#[tokio::test]
async fn a_save_and_a_start_bring_it_back() {
    let (_file, uri) = many(1);
    let (host, updates, _, domains) = connected(&uri).await;
    let id = domains["m0"].id;
    host.act(id, DomainAction::Save).await.unwrap();
    until(&updates, id, |domain| domain.state == DomainState::ShutOff).await;
    assert!(host.details(id).await.unwrap().has_saved_memory);
    host.act(id, DomainAction::Start).await.unwrap();
    until(&updates, id, |domain| domain.state == DomainState::Running).await;
}

#[tokio::test]
async fn texts_autostart_and_name_are_changed() {
    let (_file, uri) = many(2);
    let (host, updates, _, domains) = connected(&uri).await;
    let id = domains["m0"].id;
    host.set_title(id, "A <title>".into()).await.unwrap();
    host.set_description(id, "two\nlines".into()).await.unwrap();
    host.set_autostart(id, true).await.unwrap();
    let details = host.details(id).await.unwrap();
    assert_eq!((details.parsed.title.as_str(), details.parsed.description.as_str()), ("A <title>", "two\nlines"));
    assert!(details.autostart);
    host.set_title(id, String::new()).await.unwrap();
    assert_eq!(host.details(id).await.unwrap().parsed.title, "");
    host.act(id, DomainAction::ForceOff).await.unwrap();
    host.rename(id, "renamed".into()).await.unwrap();
    let renamed = until(&updates, id, |domain| domain.name == "renamed").await;
    assert_eq!(renamed.state, DomainState::ShutOff);
}

#[tokio::test]
async fn changed_texts_are_announced() {
    let (_file, uri) = many(1);
    let (host, updates, _, domains) = connected(&uri).await;
    let id = domains["m0"].id;
    host.set_title(id, "t".into()).await.unwrap();
    loop {
        if let HostUpdate::Touched(ids) = next(&updates).await {
            assert_eq!(ids, [id]);
            return;
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_gone() {
    let (host, ..) = connected("test:///default").await;
    let nobody = DomainId::from_bytes([7; 16]);
    assert_eq!(host.act(nobody, DomainAction::Start).await, Err(HostError::Gone));
    assert_eq!(host.details(nobody).await, Err(HostError::Gone));
    assert_eq!(host.rename(nobody, "x".into()).await, Err(HostError::Gone));
}

#[tokio::test]
async fn a_second_reader_begins_with_the_whole_picture() {
    let (_file, uri) = many(5);
    let (host, ..) = connected(&uri).await;
    let updates = host.updates();
    assert!(matches!(next(&updates).await, HostUpdate::State(ConnectionState::Connected(_))));
    let all = changes(&updates).await;
    assert!(all.complete && all.changed.len() == 5);
}

#[tokio::test]
async fn news_end_with_the_host() {
    let (host, updates, ..) = connected("test:///default").await;
    let watch = host.watch(Interest::List);
    drop(host);
    let end = tokio::time::timeout(PATIENCE, async { while updates.recv().await.is_ok() {} }).await;
    assert!(end.is_ok(), "the channel closes");
    drop(watch);
}

#[tokio::test]
async fn counters_come_only_while_somebody_looks() {
    let (_file, uri) = many(1);
    let (host, updates, _, domains) = connected(&uri).await;
    let id = domains["m0"].id;
    let watch = host.watch(Interest::Domain(id));
    for _ in 0..2 {
        while !matches!(next(&updates).await, HostUpdate::Counters(of, counters, _) if of == id && counters.vcpus == 2)
        {
        }
    }
    drop(watch);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    while updates.try_recv().is_ok() {}
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(updates.is_empty());
}

#[tokio::test]
async fn addresses_are_asked_for_while_the_list_is_watched() {
    let (host, updates, _, domains) = connected("test:///default").await;
    let _watch = host.watch(Interest::List);
    let found = until(&updates, domains["test"].id, |domain| domain.address.is_some()).await;
    assert!(found.address.is_some_and(|address| address.ip.is_ipv4()));
}

#[tokio::test]
async fn what_the_user_does_not_want_is_not_read() {
    let (host, updates, _, domains) = connected("test:///default").await;
    let id = domains["test"].id;
    host.set_pace(Pace { list: Duration::from_millis(100), addresses: false, ..Pace::default() });
    let _watch = host.watch(Interest::List);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let addresses = |update: HostUpdate| match update {
        HostUpdate::Domains(changes) => changes.changed.into_iter().any(|domain| domain.address.is_some()),
        _ => false,
    };
    assert!(!std::iter::from_fn(|| updates.try_recv().ok()).any(addresses));
    host.set_pace(Pace::default());
    until(&updates, id, |domain| domain.address.is_some()).await;
    host.set_pace(Pace { addresses: false, ..Pace::default() });
    until(&updates, id, |domain| domain.address.is_none()).await;
}

#[tokio::test]
async fn a_thousand_domains_come_in_one_batch() {
    let (_file, uri) = many(1000);
    let (host, updates, _, domains) = connected(&uri).await;
    assert_eq!(domains.len(), 1000);
    let before = Instant::now();
    host.act(domains["m999"].id, DomainAction::Pause).await.unwrap();
    until(&updates, domains["m999"].id, |domain| domain.state == DomainState::Paused).await;
    assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
}

#[tokio::test]
async fn a_flood_of_changes_is_merged_to_four_batches_a_second() {
    let (_file, uri) = many(40);
    let (host, updates, _, domains) = connected(&uri).await;
    let ids: Vec<DomainId> = domains.values().map(|domain| domain.id).collect();
    let started = Instant::now();
    let mut done = 0_u32;
    while started.elapsed() < Duration::from_secs(3) {
        let action = if done.is_multiple_of(2) { DomainAction::Pause } else { DomainAction::Resume };
        for id in &ids {
            host.act(*id, action).await.unwrap();
        }
        done += 1;
    }
    let rate = f64::from(done) * 40.0 / started.elapsed().as_secs_f64();
    let batches =
        std::iter::from_fn(|| updates.try_recv().ok()).filter(|u| matches!(u, HostUpdate::Domains(_))).count();
    println!("{rate:.0} changes a second made {batches} batches in 3 seconds");
    assert!(rate > 1000.0 && (2..=13).contains(&batches), "{rate} changes a second, {batches} batches");
    let last = if done.is_multiple_of(2) { DomainState::Running } else { DomainState::Paused };
    let settled = async {
        let present = host.updates();
        let all = changes(&present).await;
        all.changed.iter().all(|domain| domain.state == last)
    };
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(settled.await, "the last change is not lost");
}

#[tokio::test]
async fn a_missing_socket_is_named_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libvirt-sock");
    let uri = format!("qemu+unix:///system?socket={}", path.display());
    let host = Host::connect(HostUri::parse(&uri).unwrap());
    let updates = host.updates();
    let ConnectionState::Failed { error, retry_in } = state(&updates).await else { panic!("must fail") };
    assert!(retry_in.is_some());
    assert!(error.libvirt().is_some_and(|error| error.errno == Some(libc::ENOENT)), "{error:?}");
    assert!(matches!(error, HostError::Connect { why: ConnectFailure::NoSocket(at), .. } if at == path));
    let nobody = DomainId::from_bytes([7; 16]);
    assert_eq!(host.act(nobody, DomainAction::Start).await, Err(HostError::NotConnected));
    assert!(matches!(next(&updates).await, HostUpdate::State(ConnectionState::Connecting)), "tried again by itself");
}

#[tokio::test]
async fn a_missing_file_of_the_test_driver_fails() {
    let host = Host::connect(HostUri::parse("test:///nowhere/at/all.xml").unwrap());
    let ConnectionState::Failed { error, .. } = state(&host.updates()).await else { panic!("must fail") };
    assert!(matches!(error, HostError::Connect { why: ConnectFailure::Other, .. }), "{error:?}");
}
