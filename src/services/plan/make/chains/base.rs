//! The plans that give a machine's disk another base: its content kept, or only the base's name written anew.

use lectern_model::{
    id::DomainId,
    metadata::{self, Origin},
    storage::{ImageFormat, ImageInfo, Volume, machine::Machine, normal},
};

use super::{
    ChainError,
    replace::{Replacing, xml_of},
};
use crate::{
    disk::{
        Cancel, access,
        inventory::{self, Inventory},
        rebase::Rebase,
        volumes,
    },
    host::Host,
    plan::{
        Plan, Purpose,
        make::lab::reset::{refuse, volume, written},
        steps::{RebaseImage, Relink},
    },
};

/// How a disk gets another base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What differs between the bases is copied into the overlay, so that the guest sees the same as before.
    Safe,
    /// Only the base's name and format are written: right where it is the same image in another place. It does not even have
    /// to be there.
    NameOnly,
}

/// What is wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBase {
    /// The guest's name for the disk: `vda`.
    pub target: String,
    /// The path of the base.
    pub base: String,
    /// How.
    pub mode: Mode,
    /// Whether the old overlay is kept, where a new one is made.
    pub keep: bool,
}

/// Gives a disk of a machine another base.
///
/// # Errors
/// What speaks against it.
pub async fn change_base(host: &Host, id: DomainId, wish: &NewBase) -> Result<Plan, ChainError> {
    let stock = inventory::take(host).await?;
    let machine = stock.machines.iter().find(|machine| machine.id == id).ok_or(crate::host::HostError::Gone)?;
    let disk = disk_of(&stock, machine, &wish.target)?;
    let base = normal(&wish.base);
    if base == disk.path || stock.map.bases(&base).contains(&disk.path) {
        return Err(ChainError::Loop(base));
    }
    let found = access::read(host, &base, &Cancel::default()).await.map_err(|_| ChainError::NoBase(base.clone()))?;
    match wish.mode {
        Mode::Safe => safe(host, &stock, machine, (disk, wish), (&base, found.format)).await,
        Mode::NameOnly => relink(host, machine, disk, (&base, found.format)).await,
    }
}

fn disk_of<'s>(stock: &'s Inventory, machine: &Machine, target: &str) -> Result<&'s Volume, ChainError> {
    let none = || ChainError::NoOverlay(machine.name.clone());
    let own = written(&machine.config).into_iter().find(|(_, view)| view.target == target);
    volume(stock, &own.ok_or_else(none)?.1).ok_or_else(none)
}

async fn relink(
    host: &Host,
    machine: &Machine,
    disk: &Volume,
    (base, format): (&str, ImageFormat),
) -> Result<Plan, ChainError> {
    refuse(&[machine])?;
    let none = || ChainError::NoOverlay(machine.name.clone());
    // libvirt tells a format that the header does not give: only the header counts.
    let own: ImageInfo = access::read(host, &disk.path, &Cancel::default()).await.map_err(|_| none())?;
    let backing = own.backing.ok_or_else(none)?;
    if backing.path() == Some(base) && backing.format == Some(format) {
        return Err(ChainError::Same);
    }
    let step =
        Relink { image: disk.path.clone(), from: (backing.written, backing.format), to: (base.to_owned(), format) };
    Ok(Plan::new(Purpose::ChangeBase(machine.name.clone()), host.uri().clone(), vec![step.into()]))
}

async fn safe(
    host: &Host,
    stock: &Inventory,
    machine: &Machine,
    (disk, wish): (&Volume, &NewBase),
    (base, format): (&str, ImageFormat),
) -> Result<Plan, ChainError> {
    refuse(&[machine])?;
    if !volumes::copies_here(host, disk).await {
        return Err(ChainError::NotHere(disk.path.clone()));
    }
    let xml = xml_of(host, machine.id).await?;
    let mut replacing = Replacing::new(stock);
    let slots = replacing.slots(&xml, |view| view.target == wish.target);
    let [(_, slot)] = slots.as_slice() else { return Err(ChainError::NoOverlay(machine.name.clone())) };
    let (from, to) = (slot.volume.path.clone(), slot.path.clone());
    let rebase = Rebase { from, to, base: base.to_owned(), format };
    replacing.new.push(RebaseImage { rebase, pool: slot.pool.clone() }.into());
    let origin = template_of(stock, base).or_else(|| metadata::read(&xml).machine().origin);
    replacing.point(machine, &xml, &slots, origin)?;
    let purpose = |_| Purpose::ChangeBase(machine.name.clone());
    Ok(replacing.plan(host.uri(), purpose, wish.keep))
}

/// The template that has this image as a disk, itself or below it.
fn template_of(stock: &Inventory, base: &str) -> Option<Origin> {
    let chain = std::iter::once(base.to_owned()).chain(stock.map.bases(base));
    let users = chain.flat_map(|image| stock.map.users(&image).to_vec());
    let machines = users.filter_map(|user| stock.machines.iter().find(|machine| machine.id == user.machine));
    let sealed = |machine: &&Machine| metadata::read(&machine.config).machine().template.is_some();
    machines.into_iter().find(sealed).map(|machine| Origin { template: machine.id, name: machine.name.clone() })
}
