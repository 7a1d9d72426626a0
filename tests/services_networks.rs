//! Virtual networks on a real libvirt: plans that stand failures and kills, modes, live changes as dnsmasq serves them.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "networks/mended.rs"]
mod mended;
#[path = "networks/modes.rs"]
mod modes;
#[path = "networks/traps.rs"]
mod traps;

use lectern_model::{
    draft::network::{Addresses, NetworkDraft, many::ManyDraft},
    mac::MacAddress,
    network::{DhcpHost, DnsHost, DnsService, DnsText, Mode, Network, NetworkSpec, free::Owner, trap::Trap},
    xml::Document,
};
use lectern_services::{
    host::Interest,
    plan::{self, Outcome, Plan, StepFailure, networks},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans::{self, Trial},
    wait,
    witness::{Witness, answer},
};

/// The child of these tests: see `lectern_test_kit::plans::child`.
#[test]
#[ignore = "run by the tests of this file"]
fn killed_child() {
    plans::child();
}

fn two() -> Option<(PrivateLibvirt, PrivateLibvirt)> {
    Some((PrivateLibvirt::start()?, PrivateLibvirt::start()?))
}

/// The course's own text.
const COURSE: &str = r#"<network>
  <name>vbr</name>
  <bridge name="vbr"/>
  <forward mode="nat"/>
  <ip address="192.168.1.254" netmask="255.255.255.0">
    <dhcp>
      <range start="192.168.1.100" end="192.168.1.200"/>
    </dhcp>
  </ip>
</network>
"#;

/// The same with what libvirt would choose.
const FIXED: &str = "<network><name>vbr</name><uuid>0d1f5a3c-6b0e-4c55-9a6e-3f1a2b4c5d6e</uuid><forward mode='nat'/>\
    <bridge name='vbr'/><mac address='52:54:00:11:22:33'/><ip address='192.168.1.254' netmask='255.255.255.0'><dhcp>\
    <range start='192.168.1.100' end='192.168.1.200'/><host mac='52:54:00:00:00:01' ip='192.168.1.10'/>\
    <host mac='52:54:00:00:00:02' ip='192.168.1.11'/></dhcp></ip></network>";

/// The course's example as the form comes to it.
fn course_draft() -> NetworkDraft {
    let v4 = Addresses {
        on: true,
        address: "192.168.1.254/24".into(),
        dhcp: true,
        start: "192.168.1.100".into(),
        end: "192.168.1.200".into(),
    };
    NetworkDraft {
        name: "vbr".into(),
        bridge: "vbr".into(),
        v4,
        autostart: true,
        start: true,
        ..NetworkDraft::default()
    }
}

fn make(libvirt: &PrivateLibvirt, spec: &NetworkSpec, start: bool) -> Plan {
    networks::create(&libvirt.host_uri(), &spec.document().unwrap(), true, start).unwrap()
}

fn network(libvirt: &PrivateLibvirt, name: &str) -> Network {
    let witness = Witness::connect(libvirt.uri());
    let all = answer(witness.host.networks()).expect("networks");
    all.into_iter().find(|network| network.name == name).unwrap_or_else(|| panic!("no network {name}"))
}

/// The network is there as [`FIXED`] has it, started, and starts with its host.
fn fixed(libvirt: &mut PrivateLibvirt) {
    let script = format!(
        "v() {{ virsh -q -c '{}' \"$@\"; }}\nv net-info vbr >/dev/null 2>&1 || v net-define /dev/stdin <<'EOF'\n{FIXED}\nEOF\n\
         v net-autostart vbr\nv net-info vbr | grep -q 'Active.*yes' || v net-start vbr\n",
        libvirt.uri()
    );
    libvirt.script(&script);
}

fn host(number: u8, name: Option<&str>) -> DhcpHost {
    DhcpHost {
        mac: Some(MacAddress::from_random([0, 0, number])),
        ip: format!("192.168.1.{number}").parse().ok(),
        name: name.map(Into::into),
        duid: None,
    }
}

#[test]
fn making_the_courses_network_is_whole_or_nothing() {
    let Some((mut first, mut second)) = two() else { return };
    let spec = course_draft().spec();
    Trial { libvirt: &mut first, set_up: &|_| (), make: &|libvirt| make(libvirt, &spec, true) }.run(&mut second);
}

