//! A serial line that never stops: a socket that sends to everybody who comes, as fast as it is read.

use std::{
    fs,
    io::Write,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::libvirt::PrivateLibvirt;

/// Whole lines of text, so that a terminal has something to do.
const LINE: &[u8] = b"the quick brown fox jumps over the lazy dog and goes on to the next line\r\n";

/// The flood, and how much of it has been taken.
#[derive(Clone, Debug)]
pub struct Flood(Arc<AtomicU64>);

impl Flood {
    /// Defines a machine without a disk whose serial port floods, and starts to listen for it.
    ///
    /// # Panics
    /// When the socket or the machine cannot be made.
    pub fn behind(libvirt: &PrivateLibvirt, name: &str) -> Self {
        // The folder `lib` is /var/lib/libvirt inside.
        let socket = libvirt.folder().join("lib").join(name);
        let listener = UnixListener::bind(&socket).expect("a socket in the private folder");
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o777)).expect("QEMU's user may use it");
        let flood = Self(Arc::default());
        let taken = Arc::clone(&flood.0);
        std::thread::spawn(move || {
            for peer in listener.incoming().map_while(Result::ok) {
                let taken = Arc::clone(&taken);
                std::thread::spawn(move || pour(peer, &taken));
            }
        });
        let source = format!("<source mode='connect' path='/var/lib/libvirt/{name}'/>");
        libvirt.define_with_serial(name, &format!("<serial type='unix'>{source}<target port='0'/></serial>"));
        flood
    }

    /// How many bytes its readers have taken, buffers on the way included.
    pub fn taken(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn pour(mut peer: UnixStream, taken: &AtomicU64) {
    let block = LINE.repeat(800);
    while peer.write_all(&block).is_ok() {
        taken.fetch_add(block.len() as u64, Ordering::Relaxed);
    }
}
