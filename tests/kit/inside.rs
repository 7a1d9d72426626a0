//! A part of a test that runs inside a private libvirt's namespaces, where its routes, ports and processes are the host's.

use std::env;

use crate::libvirt::PrivateLibvirt;

/// Where that part finds how the libvirt is reached.
pub const URI: &str = "LECTERN_INSIDE_URI";

impl PrivateLibvirt {
    /// Runs the ignored test `name` of this binary inside, as root there, and gives what it says.
    ///
    /// # Panics
    /// When it fails.
    pub fn inside(&mut self, name: &str) -> String {
        let test = env::current_exe().expect("this test");
        let (uri, test) = (self.uri().to_owned(), test.display().to_string());
        self.sh(&format!("{URI}='{uri}' '{test}' --exact {name} --ignored --nocapture 2>&1"))
    }
}
