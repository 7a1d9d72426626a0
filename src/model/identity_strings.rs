//! What the firmware tells a guest of itself: SMBIOS OEM strings, which a first-boot service reads.
//!
//! `lectern:hostname=NAME`, and for each network card with an address that no DHCP server gives it
//! `lectern:nic=MAC ADDRESS/PREFIX GATEWAY DNS…`, with `-` for no gateway. Everybody in the guest can read them, so they
//! hold no secret. `clone` takes them out of a copy.

use crate::clone::OEM_PREFIX;
use crate::identity_files::{Addressing, Nic};
use crate::metadata::GuestIdentity;
use crate::xml::{Document, EditError, Element, Node, Place};

/// The strings for a guest. With `addresses` they hold its static addresses too.
#[must_use]
pub fn strings(guest: &GuestIdentity, addresses: bool) -> Vec<String> {
    let name = format!("{OEM_PREFIX}hostname={}", guest.host_name);
    let cards = guest.nics.iter().filter(|_| addresses).filter_map(nic);
    std::iter::once(name).chain(cards).collect()
}

fn nic(nic: &Nic) -> Option<String> {
    let Addressing::Static { address, gateway, dns } = &nic.addressing else { return None };
    let gateway = gateway.map_or_else(|| "-".to_owned(), |gateway| gateway.to_string());
    let words = [nic.mac?.to_string(), address.to_string(), gateway];
    let words: Vec<String> = words.into_iter().chain(dns.iter().map(ToString::to_string)).collect();
    Some(format!("{OEM_PREFIX}nic={}", words.join(" ")))
}

/// Whether QEMU can tell a machine of this XML anything: it has SMBIOS, and shows its own rather than the host's.
#[must_use]
pub fn can_be_told(domain: &Document) -> bool {
    let root = domain.root();
    let emulator = root.attribute("type").is_some_and(|kind| matches!(&*kind, "kvm" | "qemu" | "hvf"));
    let Some(os) = root.child("os") else { return false };
    let arch = os.child("type").and_then(|kind| kind.attribute("arch"));
    let known = arch.is_some_and(|arch| matches!(&*arch, "x86_64" | "i686" | "aarch64"));
    let mode = os.child("smbios").and_then(|smbios| smbios.attribute("mode"));
    emulator && known && mode.is_none_or(|mode| matches!(&*mode, "sysinfo" | "emulate"))
}

/// The XML with these strings; unchanged where there are none, or where the machine cannot be told.
///
/// # Errors
/// If a string has a character that XML cannot hold.
pub fn with_strings(domain: &Document, strings: &[String]) -> Result<Document, EditError> {
    let Some(os) = domain.root().child("os").filter(|_| !strings.is_empty() && can_be_told(domain)) else {
        return Ok(domain.clone());
    };
    let mut edit = domain.edit();
    let sysinfo = domain.root().children_named("sysinfo").find(is_smbios);
    match (sysinfo, sysinfo.and_then(|node| node.child("oemStrings"))) {
        (_, Some(list)) => {
            for text in strings {
                edit.insert(Place::LastIn(list), &entry(text))?;
            }
        }
        (Some(node), None) => drop(edit.insert(Place::LastIn(node), &list(strings))?),
        (None, None) => {
            let node = Element::new("sysinfo").attribute("type", "smbios").child(list(strings));
            edit.insert(Place::Before(os), &node)?;
        }
    }
    match os.child("smbios") {
        Some(node) => drop(edit.set_attribute(node, "mode", "sysinfo")?),
        None => drop(edit.insert(Place::LastIn(os), &Element::new("smbios").attribute("mode", "sysinfo"))?),
    }
    edit.finish()
}

fn is_smbios(node: &Node<'_>) -> bool {
    node.attribute("type").as_deref() == Some("smbios")
}

fn list(strings: &[String]) -> Element {
    strings.iter().fold(Element::new("oemStrings"), |list, text| list.child(entry(text)))
}

fn entry(text: &str) -> Element {
    Element::new("entry").text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest() -> GuestIdentity {
        let addressing = Addressing::Static {
            address: "192.168.4.1/24".parse().unwrap(),
            gateway: "192.168.4.254".parse().ok(),
            dns: vec!["192.168.4.254".parse().unwrap()],
        };
        let mac = crate::mac::MacAddress::parse("52:54:00:00:00:01").ok();
        GuestIdentity { host_name: "node1".into(), nics: vec![Nic { device: String::new(), mac, addressing }] }
    }

    #[test]
    fn a_guest_is_told_its_name_and_where_nobody_else_does_its_address() {
        assert_eq!(strings(&guest(), false), ["lectern:hostname=node1"]);
        assert_eq!(
            strings(&guest(), true)[1],
            "lectern:nic=52:54:00:00:00:01 192.168.4.1/24 192.168.4.254 192.168.4.254"
        );
    }

    #[test]
    fn strings_are_added_to_what_is_there() {
        let told = strings(&guest(), false);
        let plain = "<domain type='kvm'><os><type arch='x86_64'>hvm</type></os></domain>";
        let with = |xml: &str| with_strings(&Document::parse(xml).unwrap(), &told).unwrap().to_string();
        assert_eq!(
            with(plain),
            "<domain type='kvm'><sysinfo type='smbios'><oemStrings><entry>lectern:hostname=node1</entry></oemStrings></sysinfo><os><type arch='x86_64'>hvm</type><smbios mode='sysinfo'/></os></domain>"
        );
        let own = "<domain type='kvm'><sysinfo type='smbios'><oemStrings><entry>a</entry></oemStrings></sysinfo><os><type arch='x86_64'>hvm</type><smbios mode='sysinfo'/></os></domain>";
        assert!(with(own).contains("<entry>a</entry><entry>lectern:hostname=node1</entry>"));
        for untold in [
            "<domain type='kvm'><os><type arch='s390x'>hvm</type></os></domain>",
            "<domain type='kvm'><os><type arch='x86_64'>hvm</type><smbios mode='host'/></os></domain>",
            "<domain type='test'><os><type arch='x86_64'>hvm</type></os></domain>",
        ] {
            assert_eq!(with(untold), untold);
        }
    }
}