#[test]
fn deleting_keeps_all_that_is_needed_to_have_it_back() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| networks::delete(&libvirt.host_uri(), &network(libvirt, "vbr"));
    Trial { libvirt: &mut first, set_up: &fixed, make: &make }.run(&mut second);
}

#[test]
fn changes_while_it_runs_and_for_the_next_start() {
    let Some((mut first, mut second)) = two() else { return };
    let change = |libvirt: &PrivateLibvirt, change: &dyn Fn(&mut NetworkSpec)| {
        let network = network(libvirt, "vbr");
        let mut spec = network.spec.clone().unwrap();
        change(&mut spec);
        let document = spec.apply(&Document::parse(&network.xml).unwrap()).unwrap();
        networks::change(&libvirt.host_uri(), &network, &document).unwrap().expect("a change")
    };
    // The first host goes, so that its coming back must find its old place.
    let live = |spec: &mut NetworkSpec| {
        spec.subnets[0].hosts.remove(0);
        spec.subnets[0].hosts.push(host(20, Some("node1")));
        spec.dns_hosts.push(DnsHost { ip: "192.168.1.9".parse().unwrap(), names: vec!["www".into()] });
    };
    Trial { libvirt: &mut first, set_up: &fixed, make: &|libvirt| change(libvirt, &live) }.run(&mut second);
    let both = |spec: &mut NetworkSpec| {
        live(spec);
        spec.mtu = Some(1400);
    };
    assert_eq!(change(&first, &both).steps().len(), 2);
    second.virsh(&["net-destroy", "vbr"]);
    second.virsh(&["net-undefine", "vbr"]);
    Trial { libvirt: &mut first, set_up: &fixed, make: &|libvirt| change(libvirt, &both) }.run(&mut second);
}

#[test]
fn stopping_and_autostart_go_back() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| networks::stop(&libvirt.host_uri(), &network(libvirt, "vbr"));
    Trial { libvirt: &mut first, set_up: &fixed, make: &make }.run(&mut second);
    let make = |libvirt: &PrivateLibvirt| networks::autostart(&libvirt.host_uri(), &network(libvirt, "vbr"), false);
    Trial { libvirt: &mut first, set_up: &fixed, make: &make }.run(&mut second);
}

#[test]
fn a_started_network_is_set_up_anew_or_as_it_was() {
    let Some((mut first, mut second)) = two() else { return };
    let make = |libvirt: &PrivateLibvirt| {
        networks::renew(&libvirt.host_uri(), &network(libvirt, "vbr")).unwrap().expect("it has DHCP")
    };
    Trial { libvirt: &mut first, set_up: &fixed, make: &make }.run(&mut second);
}

#[test]
fn the_form_means_what_the_course_wrote() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let plan = make(&libvirt, &course_draft().spec(), true);
    let steps = plans::must(&plan, journals.path());
    let made = libvirt.virsh(&["net-dumpxml", "--inactive", "vbr"]);
    assert!(libvirt.virsh(&["net-info", "vbr"]).contains("Autostart:      yes"));
    plans::must_undo(plan, steps, journals.path());
    assert_eq!(libvirt.virsh(&["net-list", "--all", "--name"]).trim(), "");
    std::fs::write(libvirt.folder().join("course.xml"), COURSE).unwrap();
    libvirt.virsh(&["net-define", &libvirt.folder().join("course.xml").to_string_lossy()]);
    let written = libvirt.virsh(&["net-dumpxml", "--inactive", "vbr"]);
    assert!(anonymous(&made).same_as(&anonymous(&written)), "{made}\n{written}");
}

/// Without what each network has of its own.
fn anonymous(xml: &str) -> Document {
    let document = Document::parse(xml).unwrap();
    let mut edit = document.edit();
    for name in ["uuid", "mac"] {
        edit.remove(document.root().child(name).unwrap()).unwrap();
    }
    edit.finish().unwrap()
}

