//! The only unsafe code of this layer: what virt lacks or gets wrong, each piece behind a safe function.

pub(super) mod addresses;
pub(crate) mod blocks;
pub(crate) mod codes;
pub(crate) mod error;
pub(crate) mod event_impl;
pub(super) mod event_loop;
#[cfg(test)]
mod event_loop_tests;
pub(super) mod events;
pub(crate) mod graphics;
pub(crate) mod lives;
pub(super) mod network_events;
pub(crate) mod networks;
pub(crate) mod node;
pub(super) mod poll;
pub(super) mod pool_events;
pub(crate) mod pools;
pub(super) mod stats;
pub(super) mod wire;
