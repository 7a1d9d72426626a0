//! The rules about the draft, one by one and all together.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    capabilities::VirtType,
    draft::{
        Bound, Severity,
        machine::{Field as F, Problem as M},
        stops,
    },
    names::NameProblem,
    storage::{Content, ImageFormat},
    units::{Bytes, KiB},
};

const PATH: &str = "/images/.cent7.img";

const fn gib(gib: u64) -> Bytes {
    Bytes::from_gib(gib)
}

fn wishes() -> Wishes {
    Wishes { network: "default".into(), pool: "default".into(), start: true, ..Wishes::default() }
}

fn disk() -> DiskInfo {
    DiskInfo { writable: Some(true), mendable: true, ..DiskInfo::new(ImageFormat::Qcow2, gib(20), gib(2)) }
}

fn facts() -> Facts {
    let pool = PoolFacts {
        name: "default".into(),
        active: true,
        writable: Some(true),
        available: gib(100),
        folder: Some("/images".into()),
        volumes: BTreeSet::from([".cent7.img".to_owned(), "old.qcow2".to_owned()]),
    };
    Facts {
        host: HostFacts { memory: KiB::from_mib(8192), cpus: 4, most_vcpus: Some(255), ..HostFacts::default() },
        names: BTreeSet::from(["node1".to_owned()]),
        networks: vec![NetworkFacts { name: "default".into(), active: true, ..NetworkFacts::default() }],
        pools: vec![pool],
        disk: Some(DiskFacts { path: PATH.into(), found: Ok(disk()) }),
        recommended: Recommended::default(),
        ways: vec![VirtType::Kvm, VirtType::Qemu],
        projects: Vec::new(),
    }
}

fn draft() -> ImportDraft {
    let mut draft = ImportDraft::new(&wishes(), &facts());
    draft.choose_source(Some(Source::File(PATH.into())), &facts());
    draft
}

fn with_disk(change: impl FnOnce(&mut DiskInfo)) -> Facts {
    let mut info = disk();
    change(&mut info);
    Facts { disk: Some(DiskFacts { path: PATH.into(), found: Ok(info) }), ..facts() }
}

fn user(role: UserRole, active: bool) -> DiskUser {
    DiskUser { machine: "other".into(), role, active }
}

#[test]
fn a_good_draft_has_no_problem_and_goes_through_all_pages() {
    let (draft, facts) = (draft(), facts());
    assert_eq!(problems(&draft, &facts), []);
    assert_eq!(
        (draft.machine.name.as_str(), draft.machine.memory, draft.machine.vcpus),
        ("cent7", KiB::from_mib(2048), 2)
    );
    let mut page = Page::ALL[0];
    for next in &Page::ALL[1..] {
        page = next_page(&draft, &facts, page).unwrap();
        assert_eq!(page, *next);
    }
    assert_eq!(next_page(&draft, &facts, page), None);
}

#[test]
fn each_bad_disk_is_told_apart_and_stops_the_first_page() {
    for fault in [
        DiskFault::Missing,
        DiskFault::Folder,
        DiskFault::NotADisk(Content::Text),
        DiskFault::Truncated { has: Bytes(1), needs: Bytes(2) },
        DiskFault::BaseMissing("/base".into()),
        DiskFault::ChainLoops("/base".into()),
    ] {
        let facts = Facts { disk: Some(DiskFacts { path: PATH.into(), found: Err(fault.clone()) }), ..facts() };
        assert_eq!(problems(&draft(), &facts), [Problem::Disk(fault)]);
        assert_eq!(next_page(&draft(), &facts, Page::Disk), None);
    }
}

#[test]
fn what_is_known_of_another_disk_says_nothing_of_this_one() {
    let mut draft = draft();
    draft.choose_source(Some(Source::File("/images/b".into())), &facts());
    assert_eq!(problems(&draft, &facts()), [Problem::Looking]);
    draft.choose_source(Some(Source::File("b".into())), &facts());
    assert_eq!(problems(&draft, &facts()), [Problem::RelativePath]);
    draft.choose_source(None, &facts());
    assert_eq!(problems(&draft, &facts()), [Problem::NoSource]);
}

#[test]
fn a_closed_folder_can_be_mended_where_that_is_possible() {
    let closed = vec!["/root".to_owned()];
    let facts = with_disk(|disk| disk.closed.clone_from(&closed));
    let mut draft = draft();
    assert_eq!(problems(&draft, &facts), [Problem::Closed { paths: closed.clone(), mendable: true }]);
    draft.mend_access = true;
    assert_eq!(problems(&draft, &facts), []);
    let facts = with_disk(|disk| (disk.closed, disk.mendable) = (closed, false));
    assert!(stops(&problems(&draft, &facts)));
}

