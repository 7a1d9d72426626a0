//! The wall of many machines: which one's picture is taken next, how it becomes small, and which machines need attention.

mod attention;
mod pacing;
mod thumbnail;

pub use self::{
    attention::{Attention, GRACE, Watched},
    pacing::{Pacing, Turn},
    thumbnail::Thumbnail,
};
use crate::xml::{Document, domain::DomainXml};

/// What of a machine can be shown on a wall, as its XML says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faces {
    /// It has a screen whose picture can be taken.
    pub screen: bool,
    /// It has a console that can be opened.
    pub console: bool,
    /// It has a card in a virtual network, which gives addresses.
    pub network: bool,
}

impl Faces {
    /// Reads them from the XML of a domain; one that cannot be read has none.
    #[must_use]
    pub fn of(xml: &str) -> Self {
        let (Ok(document), Ok(domain)) = (Document::parse(xml), DomainXml::parse(xml)) else { return Self::default() };
        let devices = document.root().child("devices");
        let has = |name: &'static str, is: fn(&str) -> bool| {
            devices.is_some_and(|devices| {
                devices.children_named(name).any(|device| {
                    let kind = match name {
                        "video" => device.child("model").and_then(|model| model.attribute("type")),
                        _ => device.attribute("type"),
                    };
                    is(kind.as_deref().unwrap_or_default())
                })
            })
        };
        Self {
            screen: has("video", |kind| kind != "none"),
            console: domain.consoles.iter().any(crate::xml::domain::SerialConsole::can_open),
            network: has("interface", |kind| kind == "network"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_shown_is_in_the_xml() {
        let faces = |devices: &str| Faces::of(&format!("<domain><devices>{devices}</devices></domain>"));
        assert_eq!(faces(""), Faces::default());
        assert!(faces("<video><model type='vga'/></video>").screen);
        assert!(!faces("<video><model type='none'/></video>").screen);
        assert!(faces("<serial type='pty'/>").console && !faces("<serial type='unix'/>").console);
        assert!(faces("<interface type='network'/>").network && !faces("<interface type='bridge'/>").network);
        assert_eq!(Faces::of("no XML"), Faces::default());
    }
}
