//! Disks: defaults with their reasons, and each treatment.

use super::*;

const OWN: &str = "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/i/web01.qcow2' index='2'/><backingStore type='file' index='3'><format type='qcow2'/><source file='/i/base'/></backingStore><target dev='vda' bus='virtio'/><serial>S1</serial><wwn>5000c50015ea71aa</wwn><alias name='virtio-disk0'/></disk>";

fn views(inside: &str) -> Vec<DiskView> {
    disks(&parse(&machine(&format!("<devices>{inside}</devices>"))))
}

fn with(inside: &str, choice: DiskChoice) -> Result<String, CloneError> {
    let source = parse(&machine(&format!("<devices>{inside}</devices>")));
    let all = inside_of(&clone(&source, &Request::new(identity(1)).disk(0, choice))?.document);
    Ok(all["<devices>".len()..all.len() - "</devices>".len()].to_owned())
}

fn file(path: &str) -> DiskSource {
    DiskSource::File(path.into())
}

#[test]
fn defaults_have_reasons() {
    use Treatment::{Copy, LeaveOut, Link, Share};
    for (disk, default, reason) in [
        (OWN, Copy, DiskReason::Own),
        ("<disk type='block'><source dev='/dev/vg/a'/></disk>", Copy, DiskReason::Own),
        ("<disk type='volume'><source pool='p' volume='v'/></disk>", Copy, DiskReason::Own),
        ("<disk type='file' device='cdrom'><target dev='sda'/><readonly/></disk>", Share, DiskReason::Empty),
        ("<disk type='file' device='cdrom'><source file='/iso'/><readonly/></disk>", Share, DiskReason::ReadOnly),
        ("<disk type='file'><source file='/i'/><shareable/></disk>", Share, DiskReason::Shareable),
        ("<disk type='file'><source file='/i'/><transient shareBacking='yes'/></disk>", Share, DiskReason::Transient),
        ("<disk type='file'><source file='/i'/><transient/></disk>", Copy, DiskReason::Own),
        (
            "<disk type='network'><source protocol='rbd' name='p/i'/></disk>",
            LeaveOut,
            DiskReason::Network("rbd".into()),
        ),
        ("<disk type='nvme'><source/></disk>", LeaveOut, DiskReason::PassedThrough("nvme".into())),
        (
            "<disk type='block' device='lun'><source dev='/dev/sdb'/></disk>",
            LeaveOut,
            DiskReason::PassedThrough("lun".into()),
        ),
    ] {
        let view = &views(disk)[0];
        assert_eq!((view.default, &view.reason), (default, &reason), "{disk}");
        assert_eq!(view.sharing_is_risky(), default != Share, "{disk}");
        assert!(view.possible.contains(&LeaveOut) && view.possible.contains(&default));
        assert_eq!(
            view.possible.contains(&Link),
            view.device == "disk" && view.source.is_some() && view.reason != DiskReason::Transient
        );
    }
}

#[test]
fn an_encrypted_disk_is_no_base() {
    for inner in ["<encryption format='luks'/>", "<slices/>"] {
        let disk = format!(
            "<disk type='file'><driver type='raw'/><source file='/i'>{inner}</source><target dev='vda'/></disk>"
        );
        assert!(!views(&disk)[0].possible.contains(&Treatment::Link));
        let refused = with(&disk, DiskChoice::Link { to: file("/n") });
        assert_eq!(refused, Err(CloneError::ImpossibleDisk { index: 0, target: "vda".into() }));
        // A copy keeps its secret.
        assert!(with(&disk, DiskChoice::Copy { to: file("/n"), format: None }).unwrap().contains(inner));
    }
}

#[test]
fn a_copy_and_a_link_get_their_own_image_and_numbers() {
    let numbers = {
        let copy = with(OWN, DiskChoice::Copy { to: file("/n/a.qcow2"), format: None }).unwrap();
        let from = copy.find("<serial>").unwrap();
        copy[from..copy.find("</disk>").unwrap()].to_owned()
    };
    assert!(!numbers.contains("S1") && !numbers.contains("5000c50015ea71aa"));
    let link = with(OWN, DiskChoice::Link { to: file("/n/a.qcow2") }).unwrap();
    assert_eq!(
        link,
        format!(
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/n/a.qcow2'/><target dev='vda' bus='virtio'/>{numbers}</disk>"
        )
    );
    let raw = "<disk type='block' device='disk'><source dev='/dev/vg/a'/><target dev='vda'/></disk>";
    assert_eq!(
        with(raw, DiskChoice::Link { to: DiskSource::Volume { pool: "p".into(), volume: "v".into() } }).unwrap(),
        "<disk type='volume' device='disk'><driver name='qemu' type='qcow2'/><source pool='p' volume='v'/><target dev='vda'/></disk>"
    );
    assert_eq!(
        with(raw, DiskChoice::Copy { to: file("/n"), format: Some("raw".into()) }).unwrap(),
        "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/n'/><target dev='vda'/></disk>"
    );
}

#[test]
fn shared_and_left_out() {
    let shared = with(OWN, DiskChoice::Share).unwrap();
    assert!(
        shared.contains("<source file='/i/web01.qcow2'/>") && !shared.contains("backingStore") && shared.contains("S1")
    );
    assert_eq!(with(OWN, DiskChoice::LeaveOut).unwrap(), "");
}

#[test]
fn disks_that_are_not_new_are_refused() {
    let copy = |path: &str| DiskChoice::Copy { to: file(path), format: None };
    assert_eq!(with(OWN, copy("/i/web01.qcow2")), Err(CloneError::TakenDisk("/i/web01.qcow2".into())));
    assert_eq!(with(OWN, copy("/i/base")), Err(CloneError::TakenDisk("/i/base".into())));
    let source = parse(&machine(&format!("<devices>{OWN}{OWN}</devices>")));
    let twice = Request::new(identity(1)).disk(0, copy("/n")).disk(1, copy("/n"));
    assert_eq!(clone(&source, &twice), Err(CloneError::TakenDisk("/n".into())));
    let undecided = clone(&source, &Request::new(identity(1)));
    assert_eq!(undecided, Err(CloneError::UndecidedDisk { index: 0, target: "vda".into() }));
    let none = clone(&source, &twice.disk(2, copy("/m")));
    assert_eq!(none, Err(CloneError::NoDisk(2)));
}

#[test]
fn a_sealed_disk_is_linked_without_its_lock() {
    let sealed = "<metadata><lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'><lectern:template version='1'><lectern:base target='vda' path='/i' locked='yes'/></lectern:template></lectern:machine></metadata>";
    let disk = "<disk type='file' device='disk'><driver type='qcow2'/><source file='/i'/><target dev='vda'/><readonly/></disk>";
    let source = parse(&machine(&format!("{sealed}<devices>{disk}</devices>")));
    let view = &disks(&source)[0];
    assert_eq!((view.default, &view.reason), (Treatment::Link, &DiskReason::TemplateBase));
    let new = clone(&source, &request(&source, 1)).unwrap().document.to_string();
    assert!(!new.contains("readonly") && !new.contains("lectern"), "{new}");
}