#[test]
fn every_mode_is_accepted_and_reads_back() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    for (nth, mode) in (0_u8..).zip(Mode::ALL) {
        let mut draft = course_draft();
        (draft.name, draft.bridge, draft.mode) = (format!("m{nth}"), format!("br{nth}"), mode);
        draft.v4.address = format!("10.9.{nth}.254/24");
        (draft.v4.start, draft.v4.end) = (format!("10.9.{nth}.100"), format!("10.9.{nth}.200"));
        if mode.needs_device() {
            draft.device = "lo".into();
        }
        if mode == Mode::Route {
            draft.v6 = Addresses {
                on: true,
                address: "fd00:9::1/64".into(),
                dhcp: true,
                start: "fd00:9::100".into(),
                end: "fd00:9::1ff".into(),
            };
            (draft.domain, draft.forwarders, draft.mtu) = ("lab.test".into(), "1.1.1.1".into(), "1400".into());
            draft.routes = format!("10.50.0.0/16 via 10.9.{nth}.9");
        }
        // Not every kernel has what libvirt limits with, so this one is not started.
        if mode == Mode::Open {
            (draft.inbound, draft.outbound) = ("1000".into(), "500".into());
        }
        let spec = draft.spec();
        plans::must(&make(&libvirt, &spec, false), journals.path());
        let read = network(&libvirt, &draft.name).spec.expect("readable");
        assert_eq!(NetworkSpec { id: None, mac: None, ..read }, spec);
        if mode.has_own_bridge() && spec.inbound.is_none() {
            libvirt.virsh(&["net-start", &draft.name]);
        }
    }
}

#[test]
fn what_is_changed_live_is_what_dnsmasq_serves() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    fixed(&mut libvirt);
    let before = network(&libvirt, "vbr");
    let mut spec = before.spec.clone().unwrap();
    spec.subnets[0].ranges[0].end = "192.168.1.150".parse().unwrap();
    spec.subnets[0].hosts.push(host(20, Some("node1")));
    spec.dns_hosts.push(DnsHost { ip: "192.168.1.9".parse().unwrap(), names: vec!["www".into(), "ftp".into()] });
    spec.dns_texts.push(DnsText { name: "lab".into(), value: "room 7".into() });
    spec.dns_services.push(DnsService {
        service: "ldap".into(),
        protocol: "tcp".into(),
        target: Some("www".into()),
        port: Some(389),
        ..DnsService::default()
    });
    let document = spec.apply(&Document::parse(&before.xml).unwrap()).unwrap();
    let plan = networks::change(&libvirt.host_uri(), &before, &document).unwrap().unwrap();
    let made = plans::must(&plan, journals.path());
    let file =
        |end: &str| std::fs::read_to_string(libvirt.folder().join("lib/dnsmasq").join(format!("vbr.{end}"))).unwrap();
    assert!(file("conf").contains("dhcp-range=192.168.1.100,192.168.1.150,"), "{}", file("conf"));
    assert!(file("hostsfile").contains("52:54:00:00:00:14,192.168.1.20,node1"), "{}", file("hostsfile"));
    let conf = file("conf");
    assert!(conf.contains("txt-record=lab,room 7") && conf.contains("srv-host=_ldap._tcp"), "{conf}");
    let names = file("addnhosts");
    assert!(names.contains("192.168.1.9") && names.contains("www") && names.contains("ftp"), "{names}");
    let after = network(&libvirt, "vbr");
    assert!(!after.pending, "both what runs and the configuration have it");
    assert_eq!(after.spec, Some(spec));
    plans::must_undo(plan, made, journals.path());
    assert!(file("conf").contains("dhcp-range=192.168.1.100,192.168.1.200,"), "{}", file("conf"));
    assert!(!file("hostsfile").contains("node1") && !file("addnhosts").contains("www"));
    assert!(!file("conf").contains("txt-record") && !file("conf").contains("srv-host"), "{}", file("conf"));
    assert_eq!(network(&libvirt, "vbr"), before);
}

#[test]
fn what_waits_for_the_next_start_is_told_so() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    fixed(&mut libvirt);
    let before = network(&libvirt, "vbr");
    let document = NetworkSpec { mtu: Some(1400), ..before.spec.clone().unwrap() };
    let document = document.apply(&Document::parse(&before.xml).unwrap()).unwrap();
    let uri = libvirt.host_uri();
    plans::must(&networks::change(&uri, &before, &document).unwrap().unwrap(), journals.path());
    let pending = network(&libvirt, "vbr");
    assert!(pending.pending && pending.active);
    plans::must(&networks::restart(&uri, &pending), journals.path());
    assert!(!network(&libvirt, "vbr").pending);
    assert_eq!(libvirt.sh("cat /sys/class/net/vbr/mtu").trim(), "1400");
}

