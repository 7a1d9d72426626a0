//! Storage pools and volumes on a real libvirt: plans that stand failures and kills, and what they refuse.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[path = "volumes/changes.rs"]
mod changes;
#[path = "volumes/kinds.rs"]
mod kinds;
#[path = "volumes/trials.rs"]
mod trials;

use std::path::PathBuf;

use lectern_model::storage::Pool;
use lectern_services::{
    disk::volumes::{self, Seen, Stock},
    host::Host,
    plan::{self, Outcome, Plan, StepFailure},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::with(&["--pool"])?, PrivateLibvirt::with(&["--pool"])?))
}

fn host(libvirt: &PrivateLibvirt) -> Host {
    Witness::connect(libvirt.uri()).host.clone()
}

fn pool(libvirt: &PrivateLibvirt, name: &str) -> Pool {
    let all = answer(host(libvirt).pools()).unwrap();
    all.into_iter().find(|pool| pool.name == name).unwrap_or_else(|| panic!("no pool {name}"))
}

fn definition(libvirt: &PrivateLibvirt, pool: &Pool) -> String {
    answer(host(libvirt).pool_definition(pool.id)).unwrap()
}

fn stock(libvirt: &PrivateLibvirt) -> Stock {
    answer(volumes::take(&host(libvirt))).unwrap()
}

fn seen(libvirt: &PrivateLibvirt, pool_name: &str, name: &str) -> Seen {
    let id = pool(libvirt, pool_name).id;
    stock(libvirt).find(id, name).unwrap_or_else(|| panic!("no volume {name}"))
}

/// Why a plan was refused; it must have left everything as it was.
fn refused(plan: &Plan) -> StepFailure {
    let journals = tempfile::tempdir().unwrap();
    match plans::outcome(&plan::start(plan.clone(), journals.path())) {
        Outcome::Undone { why: Some(why), left } if left.is_empty() => why.why,
        other => panic!("not refused: {other:?}"),
    }
}

fn done(plan: &Plan) {
    let journals = tempfile::tempdir().unwrap();
    plans::must(plan, journals.path());
}

/// A pool `lab` on a folder that is the same inside and outside of the namespaces, so that qemu-img here may write there.
fn lab(libvirt: &mut PrivateLibvirt) -> PathBuf {
    let folder = libvirt.folder().join("lab");
    let path = folder.display();
    libvirt.sh(&format!("mkdir -p {path} && chmod 755 {path}"));
    libvirt.virsh(&["pool-define-as", "lab", "dir", "--target", &path.to_string()]);
    libvirt.virsh(&["pool-start", "lab"]);
    folder
}
