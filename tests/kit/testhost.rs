//! Hosts of libvirt's test driver with as many machines as wanted; they live inside the program.

use std::{fmt::Write, fs};

use crate::desktop::Desktop;

/// A machine of such a host.
#[derive(Clone, Debug)]
pub struct Pretended {
    /// Its name.
    pub name: String,
    /// Its state as libvirt numbers it: 1 running, 3 paused, 5 shut off.
    pub state: u8,
    /// Its memory in MiB.
    pub memory: u32,
    /// Its virtual CPUs.
    pub vcpus: u32,
}

/// The URI of a host with these machines.
///
/// # Panics
/// When its file cannot be written.
pub fn with(desktop: &Desktop, machines: &[Pretended]) -> String {
    let mut xml = String::from("<node xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>\n");
    for Pretended { name, state, memory, vcpus } in machines {
        writeln!(
            xml,
            "<domain type='test'><name>{name}</name><memory unit='MiB'>{memory}</memory><vcpu>{vcpus}</vcpu>\
             <os><type>hvm</type></os><test:runstate>{state}</test:runstate></domain>"
        )
        .expect("a string grows");
    }
    xml.push_str("</node>\n");
    let file = desktop.home().join("node.xml");
    fs::write(&file, xml).expect("a file in the home folder");
    format!("test://{}", file.display())
}

/// `count` machines; one in ten runs, the others are off.
pub fn many(desktop: &Desktop, count: usize) -> String {
    let one = |n: usize| {
        let state = if n.is_multiple_of(10) { 1 } else { 5 };
        Pretended { name: format!("node{n}"), state, memory: 512, vcpus: 1 }
    };
    with(desktop, &(0..count).map(one).collect::<Vec<_>>())
}

/// A host as a course has it, for pictures.
pub fn course(desktop: &Desktop) -> String {
    let one =
        |(name, state, memory, vcpus): (&str, u8, u32, u32)| Pretended { name: name.into(), state, memory, vcpus };
    let machines = [
        ("controller", 1, 8192, 4),
        ("compute1", 1, 4096, 2),
        ("compute2", 1, 4096, 2),
        ("storage", 3, 2048, 2),
        ("gateway", 1, 1024, 1),
        ("template-debian13", 5, 2048, 2),
        ("template-rocky9", 5, 2048, 2),
        ("lab1-node1", 1, 512, 1),
        ("lab1-node2", 1, 512, 1),
        ("lab1-node3", 5, 512, 1),
        ("lab2-node1", 5, 512, 1),
        ("lab2-node2", 5, 512, 1),
    ];
    with(desktop, &machines.map(one))
}
