//! Making the network and the pool that a host should have: there, on, and coming with the host.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use lectern_model::{
    command::CommandLine,
    uri::HostUri,
    xml::{Document, Element},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lookup;
use crate::{
    host::{HostError, StorageError},
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
    probe::written,
};

/// What was missing when the plan was made; only that is done and undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// It is not defined.
    pub define: bool,
    /// It is not active.
    pub start: bool,
    /// It does not come with the host.
    pub autostart: bool,
}

impl Pending {
    /// All of it.
    pub const ALL: Self = Self { define: true, start: true, autostart: true };
}

fn text(name: &str, text: &str) -> Element {
    Element::new(name).text(text)
}

fn made(stub: &str, root: &Element) -> Result<String, HostError> {
    written(stub, root).map_err(|error| HostError::BadAnswer(error.to_string()))
}

/// Have a network there, on, and coming with the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyNetwork {
    /// Its name.
    pub name: String,
    /// Its XML, where it is to be defined.
    pub xml: String,
    /// What is missing.
    pub pending: Pending,
}

impl ReadyNetwork {
    /// The network as libvirt ships it (`src/network/default.xml.in`), with an identity of its own, on this bridge and
    /// in this network: where the host is itself in 192.168.122.0/24, as a guest is, libvirt would not start it there.
    ///
    /// # Errors
    /// If the name holds a character that XML cannot.
    pub(crate) fn usual(name: &str, id: Uuid, bridge: &str, net: Ipv4Net) -> Result<String, HostError> {
        let at = |last: u32| Ipv4Addr::from(u32::from(net.network()) + last).to_string();
        let range = Element::new("range").attribute("start", &at(2)).attribute("end", &at(254));
        let address = Element::new("ip")
            .attribute("address", &at(1))
            .attribute("netmask", &net.netmask().to_string())
            .child(Element::new("dhcp").child(range));
        let bridge = Element::new("bridge").attribute("name", bridge).attribute("stp", "on").attribute("delay", "0");
        // libvirt would choose one of its own at random (52:54:00 is QEMU's), and the shell lines another.
        let [.., a, b, c] = *id.as_bytes();
        let mac = Element::new("mac").attribute("address", &format!("52:54:00:{a:02x}:{b:02x}:{c:02x}"));
        let network = Element::new("network")
            .child(text("name", name))
            .child(text("uuid", &id.to_string()))
            .child(Element::new("forward").attribute("mode", "nat"))
            .child(bridge)
            .child(mac)
            .child(address);
        made("<network/>", &network)
    }
}

