//! The program as a screen reader sees it: AT-SPI over D-Bus, by role and name.

mod element;
mod facets;
mod role;

use std::time::Duration;

use zbus::{
    blocking::{Connection, connection::Builder, fdo::DBusProxy},
    names::BusName,
};

pub use element::Element;

use crate::wait;

/// How long the program may take for one answer before the call fails.
const ANSWER: Duration = Duration::from_secs(8);
const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";

/// The accessibility bus of one desktop.
#[derive(Clone, Debug)]
pub struct Bus(Connection);

impl Bus {
    /// Asks the session bus at `address` for it.
    ///
    /// # Panics
    /// When the desktop has none.
    pub fn of(address: &str) -> Self {
        let session = connect(address);
        let answer =
            session.call_method(Some("org.a11y.Bus"), "/org/a11y/bus", Some("org.a11y.Bus"), "GetAddress", &());
        let address: String = answer.expect("at-spi2-core answers").body().deserialize().expect("an address");
        Self(connect(&address))
    }

    /// Waits until process `pid` shows itself, and gives the top of its tree.
    pub fn program(&self, pid: u32) -> Element {
        let desktop = Element::new(self.0.clone(), REGISTRY, ROOT);
        let names = DBusProxy::new(&self.0).expect("a proxy of the bus");
        let is_it = |e: &Element| {
            let name = BusName::try_from(e.owner().to_owned()).ok()?;
            (names.get_connection_unix_process_id(name).ok()? == pid).then_some(())
        };
        wait::until(&format!("process {pid} on the accessibility bus"), wait::SOON, || {
            desktop.children().into_iter().find(|e| is_it(e).is_some() && !e.children().is_empty())
        })
    }
}

fn connect(address: &str) -> Connection {
    let builder = Builder::address(address).expect("a bus address");
    builder.method_timeout(ANSWER).build().expect("the bus answers")
}
