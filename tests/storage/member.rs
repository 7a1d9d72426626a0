//! A plain member of the group `libvirt`, who can read none of root's images.

use std::fs;

use lectern_model::storage::{Fault, ImageFormat, dependency::Holder};
use lectern_services::{
    disk::{
        Cancel, inventory, probe,
        reach::{self, Reach},
        remove,
    },
    disk_access::{self, How},
    host::StorageError,
};
use lectern_test_kit::witness::{Witness, answer};

use super::Place;

/// Where the part that runs inside finds the private folder, and the host where it is not the system's own.
const FOLDER: &str = "LECTERN_TEST_FOLDER";
const HOST: &str = "LECTERN_TEST_HOST";

pub(crate) fn a_member_of_the_group_sees_roots_images(place: &mut Place) {
    place.sh("mkdir -m 700 secret && qemu-img create -q -f qcow2 a/root.qcow2 64M && \
         qemu-img create -q -f qcow2 -F qcow2 -b ../a/root.qcow2 secret/top.qcow2 && \
         qemu-img create -q -f qcow2 -F qcow2 -b ../a/root.qcow2 secret/orphan.qcow2 && \
         qemu-img create -q -f qcow2 -F qcow2 -b gone.qcow2 -u secret/broken.qcow2 8M && \
         qemu-img create -q -f vmdk secret/vm.img 16M && \
         chmod 600 a/root.qcow2 secret/* && mkdir -m 777 free");
    place.define(&[("secret".to_owned(), place.path("secret/top.qcow2"))]);
    place.libvirt.virsh(&["pool-refresh", "a"]);
    // The build folder may be closed to others.
    let program = place.path("inside");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let user =
        "setpriv --reuid nobody --regid nogroup --groups $(getent group libvirt | cut -d: -f3) --bounding-set -all";
    let folder = place.path("");
    let line = format!(
        "cd / && {FOLDER}={folder} HOME=/nonexistent {user} {program} --exact member::as_a_member --ignored --nocapture"
    );
    let said = place.libvirt.sh(&line);
    assert!(said.contains("a member saw it all"), "{said}");
    assert!(!place.sh("ls secret").contains("orphan"), "what the member deleted is still there");
    from_another_computer(place, &program);
}

/// Through SSH nothing is this computer's, not even for root: only the daemon looks.
fn from_another_computer(place: &mut Place, program: &str) {
    place.sh("qemu-img create -q -f qcow2 -F qcow2 -b ../a/root.qcow2 secret/orphan.qcow2");
    let key = place.path("key");
    place.sh(&format!("ip link set lo up && mkdir -p /run/sshd && ssh-keygen -q -t ed25519 -N '' -f {key}"));
    place.sh(&format!(
        "/usr/sbin/sshd -f /dev/null -h {key} -p 2222 -o ListenAddress=127.0.0.1 -o PidFile=none \
         -o AuthorizedKeysFile={key}.pub -o StrictModes=no -o PermitRootLogin=yes"
    ));
    // Known by a file of the test's own: ssh notes hosts in the user's, whatever HOME says.
    let (ssh, known) = (place.path("ssh"), place.path("known"));
    place.sh(&format!(
        "{{ printf '[127.0.0.1]:2222 '; cat {key}.pub; }} >{known} && \
         printf '#!/bin/sh\\nexec ssh -o UserKnownHostsFile={known} \"$@\"\\n' >{ssh} && chmod 755 {ssh}"
    ));
    let uri = format!("qemu+ssh://root@127.0.0.1:2222/system?keyfile={key}&command={ssh}");
    let variables = format!("{HOST}='{uri}' {FOLDER}={}", place.path(""));
    let line = format!("cd / && {variables} {program} --exact member::as_a_member --ignored --nocapture");
    let said = place.libvirt.sh(&line);
    assert!(said.contains("a member saw it all"), "{said}");
}

#[test]
#[ignore = "started by the test above, as another user, inside the private libvirt's namespaces"]
fn as_a_member() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let path = |name: &str| format!("{}/{name}", folder.trim_end_matches('/'));
    let uri = std::env::var(HOST).unwrap_or_else(|_| "qemu:///system".into());
    let host = Witness::connect(&uri).host.clone();
    if host.uri().is_local() {
        assert!(fs::read(path("a/root.qcow2")).is_err() && fs::read_dir(path("secret")).is_err(), "no plain user");
    }
    let pools = || answer(host.pools()).unwrap().into_iter().map(|pool| pool.name).collect::<Vec<_>>();
    let before = pools();

    let look = |name: &str| answer(disk_access::look(&host, &path(name)));
    assert_eq!(look("a/root.qcow2").unwrap().how, How::Pool("a".into()));
    let outside = look("secret/top.qcow2").unwrap();
    assert_eq!(outside.how, How::Daemon);
    let info = answer(outside.info(&Cancel::default())).unwrap();
    assert_eq!((info.format, info.base()), (ImageFormat::Qcow2, Some(path("a/root.qcow2").as_str())));
    let vmdk = answer(probe::probe(&host, &path("secret/vm.img"), &Cancel::default()));
    assert_eq!(vmdk.info().map(|info| (info.format, info.virtual_size.0)), Some((ImageFormat::Vmdk, 16 << 20)));
    let broken = answer(probe::probe(&host, &path("secret/broken.qcow2"), &Cancel::default()));
    assert!(matches!(&broken.chain.faults[..], [Fault::Missing { path, .. }] if path.ends_with("secret/gone.qcow2")));
    assert!(look("secret/nothing").is_err());

    let stock = answer(inventory::take(&host)).unwrap();
    let holders = stock.map.holders(&path("a/root.qcow2"));
    assert!(
        matches!(&holders[..], [Holder::Machine { user, .. }, Holder::Image { path }]
            if user.name == "secret" && path.ends_with("secret/orphan.qcow2")),
        "{holders:?}"
    );
    assert!(stock.map.blind_spots().is_empty(), "{:?}", stock.map.blind_spots());

    match answer(reach::check(&host, &path("secret/top.qcow2"))).unwrap() {
        Reach::Closed(mend) if host.uri().is_local() => {
            assert!(!mend.is_permitted());
            assert_eq!(mend.apply(), Err(StorageError::Denied));
        }
        Reach::NotAsked if !host.uri().is_local() => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(answer(remove::delete(&host, &path("secret/orphan.qcow2"))), Ok(true));
    assert_eq!(answer(remove::delete(&host, &path("secret/orphan.qcow2"))), Ok(false));
    assert_eq!(pools(), before);
    println!("a member saw it all");
}
