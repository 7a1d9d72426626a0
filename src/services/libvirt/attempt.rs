//! One attempt to connect: on a thread of its own, with an end.

use std::{
    sync::{Arc, mpsc::Sender},
    thread,
    time::Duration,
};

use lectern_model::uri::HostUri;

use super::{
    actor::Message,
    connection::Connection,
    diagnosis, domains,
    error::HostError,
    ffi::{event_impl::event_loop, events::Sink, wire::Wire},
    reading::Reading,
    types::HostInfo,
};

/// How long an attempt may take, with finding out why it failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Numbers the attempts of one host, so that late news of an earlier one is known as such.
pub(crate) type Generation = u64;

/// A connection that is ready, with the first picture.
pub(crate) struct Opened {
    /// The connection.
    pub(crate) connection: Connection,
    /// What the host says of itself.
    pub(crate) info: HostInfo,
    /// All its domains.
    pub(crate) readings: Vec<Reading>,
}

/// Begins an attempt; its result comes as [`Message::Opened`], within `limit`.
///
/// # Errors
/// If the system refuses a thread.
pub(crate) fn begin(
    uri: &HostUri,
    generation: Generation,
    actor: &Sender<Message>,
    limit: Duration,
) -> Result<(), HostError> {
    let timers = event_loop()?;
    let wire = Arc::new(Wire::default());
    let deadline = {
        let (actor, wire) = (actor.clone(), Arc::clone(&wire));
        timers.after(limit, move || {
            // Whatever the other thread waits for ends now, and so does that thread.
            wire.cut();
            let _ = actor.send(Message::Opened(generation, Err(HostError::TimedOut)));
        })
    };
    let (uri, actor) = (uri.clone(), actor.clone());
    let thread = thread::Builder::new().name("host-connect".into()).spawn(move || {
        let result = open(&uri, generation, &wire, &actor);
        timers.cancel(deadline);
        if result.is_err() {
            wire.release();
        }
        // An actor that has ended needs no connection: it is closed here.
        let _ = actor.send(Message::Opened(generation, result.map(Box::new)));
    });
    thread.map(drop).map_err(|error| {
        timers.cancel(deadline);
        HostError::System(error.to_string())
    })
}

fn open(uri: &HostUri, generation: Generation, wire: &Arc<Wire>, actor: &Sender<Message>) -> Result<Opened, HostError> {
    let sink: Sink = {
        let actor = actor.clone();
        Arc::new(move |notice| drop(actor.send(Message::Notice(generation, notice))))
    };
    let connection = Connection::open(uri, wire, &sink).map_err(|error| diagnosis::explain(uri, wire, error))?;
    let info = connection.info(uri)?;
    // After the subscription: what changes meanwhile comes as an event.
    let readings = domains::read_all(connection.connect())?;
    Ok(Opened { connection, info, readings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{os::unix::net::UnixListener, sync::mpsc, time::Instant};

    #[test]
    fn a_daemon_that_never_answers_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libvirt-sock");
        // Accepts by its backlog, and says nothing.
        let _silent = UnixListener::bind(&path).unwrap();
        let uri = HostUri::parse(&format!("qemu+unix:///system?socket={}", path.display())).unwrap();
        let (actor, inbox) = mpsc::channel();
        let started = Instant::now();
        begin(&uri, 1, &actor, Duration::from_millis(500)).unwrap();
        drop(actor);
        // Both the deadline and the thread report; that the channel closes shows that the thread has ended.
        let results: Vec<_> = inbox.iter().collect();
        assert_eq!(results.len(), 2);
        for result in results {
            assert!(matches!(result, Message::Opened(1, Err(HostError::TimedOut))));
        }
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}
