//! Writing into disks while their machines are off, with the real virt-customize: sealing puts the first-boot service into the
//! template, and a lab's identity is read back from an image in all five formats. Two runs of its small Linux, emulated.

use std::{path::Path, process::Command};

use lectern_model::{
    draft::lab::{GuestWish, LabDraft, WayChoice},
    first_boot,
    identity_files::{Addressing, Format, GuestFile, Nic, files},
    metadata::GuestIdentity,
    template::Verdict,
};
use lectern_services::plan::{
    Plan, Step,
    make::{lab, service, template},
};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    plans,
    witness::{Witness, answer},
};

use super::{draft, template as course};

/// A guest of busybox on a file system without a partition, in a pool whose folder is the same here and there.
fn small(libvirt: &mut PrivateLibvirt) -> String {
    let folder = libvirt.folder().join("disks").display().to_string();
    libvirt.script(&format!(
        "mkdir -p {folder} {folder}.tree && cd {folder}.tree && mkdir -p bin etc/ssh root var/lib usr/bin\n\
         cp /bin/busybox bin/ && ln -s busybox bin/sh\n\
         echo '127.0.0.1 localhost' >etc/hosts && echo ID=lectern-guest >etc/os-release && echo old >etc/machine-id\n\
         echo 'root::0:0:root:/root:/bin/sh' >etc/passwd && echo root:x:0: >etc/group\n\
         echo 'root:*:19000:0:99999:7:::' >etc/shadow\n\
         mkfs.ext4 -q -d . {folder}/small.img 24M && rm -r {folder}.tree\n\
         v() {{ virsh -q -c '{uri}' \"$@\"; }}\n\
         v pool-define-as disks dir --target {folder} && v pool-start disks\n\
         v dumpxml --inactive cent7 | sed -e 's|<name>cent7|<name>small|' -e '/<uuid>/d' -e '/<mac /d' \\\n\
         -e \"s|<source file=.*|<source file='{folder}/small.img'/>|\" -e \"s|type='qcow2'|type='raw'|\" | v define /dev/stdin",
        uri = libvirt.uri(),
    ));
    folder
}

/// What is in a file of an image.
fn read(image: &Path, path: &str) -> String {
    asked(image, &format!("cat {path}"))
}

fn asked(image: &Path, request: &str) -> String {
    let out = Command::new("debugfs").args(["-R", request]).arg(image).output().expect("debugfs");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// The same identity in the other formats, with the card by its name: they are written in one run.
fn other_formats(address: &Addressing) -> Vec<GuestFile> {
    let nics = vec![Nic { device: "eth0".into(), mac: None, addressing: address.clone() }];
    let identity = GuestIdentity { host_name: "n1".into(), nics };
    Format::ALL.iter().flat_map(|format| files(*format, &identity).expect("files")).collect()
}

#[test]
fn what_is_written_into_a_disk_is_read_back_in_all_formats() {
    let Some(mut libvirt) = PrivateLibvirt::with(&["--pool"]) else { return };
    let there = Command::new("virt-customize").arg("--version").output();
    if !there.is_ok_and(|out| out.status.success()) {
        return lectern_test_kit::skipped("writing into disks needs virt-customize (guestfs-tools)");
    }
    course(&mut libvirt);
    let folder = small(&mut libvirt);
    let journals = tempfile::tempdir().expect("a folder");
    let witness = Witness::connect(libvirt.uri());
    let id = witness.id("small");
    assert_eq!(answer(service::lack(&witness.host, id)), Ok(None));
    plans::must(&answer(template::lock_with(&witness.host, id, true)).expect("a plan"), journals.path());
    let image = Path::new(&folder).join("small.img");
    for file in first_boot::files() {
        assert_eq!(read(&image, &file.path), file.text);
    }
    let link = asked(&image, &format!("stat {}", first_boot::LINK));
    assert!(link.contains("Type: symlink") && link.contains(first_boot::UNIT), "it leads to the unit: {link}");
    // It is sealed as it is now, and no clone takes its change for damage.
    let witness = Witness::connect(libvirt.uri());
    let stock = answer(lab::look(&witness.host)).expect("a stock");
    let source = answer(stock.source(id, None)).expect("a source");
    assert_eq!(source.template.facts.link, Some(Verdict::Yes));
    assert!(source.facts.template.as_ref().is_some_and(|template| template.has_service));
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVhY2ggdG8gaGlzIG93biBrZXkgaGVyZSE= li@host";
    let guest = GuestWish {
        way: WayChoice::Offline,
        format: Some(Format::Ifcfg),
        fixed: true,
        hosts: true,
        password: "geheim".into(),
        key: key.into(),
        ..GuestWish::default()
    };
    let draft = LabDraft { guest, overlay: None, pool: Some("disks".into()), ..draft(&source, "n{1..1}", "") };
    let plan = lab::lab(&source, &draft).expect("a plan");
    let shown: String = plan.commands().iter().map(ToString::to_string).collect();
    assert!(shown.contains("virt-customize") && !shown.contains("geheim"), "{shown}");
    let address = Addressing::Static {
        address: "192.168.1.1/24".parse().expect("an address"),
        gateway: "192.168.1.254".parse().ok(),
        dns: vec!["192.168.1.254".parse().expect("an address")],
    };
    let others = other_formats(&address);
    let with = |step: &Step| match step {
        Step::Customize(step) => {
            let mut step = step.clone();
            step.work
                .files
                .extend(others.iter().filter(|file| !step.work.files.contains(file)).cloned().collect::<Vec<_>>());
            step.into()
        }
        step => step.clone(),
    };
    let all = Plan::new(plan.purpose().clone(), plan.host().clone(), plan.steps().iter().map(with).collect());
    let before = libvirt.photograph();
    let made = plans::must(&all, journals.path());
    let raw = Path::new(&folder).join("n1.raw");
    libvirt.sh(&format!("qemu-img convert -O raw {folder}/n1.qcow2 {}", raw.display()));
    for file in &others {
        assert_eq!(read(&raw, &file.path), file.text, "{}", file.path);
    }
    assert_eq!(read(&raw, "/etc/hosts"), "127.0.0.1 localhost\n192.168.1.1  n1\n");
    assert!(read(&raw, "/root/.ssh/authorized_keys").contains(key));
    assert!(read(&raw, "/etc/shadow").starts_with("root:$"), "a password");
    assert_eq!(read(&raw, "/etc/machine-id"), "");
    libvirt.sh(&format!("rm {}", raw.display()));
    assert!(!libvirt.virsh(&["dumpxml", "n1"]).contains("geheim"));
    plans::must_undo(all, made, journals.path());
    assert_eq!(libvirt.photograph(), before);
}
