//! Random sequences of changes on a real libvirt, some of them made to fail or cancelled: after each, every file belongs
//! to somebody and every machine is listed.
#![expect(clippy::panic, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use lectern_model::{
    id::DomainId,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
};
use lectern_services::{
    disk::inventory,
    plan::{
        self, Injection, Outcome, Plan, Point, Purpose, StepError, StepFailure, journal, make,
        steps::{CreateVolume, Define},
    },
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans, wait,
    witness::{Witness, answer},
};
use tempfile::TempDir;

const IMAGES: &str = "/var/lib/libvirt/images";
/// The sequence of a normal run, so that it is the same everywhere; `LECTERN_SEED` tries another.
const SEED: u64 = 20_261_123;
/// How many changes are made.
const CHANGES: u32 = 40;

/// A sequence that a seed gives again (a linear congruential generator, Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// One of them, if there is any.
    fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        let sides = u64::try_from(of.len()).ok().filter(|n| *n > 0)?;
        usize::try_from(self.roll(sides)).ok().and_then(|nth| of.get(nth)).cloned()
    }
}

/// Fails at one place, or nowhere.
struct Maybe(Option<Point>);

impl Injection for Maybe {
    fn at(&mut self, point: Point) -> Result<(), StepError> {
        if Some(point) == self.0 { Err(StepError::touched(StepFailure::Injected)) } else { Ok(()) }
    }
}

struct World {
    libvirt: PrivateLibvirt,
    witness: Witness,
    journals: TempDir,
    dice: Dice,
    /// The machines that must be there, and the disk of each.
    machines: BTreeMap<String, String>,
    /// Disks of machines that were undefined.
    kept: BTreeSet<String>,
    next: u32,
}

impl World {
    fn new(seed: u64) -> Option<Self> {
        let libvirt = PrivateLibvirt::with(&["--pool"])?;
        let witness = Witness::connect(libvirt.uri());
        let journals = tempfile::tempdir().ok()?;
        let (machines, kept) = (BTreeMap::new(), BTreeSet::new());
        Some(Self { libvirt, witness, journals, dice: Dice(seed), machines, kept, next: 0 })
    }

    fn change(&mut self) {
        match self.dice.roll(4) {
            0 | 1 => self.make(),
            2 => self.undefine(),
            _ => self.delete(),
        }
    }

    /// Runs a plan that fails by chance; says whether it was done. What is done and can be undone is by chance.
    fn run(&mut self, plan: &Plan) -> bool {
        let last = plan.steps().iter().filter(|step| !step.is_final()).count();
        let at = self.dice.pick(&(0..last).collect::<Vec<_>>()).filter(|_| self.dice.roll(4) == 0);
        let point = at.map(|at| if self.dice.roll(2) == 0 { Point::Begun(at) } else { Point::Applied(at) });
        let job = plan::start_with(plan.clone(), self.journals.path(), Box::new(Maybe(point)));
        if self.dice.roll(6) == 0 {
            job.cancel();
        }
        let done = match plans::outcome(&job) {
            // A cancel in the middle of a deletion: what is gone is gone, and the machine still stands in the list.
            Outcome::Done | Outcome::Stopped { .. } => true,
            Outcome::Undone { left, .. } if left.is_empty() => return false,
            other => panic!("{other:?}"),
        };
        if plan.can_be_undone() && self.dice.roll(4) == 0 {
            plans::must_undo(plan.clone(), job.made(), self.journals.path());
            return false;
        }
        done
    }

    fn make(&mut self) {
        self.next += 1;
        let name = format!("m{}", self.next);
        let disk = format!("{IMAGES}/{name}.qcow2");
        let size = Bytes::from_mib(16);
        let base = self.dice.pick(&self.machines.values().cloned().collect::<Vec<_>>());
        let volume = format!("{name}.qcow2");
        let new = match base.filter(|_| self.dice.roll(2) == 0) {
            Some(base) => NewVolume::overlay(&volume, size, &base, ImageFormat::Qcow2),
            None => NewVolume::thin(&volume, ImageFormat::Qcow2, size),
        };
        let uuid = format!("0d1f5a3c-6b0e-4c55-9a6e-{:012x}", self.next);
        let id = DomainId::parse(&uuid).expect("a UUID");
        let xml = format!(
            "<domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>32</memory>\
             <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><disk type='file' device='disk'>\
             <driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda'/></disk></devices></domain>"
        );
        let steps =
            vec![CreateVolume { pool: "default".into(), new }.into(), Define { id, name: name.clone(), xml }.into()];
        let plan = Plan::new(Purpose::Import(name.clone()), self.libvirt.host_uri(), steps);
        if self.run(&plan) {
            self.machines.insert(name, disk);
        }
    }

    fn any(&mut self) -> Option<(String, DomainId)> {
        let name = self.dice.pick(&self.machines.keys().cloned().collect::<Vec<_>>())?;
        self.witness.until(&name, wait::SOON, |witness| witness.named(&name).map(|_| ()));
        let id = self.witness.id(&name);
        Some((name, id))
    }

    fn undefine(&mut self) {
        let Some((name, id)) = self.any() else { return };
        let plan = answer(self.witness.host.plan_undefine(vec![id])).expect("a plan");
        if self.run(&plan) {
            self.kept.extend(self.machines.remove(&name));
        }
    }

    fn delete(&mut self) {
        let Some((name, id)) = self.any() else { return };
        let stock = answer(inventory::take(&self.witness.host)).expect("an inventory");
        let disk = self.machines[&name].clone();
        let leaving =
            lectern_model::storage::dependency::Leaving { machines: [id].into(), files: [disk.clone()].into() };
        let free = stock.map.deletion(&disk, &leaving).is_free();
        let files: BTreeSet<String> = free.then(|| disk.clone()).into_iter().collect();
        let removal = make::Removal { machines: vec![id], files };
        let plan = answer(make::delete(&self.witness.host, &stock, &removal)).expect("a plan");
        let cancelled = !self.run(&plan);
        // A cancelled deletion has done nothing, or what it says.
        if !cancelled && !self.listed().contains(&name) {
            self.machines.remove(&name);
            if !free {
                self.kept.insert(disk);
            }
        }
    }

    fn listed(&self) -> BTreeSet<String> {
        self.libvirt.virsh(&["list", "--all", "--name"]).split_whitespace().map(str::to_owned).collect()
    }

    /// No machine is missing or too many, no file is nobody's, no journal is left.
    fn must_be_whole(&mut self, after: u32) {
        let machines: BTreeSet<String> = self.machines.keys().cloned().collect();
        assert_eq!(self.listed(), machines, "machines after change {after}");
        let files: BTreeSet<String> =
            self.libvirt.sh(&format!("find {IMAGES} -type f")).split_whitespace().map(str::to_owned).collect();
        let owned: BTreeSet<String> = self.machines.values().chain(&self.kept).cloned().collect();
        assert_eq!(files, owned, "files after change {after}");
        assert!(journal::unfinished(self.journals.path()).expect("a folder").is_empty(), "a journal after {after}");
    }
}

#[test]
fn whatever_is_done_nothing_is_left_over() {
    let seed = std::env::var("LECTERN_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(SEED);
    println!("LECTERN_SEED={seed}");
    let Some(mut world) = World::new(seed) else { return };
    for change in 0..CHANGES {
        world.change();
        world.must_be_whole(change);
    }
}
