//! Making, copying and removing.

use lectern_model::{
    storage::{ImageFormat, backing::Backing, new_volume::NewVolume},
    units::Bytes,
};
use lectern_services::{
    disk::{convert::Convert, remove},
    host::{Copying, StorageError},
};
use lectern_test_kit::{wait, witness::answer};

use super::Place;

pub(crate) fn volumes_are_made_once_and_removed_once(place: &mut Place) {
    let (pool, host) = (place.pool("b").id, place.host.clone());
    let base = place.path("a/base3.qcow2");
    let new = NewVolume::overlay("new.qcow2", Bytes::from_gib(1), &base, ImageFormat::Qcow2);
    let made = answer(host.create_volume(pool, new.clone())).unwrap();
    assert_eq!((made.path.clone(), made.capacity), (place.path("b/new.qcow2"), Bytes::from_gib(1)));
    assert_eq!(made.backing.as_ref().and_then(Backing::path), Some(base.as_str()));
    assert_eq!(answer(host.create_volume(pool, new.clone())).map(|volume| volume.path), Ok(made.path.clone()));
    let other = NewVolume { capacity: Bytes::from_gib(2), ..new.clone() };
    assert_eq!(answer(host.create_volume(pool, other)).err(), Some(StorageError::Exists));
    let info = place.sh("qemu-img info b/new.qcow2");
    assert!(info.contains("backing file format: qcow2"), "{info}");
    let bad = NewVolume { name: "a/b".into(), ..new };
    assert!(matches!(answer(host.create_volume(pool, bad)), Err(StorageError::BadName(_))));
    assert_eq!(answer(host.delete_volume(pool, "new.qcow2".into())), Ok(true));
    assert_eq!(answer(host.delete_volume(pool, "new.qcow2".into())), Ok(false));
    let raw = NewVolume::thin("r.img", ImageFormat::Raw, Bytes(1 << 20));
    let outside = answer(host.create_image(place.path("out"), raw)).unwrap();
    assert_eq!(outside.path, place.path("out/r.img"));
    assert_eq!(answer(remove::delete(&host, &outside.path)), Ok(true));
    assert_eq!(answer(remove::delete(&host, &outside.path)), Ok(false));
    assert_eq!(answer(remove::delete(&host, &place.path("no/such"))), Ok(false));
    let huge = NewVolume { allocation: Some(Bytes(1 << 60)), ..NewVolume::thin("h", ImageFormat::Raw, Bytes(1 << 60)) };
    assert_eq!(answer(host.create_volume(pool, huge)).err(), Some(StorageError::NoSpace));
    assert!(!place.sh("ls b").contains("\nh\n"), "a part of a volume stayed");
}

pub(crate) fn copies_are_whole_or_not_there(place: &mut Place) {
    place.sh("qemu-io -c 'write -P 7 0 4M' a/base4.qcow2 >/dev/null");
    let (pool, host) = (place.pool("a").id, place.host.clone());
    let copy = NewVolume::thin("copy.qcow2", ImageFormat::Qcow2, Bytes(64 << 20));
    let from = place.path("b/top4.qcow2");
    let copying = Copying::new();
    let made = answer(host.copy_volume(pool, copy.clone(), from.clone(), &copying)).unwrap();
    assert_eq!(made.backing, None, "a copy stands on no other");
    place.sh("qemu-img compare -q b/top4.qcow2 a/copy.qcow2");
    assert_eq!(answer(host.copy_volume(pool, copy.clone(), from.clone(), &copying)).err(), Some(StorageError::Exists));
    place.sh("yes | head -c 800M >b/large.img");
    place.libvirt.virsh(&["pool-refresh", "b"]);
    let (large, copying) = (place.path("b/large.img"), Copying::new());
    let copy = NewVolume::thin("large.img", ImageFormat::Raw, Bytes(800 << 20));
    let (other, watched, name) = (host.clone(), copying.clone(), copy.clone());
    let work = std::thread::spawn(move || answer(other.copy_volume(pool, name, large, &watched)));
    let part = wait::until("a part of the copy", wait::SOON, || {
        let part = copying.fraction();
        (part > 0.0 || work.is_finished()).then_some(part)
    });
    println!("{part} of a copy was seen: {:?}", copying.progress());
    copying.cancel();
    assert_eq!(work.join().unwrap().err(), Some(StorageError::Cancelled));
    assert!(!place.sh("ls a").contains("large"), "a cancelled copy stayed");
    place.sh("rm b/large.img");
    let copy = NewVolume::thin("copy.qcow2", ImageFormat::Qcow2, Bytes(64 << 20));
    let stopped = Copying::new();
    stopped.cancel();
    let cancelled = NewVolume { name: "stopped.qcow2".into(), ..copy };
    assert_eq!(answer(host.copy_volume(pool, cancelled, from.clone(), &stopped)).err(), Some(StorageError::Cancelled));
    assert!(!place.sh("ls a").contains("stopped"));
    let convert = Convert::new(&from, ImageFormat::Qcow2, &place.path("out/flat.raw"), ImageFormat::Raw);
    answer(convert.clone().run(&Copying::new())).unwrap();
    place.sh("qemu-img compare -q a/copy.qcow2 out/flat.raw");
    assert_eq!(convert.undo(), Ok(true));
    assert_eq!(place.sh("ls -A out"), "");
}
