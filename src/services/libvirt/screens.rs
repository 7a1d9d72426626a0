//! The screens of a host's machines.

use std::time::Duration;

use lectern_model::id::DomainId;

use super::{connection, error::HostError, ffi::graphics, handle::Host};
use crate::screen::{Screen, ScreenError};

/// How long libvirt may take for a socket.
const LIMIT: Duration = Duration::from_secs(30);

impl Host {
    /// Opens the screen number `screen` of a running domain, which must speak VNC. Nobody else loses it.
    ///
    /// # Errors
    /// As libvirt gives it: sockets are passed only on its own computer, and only by drivers that have screens.
    pub async fn open_screen(&self, id: DomainId, screen: u32) -> Result<Screen, HostError> {
        let socket =
            self.call(LIMIT, move |host| Ok(graphics::open(&connection::domain(host.connect(), id)?, screen)?)).await?;
        Screen::start(socket).map_err(|error| match error {
            ScreenError::System(text) => HostError::System(text),
            other => HostError::System(other.to_string()),
        })
    }
}
