//! The small disks that tell a lab's machines who they are: they go with the last machine that has them.

use std::collections::BTreeSet;

use lectern_model::{clone::DiskView, first_boot::seed_of, mac::MacAddress, storage::machine::Machine, xml::Document};

use super::reset::volume;
use crate::disk::inventory::Inventory;

/// The paths of the seeds that only these machines have.
pub(super) fn of(stock: &Inventory, members: &[&Machine]) -> BTreeSet<String> {
    let path = |machine: &Machine| seed(stock, machine);
    let others = stock.machines.iter().filter(|machine| members.iter().all(|member| member.id != machine.id));
    let kept: BTreeSet<String> = others.filter_map(path).collect();
    members.iter().filter_map(|member| path(member)).filter(|path| !kept.contains(path)).collect()
}

fn seed(stock: &Inventory, machine: &Machine) -> Option<String> {
    let source = Some(seed_of(&machine.config)?);
    let views = lectern_model::clone::disks(&machine.config);
    let view: &DiskView = views.iter().find(|view| view.source == source)?;
    Some(volume(stock, view)?.path.clone())
}

/// The addresses of a machine's network cards.
pub(super) fn macs(xml: &Document) -> Vec<MacAddress> {
    let nodes = xml.root().descendants().filter(|node| node.is(None, "mac"));
    nodes.filter_map(|node| MacAddress::parse(&node.attribute("address")?).ok()).collect()
}
