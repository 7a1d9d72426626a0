//! What the integration tests stand on; nothing here is part of the program.
//!
//! - [`wait`]: conditions with a deadline
//! - [`tree`]: the source tree
//! - [`process`]: children that end with the test
//! - [`desktop`], [`input`]: an off-screen X display with a session bus and a window manager; keys and pointer
//! - [`atspi`]: the program as a screen reader sees it
//! - [`app`], [`window`]: the program itself, and how a person uses its window
//! - [`testhost`]: hosts of the test driver, with any number of machines
//! - [`libvirt`], [`guest`], [`flood`]: a libvirt, a tiny guest and a loud one that touch nothing of the user's
//! - [`inside`]: a part of a test among the routes, ports and processes of a private libvirt
//! - [`member`]: a test again as a plain member of the group `libvirt`
//! - [`plans`]: what every plan has to stand
//! - [`witness`]: one who connects through the services and notes what they tell
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]
#![allow(clippy::return_self_not_must_use, reason = "to have waited is the purpose; what was found comes on top")]

pub mod app;
pub mod atspi;
pub mod desktop;
pub mod flood;
pub mod guest;
pub mod input;
pub mod inside;
pub mod libvirt;
pub mod member;
mod photograph;
pub mod plans;
pub mod process;
pub mod testhost;
pub mod tree;
pub mod wait;
pub mod window;
pub mod witness;

/// Says why a test does nothing here.
pub fn skipped(why: &str) {
    println!("skipped: {why}");
}