impl Act for ReadyNetwork {
    fn text(&self) -> StepText {
        StepText::ReadyNetwork { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = || CommandLine::virsh(host.as_str());
        let define = || virsh().args(["net-define", "/dev/stdin"]).input(&self.xml);
        let start = || virsh().args(["net-start", "--network"]).arg(&self.name);
        let autostart = || virsh().args(["net-autostart", "--network"]).arg(&self.name);
        lines(self.pending, &define, &start, &autostart)
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        undo_lines(self.pending, &self.name, host, ["net-autostart", "net-destroy", "net-undefine"], "--network")
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::network_named(context.connect(), &self.name)? {
            Some(_) if self.pending.define => {
                Err(StepError::untouched(StepFailure::NetworkNameTaken(self.name.clone())))
            }
            None if !self.pending.define => Err(HostError::Gone.into()),
            _ => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let connect = context.connect();
        let network = match lookup::network(connect, &self.name) {
            Err(_) if self.pending.define => checked(connect.define_network_xml(&self.xml))?,
            found => found?,
        };
        if self.pending.start && !checked(network.is_active())? {
            checked(network.create())?;
        }
        if self.pending.autostart {
            checked(network.set_autostart(true))?;
        }
        Ok(())
    }

    /// What was there before stays on: others may have begun to use it.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let Some(network) = lookup::network_named(context.connect(), &self.name)? else { return Ok(()) };
        if self.pending.define && !is_of(&self.xml, &checked(network.uuid_string())?) {
            return Ok(());
        }
        if self.pending.autostart {
            checked(network.set_autostart(false))?;
        }
        if self.pending.define {
            if checked(network.is_active())? {
                checked(network.destroy())?;
            }
            checked(network.undefine())?;
        }
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Have a pool of files there, on, and coming with the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyPool {
    /// Its name.
    pub name: String,
    /// Its XML, where it is to be defined.
    pub xml: String,
    /// What is missing.
    pub pending: Pending,
}

impl ReadyPool {
    /// A pool of the files in `folder`.
    ///
    /// # Errors
    /// If a text holds a character that XML cannot.
    pub(crate) fn usual(name: &str, id: Uuid, folder: &str) -> Result<String, HostError> {
        let pool = Element::new("pool")
            .attribute("type", "dir")
            .child(text("name", name))
            .child(text("uuid", &id.to_string()))
            .child(Element::new("target").child(text("path", folder)));
        made("<pool/>", &pool)
    }
}

impl Act for ReadyPool {
    fn text(&self) -> StepText {
        StepText::ReadyPool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = || CommandLine::virsh(host.as_str());
        let define = || virsh().args(["pool-define", "/dev/stdin"]).input(&self.xml);
        let start = || virsh().args(["pool-start", "--build", "--pool"]).arg(&self.name);
        let autostart = || virsh().args(["pool-autostart", "--pool"]).arg(&self.name);
        lines(self.pending, &define, &start, &autostart)
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        undo_lines(self.pending, &self.name, host, ["pool-autostart", "pool-destroy", "pool-undefine"], "--pool")
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::pool_named(context.connect(), &self.name)? {
            Some(_) if self.pending.define => Err(StepError::untouched(StepFailure::FileTaken(self.name.clone()))),
            None if !self.pending.define => Err(StorageError::NoPool.into()),
            _ => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let connect = context.connect();
        let pool = match lookup::pool(connect, &self.name) {
            Err(_) if self.pending.define => checked(connect.define_storage_pool_xml(&self.xml, 0))?,
            found => found?,
        };
        if self.pending.start && !checked(pool.is_active())? {
            // Makes the folder; one that is there is taken as it is.
            checked(pool.create(virt_sys::VIR_STORAGE_POOL_CREATE_WITH_BUILD))?;
        }
        if self.pending.autostart {
            checked(pool.set_autostart(true))?;
        }
        Ok(())
    }

    /// The folder stays, with what is in it; what was there before stays on: others may have begun to use it.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let Some(pool) = lookup::pool_named(context.connect(), &self.name)? else { return Ok(()) };
        if self.pending.define && !is_of(&self.xml, &checked(pool.uuid_string())?) {
            return Ok(());
        }
        if self.pending.autostart {
            checked(pool.set_autostart(false))?;
        }
        if self.pending.define {
            if checked(pool.is_active())? {
                checked(pool.destroy())?;
            }
            checked(pool.undefine())?;
        }
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// The lines for what is missing, in their order.
fn lines(
    pending: Pending,
    define: &dyn Fn() -> CommandLine,
    start: &dyn Fn() -> CommandLine,
    autostart: &dyn Fn() -> CommandLine,
) -> Vec<CommandLine> {
    let wanted = [(pending.define, define), (pending.start, start), (pending.autostart, autostart)];
    wanted.into_iter().filter_map(|(wanted, line)| wanted.then(line)).collect()
}

/// The lines of the way back.
fn undo_lines(pending: Pending, name: &str, host: &HostUri, words: [&str; 3], option: &str) -> Vec<CommandLine> {
    let [autostart, stop, undefine] = words;
    let line = |word: &str| CommandLine::virsh(host.as_str()).args([word, option]).arg(name);
    let disable = pending.autostart.then(|| line(autostart).arg("--disable"));
    let rest = pending.define.then(|| [line(stop), line(undefine)]);
    disable.into_iter().chain(rest.into_iter().flatten()).collect()
}

/// Whether it is the one of this XML, and not another of the same name.
fn is_of(xml: &str, uuid: &str) -> bool {
    let own = Document::parse(xml).ok().and_then(|document| Some(document.root().child("uuid")?.text().into_owned()));
    own.is_some_and(|own| own.trim() == uuid)
}