#[test]
fn two_machines_never_write_to_one_file_nor_to_a_base() {
    let roles = [UserRole::Writes, UserRole::Base, UserRole::WritesBase("/base".into())];
    for (role, active) in roles.into_iter().flat_map(|role| [(role.clone(), true), (role, false)]) {
        let facts = with_disk(|disk| disk.users = vec![user(role.clone(), active)]);
        let mut draft = draft();
        assert_eq!(problems(&draft, &facts), [Problem::InUse(user(role.clone(), active))]);
        draft.usage = Usage::Overlay;
        assert_eq!(stops(&problems(&draft, &facts)), role != UserRole::Base);
        draft.usage = Usage::Copy;
        let said = problems(&draft, &facts);
        assert!(!stops(&said));
        assert_eq!(said.is_empty(), !active || role == UserRole::Base);
    }
}

#[test]
fn a_copy_needs_room_and_an_overlay_its_bases_size() {
    let mut draft = draft();
    let mut facts = facts();
    facts.pools[0].available = gib(1);
    draft.usage = Usage::Copy;
    assert_eq!(problems(&draft, &facts), [Problem::NoRoom { needs: gib(2), has: gib(1) }]);
    facts.pools[0].available = gib(3);
    assert_eq!(problems(&draft, &facts), [Problem::MayRunFull { may_take: gib(20), has: gib(3) }]);
    draft.usage = Usage::Overlay;
    draft.overlay_size = Some(gib(30));
    assert_eq!(problems(&draft, &facts), [Problem::MayRunFull { may_take: gib(30), has: gib(3) }]);
    facts.pools[0].available = gib(100);
    draft.overlay_size = Some(gib(1));
    assert_eq!(problems(&draft, &facts), [Problem::OverlayTooSmall(gib(20))]);
    draft.usage = Usage::Itself;
    assert_eq!(problems(&draft, &facts), []);
}

#[test]
fn a_pool_must_be_there_run_and_take_files() {
    let mut draft = draft();
    draft.usage = Usage::Copy;
    let pool = |change: fn(&mut PoolFacts)| {
        let mut facts = facts();
        change(&mut facts.pools[0]);
        facts
    };
    let name = || "default".to_owned();
    assert_eq!(problems(&draft, &pool(|p| p.active = false)), [Problem::PoolStopped(name())]);
    assert_eq!(problems(&draft, &pool(|p| p.writable = Some(false))), [Problem::PoolReadOnly(name())]);
    assert_eq!(problems(&draft, &pool(|p| p.name = "x".into())), [Problem::PoolGone(name())]);
    draft.pool = None;
    assert_eq!(problems(&draft, &facts()), [Problem::NoPool]);
}

#[test]
fn a_name_is_free_among_machines_and_files() {
    let mut draft = draft();
    draft.machine.name = "node1".into();
    assert_eq!(problems(&draft, &facts()), [Problem::Machine(M::Name(NameProblem::InUse))]);
    draft.machine.name = "x".repeat(300);
    assert_eq!(problems(&draft, &facts()), [Problem::Machine(M::Name(NameProblem::TooLong { bytes: 300, max: 247 }))]);
    draft.machine.name = "old".into();
    assert_eq!(problems(&draft, &facts()), []);
    draft.usage = Usage::Copy;
    assert_eq!(problems(&draft, &facts()), [Problem::FileTaken("old.qcow2".into())]);
}

#[test]
fn memory_and_cpus_fit_the_host() {
    let mut draft = draft();
    let mut facts = facts();
    draft.machine.memory = KiB(0);
    draft.machine.vcpus = 0;
    assert_eq!(problems(&draft, &facts), [Problem::Machine(M::NoMemory), Problem::Machine(M::NoCpu)]);
    draft.machine.memory = KiB::from_mib(9000);
    draft.machine.vcpus = 300;
    assert_eq!(
        problems(&draft, &facts),
        [Problem::Machine(M::MemoryAboveHost(KiB::from_mib(8192))), Problem::Machine(M::CpusAboveMost(255))]
    );
    draft.machine.memory = KiB::from_mib(4096);
    draft.machine.vcpus = 5;
    facts.host.free = Some(KiB::from_mib(1000));
    let said = problems(&draft, &facts);
    assert_eq!(
        said,
        [Problem::Machine(M::MemoryAboveFree(KiB::from_mib(1000))), Problem::Machine(M::CpusAboveHost(4))]
    );
    assert!(said.iter().all(|problem| problem.severity() == Severity::Warning));
    facts.recommended.least_memory = Some(KiB::from_mib(5000));
    assert_eq!(problems(&draft, &facts)[0], Problem::Machine(M::MemoryBelowLeast(KiB::from_mib(5000))));
}

