//! The screens of a host's machines.

use std::{os::fd::OwnedFd, time::Duration};

use lectern_model::{
    id::DomainId,
    screen::{Listening, listening},
    xml::Document,
};

use super::{
    connection::{self, Connection},
    error::HostError,
    ffi::{error::checked, graphics},
    handle::Host,
    tunnel,
};
use crate::screen::{Screen, ScreenError};

/// How long libvirt may take for a socket.
const LIMIT: Duration = Duration::from_secs(30);

impl Host {
    /// Opens the screen number `screen` of a running domain, which must speak VNC. Nobody else loses it. On this computer
    /// libvirt hands out its socket; to another one that is reached by SSH a tunnel is made, and no port is opened here.
    ///
    /// # Errors
    /// As libvirt gives it; [`HostError::Tunnel`] where SSH does not get there, or there is no way.
    pub async fn open_screen(&self, id: DomainId, screen: u32) -> Result<Screen, HostError> {
        let (socket, password) = if self.uri().is_local() {
            let handed = move |host: &Connection| Ok(graphics::open(&connection::domain(host.connect(), id)?, screen)?);
            (self.call(LIMIT, handed).await?, None)
        } else {
            self.tunnel(id, screen).await?
        };
        Screen::start(socket, password).map_err(|error| match error {
            ScreenError::System(text) => HostError::System(text),
            other => HostError::System(other.to_string()),
        })
    }

    async fn tunnel(&self, id: DomainId, screen: u32) -> Result<(OwnedFd, Option<String>), HostError> {
        let to = self.call(LIMIT, move |host| place(host, id, screen)).await?;
        let no_way = || HostError::Tunnel { said: String::new() };
        let Listening { address, port, password } = to.ok_or_else(no_way)?;
        let uri = self.uri().clone();
        let opened = tokio::task::spawn_blocking(move || tunnel::open(&uri, &address, port)).await;
        Ok((opened.unwrap_or_else(|_| Err(no_way()))?, password))
    }
}

/// Where the screen listens now. A connection that may only read is not told the password.
fn place(host: &Connection, id: DomainId, screen: u32) -> Result<Option<Listening>, HostError> {
    let domain = connection::domain(host.connect(), id)?;
    let secure = checked(domain.xml_desc(virt_sys::VIR_DOMAIN_XML_SECURE));
    let xml = secure.or_else(|_| checked(domain.xml_desc(0)))?;
    let document = Document::parse(&xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    Ok(listening(&document, screen))
}
