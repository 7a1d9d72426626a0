//! The `/etc/hosts` of a class: every machine knows every other by name.

use std::fmt::Write;
use std::net::Ipv4Addr;

use super::IdentityProblem;
use crate::pattern::is_host_name;

const BEGIN: &str = "# Lectern: the machines of the class";
const END: &str = "# Lectern: end";

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostEntry {
    /// The address.
    pub address: Ipv4Addr,
    /// The host name, one label.
    pub host_name: String,
}

/// The lines for a class; with a domain (`tedu.cn`), as the course writes them: `192.168.4.1  node1.tedu.cn node1`.
///
/// # Errors
/// If a host name or the domain is none.
pub fn hosts(entries: &[HostEntry], domain: Option<&str>) -> Result<String, IdentityProblem> {
    if let Some(domain) = domain.filter(|domain| !domain.split('.').all(is_host_name) || domain.len() > 180) {
        return Err(IdentityProblem::DomainName(domain.to_owned()));
    }
    let mut out = format!("{BEGIN}\n");
    for HostEntry { address, host_name } in entries {
        if !is_host_name(host_name) {
            return Err(IdentityProblem::HostName(host_name.clone()));
        }
        let full = domain.map(|domain| format!("{host_name}.{domain} ")).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{address}  {full}{host_name}");
    }
    Ok(out + END + "\n")
}

/// A guest's own `/etc/hosts` with the class's lines in the place of the ones that an earlier call put there, or at its
/// end. All other lines stay.
#[must_use]
pub fn with_hosts(existing: &str, block: &str) -> String {
    let mut out = String::with_capacity(existing.len() + block.len());
    let (mut inside, mut done) = (false, false);
    for line in existing.split_inclusive('\n') {
        match line.trim_end() {
            BEGIN => inside = true,
            END if inside => {
                inside = false;
                if !done {
                    out.push_str(block);
                    done = true;
                }
            }
            _ if !inside => out.push_str(line),
            _ => {}
        }
    }
    if !done {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(block);
    }
    out
}
