//! One connection to libvirt: its threads, its store, its errors.
//!
//! | thread | how many | does |
//! |---|---|---|
//! | `libvirt-events` | one | polls libvirt's handles, runs its timers, copies events to the actors |
//! | `host-actor` | one a connection | keeps the store, asks for statistics, reconnects |
//! | `host-connect` | one an attempt | opens a connection, finds out why it failed |
//! | `host-call-*` | up to three a connection | actions, details, addresses |
//! | `host-save-*` | up to four a connection | saves of memory, copies of volumes, each on a connection of its own |
//! | `disk-*` | up to eight | files and tools of this computer (`disk::work`) |
//! | `host-probe` | one a probe | runs probe guests, on a connection of its own |
//! | `console-read`, `console-write` | one each a console | the stream, on a connection of its own |
//! | `screen-shots` | one a wall of machines | small pictures of screens, on a connection of its own |
//! | `console-tape` | one a file | writes a console's log or recording (`tape`) |
//! | `screen-read`, `screen-write` | one each a screen | its socket (`screen`) |
//!
//! A daemon serves five requests of a client at once and stops reading from it, and so from its keep-alive, while
//! all five are busy (libvirtd.conf, `max_client_requests`): actor and calls together never reach that number.

mod actor;
mod addresses;
mod attempt;
mod batch;
mod breaks;
pub(crate) mod capabilities;
pub(crate) mod catalog;
pub(crate) mod connection;
pub(crate) mod console;
pub(crate) mod default_host;
pub(crate) mod diagnosis;
pub(crate) mod domains;
pub(crate) mod error;
pub(crate) mod facts;
pub(crate) mod ffi;
mod flow;
pub(crate) mod guard;
pub(crate) mod handle;
pub(crate) mod line;
mod lines;
mod listeners;
pub(crate) mod making;
pub(crate) mod moving;
pub(crate) mod networks;
pub(crate) mod networks_read;
pub(crate) mod networks_trap;
mod planning;
pub(crate) mod pool;
mod probing;
mod reading;
pub(crate) mod reply;
mod screens;
pub(crate) mod shots;
pub(crate) mod starting;
pub(crate) mod storage;
mod store;
#[cfg(test)]
mod tests;
mod tunnel;
pub(crate) mod types;
pub(crate) mod watch;