#[test]
fn what_others_do_is_seen_and_not_undone() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    let mut witness = Witness::connect(libvirt.uri());
    let _watch = witness.host.watch(Interest::Networks);
    fixed(&mut libvirt);
    witness.until("the network", wait::SOON, |w| w.network("vbr").filter(|n| n.active && n.autostart).map(drop));
    libvirt.virsh(&["net-destroy", "vbr"]);
    witness.until("its stop", wait::SOON, |w| w.network("vbr").filter(|n| !n.active).map(drop));
    // A plan of before meets a network that somebody changed, and one of that name that somebody made.
    let before = network(&libvirt, "vbr");
    let stale = networks::delete(&libvirt.host_uri(), &before);
    let journals = tempfile::tempdir().expect("a folder");
    libvirt.virsh(&[
        "net-update",
        "vbr",
        "add-last",
        "ip-dhcp-host",
        "<host mac='52:54:00:00:00:09' ip='192.168.1.90'/>",
        "--config",
    ]);
    let refused = |outcome: &Outcome| match outcome {
        Outcome::Undone { why: Some(why), left } if left.is_empty() => Some(why.why.clone()),
        _ => None,
    };
    let ended = plans::outcome(&plan::start(stale, journals.path()));
    assert_eq!(refused(&ended), Some(StepFailure::ChangedMeanwhile("vbr".into())), "{ended:?}");
    let ended = plans::outcome(&plan::start(make(&libvirt, &course_draft().spec(), false), journals.path()));
    assert_eq!(refused(&ended), Some(StepFailure::NetworkNameTaken("vbr".into())), "{ended:?}");
    libvirt.virsh(&["net-undefine", "vbr"]);
    witness.until("its end", wait::SOON, |w| w.networks.is_empty().then_some(()));
}

fn many(libvirt: &PrivateLibvirt, names: &str, autostart: bool) -> Plan {
    let witness = Witness::connect(libvirt.uri());
    let facts = answer(witness.host.network_facts(None)).expect("facts");
    let specs = ManyDraft { names: names.into(), ..ManyDraft::default() }.specs(&facts).expect("free places");
    networks::create_many(&libvirt.host_uri(), &specs, autostart, true).unwrap()
}

#[test]
fn thirty_networks_are_made_in_one_plan() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let journals = tempfile::tempdir().expect("a folder");
    let plan = many(&libvirt, "student{1..30}", true);
    let made = plans::must(&plan, journals.path());
    let active = || libvirt.virsh(&["net-list", "--autostart", "--name"]).split_whitespace().count();
    assert_eq!(active(), 30);
    plans::must_undo(plan, made, journals.path());
    assert_eq!(libvirt.virsh(&["net-list", "--all", "--name"]).trim(), "");
}

#[test]
fn several_networks_are_all_made_or_none() {
    let Some((mut first, mut second)) = two() else { return };
    // Autostart has its trial with one network.
    Trial { libvirt: &mut first, set_up: &|_| (), make: &|libvirt| many(libvirt, "n{1..2}", false) }.run(&mut second);
}

#[test]
fn a_start_that_fails_says_who_is_in_the_way() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    fixed(&mut libvirt);
    let journals = tempfile::tempdir().expect("a folder");
    let mut draft = course_draft();
    (draft.name, draft.bridge) = ("same".into(), "same".into());
    let ended = plans::outcome(&plan::start(make(&libvirt, &draft.spec(), true), journals.path()));
    let Outcome::Undone { why: Some(why), left } = &ended else { panic!("{ended:?}") };
    let StepFailure::NetworkTrap { trap, .. } = &why.why else { panic!("{ended:?}") };
    let vbr = Owner::Network("vbr".into());
    assert!(left.is_empty() && matches!(&**trap, Trap::Addresses { owner, .. } if *owner == vbr), "{ended:?}");
}
