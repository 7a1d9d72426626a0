//! Where a screen of a running machine listens, as its XML tells.

use std::{borrow::Cow, fmt};

use crate::xml::Document;

/// What is needed to reach a screen from another computer.
#[derive(Clone, PartialEq, Eq)]
pub struct Listening {
    /// The address on the machine's host.
    pub address: String,
    /// The port there.
    pub port: u16,
    /// The screen's password, where it has one and the XML was asked for with it.
    pub password: Option<String>,
}

/// Without the password.
impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listening({}:{})", self.address, self.port)
    }
}

/// Where the screen numbered so listens; `None` where it has no port, as on a socket file. An address that means all is
/// the host's own: a tunnel ends there.
#[must_use]
pub fn listening(live: &Document, screen: u32) -> Option<Listening> {
    let mut screens = live.root().child("devices")?.children_named("graphics");
    let screen = screens.nth(usize::try_from(screen).ok()?)?;
    let port = screen.attribute("port")?.parse().ok().filter(|port| *port > 0)?;
    let listen = screen.child("listen");
    let address = listen.and_then(|node| node.attribute("address")).or_else(|| screen.attribute("listen"));
    let address = match address.as_deref() {
        None | Some("" | "0.0.0.0") => "127.0.0.1",
        Some("::" | "[::]") => "::1",
        Some(address) => address,
    };
    let password = screen.attribute("passwd").filter(|password| !password.is_empty());
    Some(Listening { address: address.to_owned(), port, password: password.map(Cow::into_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(screen: &str) -> Option<(String, u16, Option<String>)> {
        let xml = format!("<domain><devices><graphics type='spice' port='5900'/>{screen}</devices></domain>");
        let found = listening(&Document::parse(&xml).unwrap(), 1)?;
        Some((found.address, found.port, found.password))
    }

    #[test]
    fn a_port_has_an_address_and_maybe_a_password() {
        let at = |address: &str, password: Option<&str>| Some((address.into(), 5901, password.map(Into::into)));
        let listen = "<listen type='address' address='192.168.1.4'/>";
        assert_eq!(found(&format!("<graphics type='vnc' port='5901'>{listen}</graphics>")), at("192.168.1.4", None));
        assert_eq!(found("<graphics type='vnc' port='5901' listen='0.0.0.0'/>"), at("127.0.0.1", None));
        assert_eq!(found("<graphics type='vnc' port='5901' listen='::' passwd='pw'/>"), at("::1", Some("pw")));
        assert_eq!(found("<graphics type='vnc' port='5901'/>"), at("127.0.0.1", None));
    }

    #[test]
    fn what_has_no_port_is_not_reached() {
        assert_eq!(found("<graphics type='vnc' port='-1'/>"), None);
        assert_eq!(found("<graphics type='vnc'><listen type='socket' socket='/run/a.sock'/></graphics>"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn a_password_is_not_printed() {
        let secret = Listening { address: "::1".into(), port: 5900, password: Some("secret".into()) };
        assert_eq!(format!("{secret:?}"), "Listening(::1:5900)");
    }
}