#[test]
fn a_stopped_network_is_said_and_one_that_is_gone_refused() {
    let mut draft = draft();
    let mut facts = facts();
    facts.networks[0].active = false;
    assert_eq!(
        problems(&draft, &facts),
        [Problem::Machine(M::NetworkStopped { name: "default".into(), starts: true })]
    );
    assert!(!stops(&problems(&draft, &facts)));
    draft.machine.start = false;
    assert_eq!(
        problems(&draft, &facts),
        [Problem::Machine(M::NetworkStopped { name: "default".into(), starts: false })]
    );
    draft.machine.network = NetworkChoice::Network("gone".into());
    assert_eq!(problems(&draft, &facts), [Problem::Machine(M::NetworkGone("gone".into()))]);
    draft.machine.network = NetworkChoice::Unplugged;
    assert_eq!(problems(&draft, &facts), []);
}

#[test]
fn suggestions_follow_until_the_user_chooses() {
    let mut facts = facts();
    let mut draft = draft();
    facts.recommended =
        Recommended { memory: Some(KiB::from_mib(6000)), vcpus: Some(8), least_memory: None, storage: None };
    draft.machine.suggest_hardware(&wishes(), &facts);
    assert_eq!((draft.machine.memory, draft.machine.vcpus), (KiB::from_mib(4096), 4));
    draft.machine.chosen = Chosen { name: true, memory: true, vcpus: true };
    (draft.machine.name, draft.machine.memory, draft.machine.vcpus) = ("mine".into(), KiB::from_mib(512), 1);
    draft.machine.suggest_hardware(&wishes(), &facts);
    draft.choose_source(Some(Source::File("/b.img".into())), &facts);
    assert_eq!(
        (draft.machine.name.as_str(), draft.machine.memory, draft.machine.vcpus),
        ("mine", KiB::from_mib(512), 1)
    );
}

#[test]
fn a_session_without_networks_has_qemus_own() {
    let mut facts = Facts { networks: vec![], ..facts() };
    assert_eq!(ImportDraft::new(&wishes(), &facts).machine.network, NetworkChoice::Unplugged);
    facts.host.is_session = true;
    assert_eq!(ImportDraft::new(&wishes(), &facts).machine.network, NetworkChoice::UserMode);
}

#[test]
fn what_others_need_is_kept_as_a_base() {
    let facts = with_disk(|disk| disk.users = vec![user(UserRole::Base, false)]);
    let mut draft = draft();
    draft.suggest_usage(&facts);
    assert_eq!(draft.usage, Usage::Overlay);
    assert_eq!(problems(&draft, &facts), []);
}

#[test]
fn another_hypervisors_disk_is_converted_unless_the_user_says_otherwise() {
    for format in [ImageFormat::Vmdk, ImageFormat::Vdi, ImageFormat::Vhd, ImageFormat::Vhdx] {
        let facts = with_disk(|disk| disk.format = format);
        let mut draft = draft();
        assert_eq!(problems(&draft, &facts), [Problem::Foreign(format)]);
        assert!(!stops(&problems(&draft, &facts)), "QEMU may run on it where it can");
        draft.suggest_usage(&facts);
        assert_eq!((draft.usage, problems(&draft, &facts)), (Usage::Copy, Vec::new()));
    }
}

#[test]
fn a_project_refuses_with_asked_used_and_allowed() {
    use crate::project::{Amount, Limit, Project, Quota, Standing, Why};
    let quota = Quota { instances: Limit::of(2), ..Quota::UNLIMITED };
    let standing = |used| Standing {
        project: Project { quota, ..Project::new("class") },
        used: Amount { instances: used, ..Amount::default() },
    };
    let mut draft = draft();
    draft.machine.project = Some("class".into());
    let facts = |used| Facts { projects: vec![standing(used)], ..facts() };
    assert_eq!(problems(&draft, &facts(1)), []);
    let found = problems(&draft, &facts(2));
    let [Problem::Machine(M::Project(refusal))] = found.as_slice() else { panic!("{found:?}") };
    assert!(matches!(&refusal.why, Why::Quota(all) if (all[0].asked, all[0].used, all[0].allowed) == (1, 2, 2)));
    assert_eq!(refusal.remedy(&quota).map(|quota| quota.instances), Some(Limit::of(3)));
    assert_eq!(next_page(&draft, &facts(2), Page::System), None);
    draft.machine.project = Some("gone".into());
    assert!(
        matches!(problems(&draft, &facts(1)).as_slice(), [Problem::Machine(M::Project(refusal))] if refusal.why == Why::Gone)
    );
    draft.machine.project = None;
    draft.machine.flavor = Some(crate::flavor::Flavor {
        access: crate::flavor::Access::Projects(["class".to_owned()].into()),
        ..crate::flavor::Flavor::new("9", "own", 1, 64, 0)
    });
    let known = Facts { projects: Vec::new(), ..self::facts() };
    assert_eq!(problems(&draft, &known), [Problem::Machine(M::FlavorNotForProject("own".into()))]);
}

#[test]
fn a_flavor_gives_its_sizes_and_only_an_overlay_grows() {
    let flavor =
        crate::flavor::Flavor { ephemeral: 1, swap: 64, ..crate::flavor::Flavor::new("9", "own", 4, 4_096, 40) };
    let (mut draft, facts) = (draft(), facts());
    draft.machine.choose_flavor(Some(flavor));
    draft.fit_flavor(&facts);
    assert_eq!((draft.machine.vcpus, draft.machine.memory), (4, KiB::from_mib(4_096)));
    assert_eq!(draft.overlay_size, None, "the file itself keeps its size");
    draft.usage = Usage::Overlay;
    draft.fit_flavor(&facts);
    assert_eq!(draft.overlay_size, Some(gib(40)));
    assert_eq!(draft.asked(&disk()).volumes, 3);
    assert_eq!(problems(&draft, &facts), []);
    draft.machine.choose_flavor(None);
    assert_eq!(draft.machine.vcpus, 4, "what it gave stays");
}

prop_compose! {
    fn any_facts()(
        (memory, cpus, is_session) in (0_u64..1 << 40, 0_u32..300, any::<bool>()),
        free in prop::option::of(0_u64..1 << 40),
        networks in prop::collection::vec(("[ab]|default", any::<bool>()), 0..3),
        pools in prop::collection::vec(("[ab]|default", any::<bool>(), prop::option::of(any::<bool>())), 0..3),
        names in prop::collection::btree_set("[a-c]{1,2}", 0..6),
        found in prop::option::of(prop::option::of((0_u64..1 << 50, 0_u64..1 << 50, any::<bool>()))),
    ) -> Facts {
        let info = |(virtual_size, real_size, writable)| DiskInfo {
            writable: Some(writable), ..DiskInfo::new(ImageFormat::Raw, Bytes(virtual_size), Bytes(real_size))
        };
        Facts {
            host: HostFacts { memory: KiB(memory), free: free.map(KiB), cpus, most_vcpus: None, slow: None, is_session },
            names,
            networks: networks.into_iter().map(|(name, active)| NetworkFacts {
                name, active, ..NetworkFacts::default()
            }).collect(),
            pools: pools.into_iter().map(|(name, active, writable)| PoolFacts {
                name, active, writable, available: Bytes(memory), folder: None, volumes: BTreeSet::new(),
            }).collect(),
            disk: found.map(|found| DiskFacts {
                path: "/b.img".into(), found: found.map(info).ok_or(DiskFault::Missing),
            }),
            recommended: Recommended::default(),
            ways: vec![VirtType::Qemu],
            projects: Vec::new(),
        }
    }
}

proptest! {
    /// What the program itself suggests is never what stops a user, once there is a disk that can be used.
    #[test]
    fn no_suggestion_is_an_error(facts in any_facts(), path in "/[a-z ./]{0,30}") {
        let mut draft = ImportDraft::new(&wishes(), &facts);
        draft.choose_source(Some(Source::File(path)), &facts);
        for problem in problems(&draft, &facts) {
            let ours = matches!(problem.field(), Field::Machine(F::Name | F::Memory | F::Vcpus));
            prop_assert!(!(ours && problem.severity() == Severity::Error), "{:?}", problem);
        }
    }

    /// Whoever reaches the review has no error left, whatever the way there.
    #[test]
    fn the_review_is_reached_without_errors(facts in any_facts(), usage in 0_usize..3, start in any::<bool>()) {
        let mut draft = ImportDraft::new(&wishes(), &facts);
        draft.choose_source(Some(Source::File("/b.img".into())), &facts);
        (draft.usage, draft.machine.start) = (Usage::ALL[usage], start);
        let mut page = Page::Disk;
        while let Some(next) = next_page(&draft, &facts, page) {
            page = next;
        }
        prop_assert_eq!(page == Page::Review, !stops(&problems(&draft, &facts)));
    }
}

#[test]
fn a_way_to_run_must_be_one_of_the_hosts() {
    let mut draft = draft();
    assert_eq!(draft.machine.way, VirtType::Kvm);
    draft.machine.way = VirtType::Test;
    assert_eq!(problems(&draft, &facts()), [Problem::Machine(M::NoSuchWay)]);
}
