//! Small databases of our own, and the real one where it is installed.

use std::{fs, path::Path, time::Instant};

use lectern_model::{
    guest_os::{Family, GuestDevice as D, ReleaseStatus},
    units::Bytes,
};
use tempfile::TempDir;

use super::*;

const TODAY: Date = Date { year: 2026, month: 11, day: 23 };

/// Writes `os/FILE` with these systems.
fn write(folder: &Path, file: &str, systems: &str) {
    let path = folder.join("os").join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, systems).unwrap();
}

fn with(files: &[(&str, &str)]) -> (TempDir, Osinfo) {
    let folder = tempfile::tempdir().unwrap();
    for (file, systems) in files {
        write(folder.path(), file, &format!("<libosinfo version='0.0.1'>{systems}</libosinfo>"));
    }
    let database = Osinfo::read(&[folder.path().to_owned()]).unwrap();
    (folder, database)
}

fn devices(ids: &[&str]) -> String {
    let all: String =
        ids.iter().fold(String::new(), |all, id| all + &format!("<device id='http://pcisig.com/pci/{id}'/>"));
    format!("<devices>{all}</devices>")
}

#[test]
fn a_system_is_read_whole() {
    let (folder, database) = with(&[(
        "debian.org/debian-13.xml",
        "<os id='http://debian.org/debian/13'><short-id>debian13</short-id><short-id>debiantrixie</short-id>\
         <name>Debian 13</name><name xml:lang='de'>Debian dreizehn</name><version>13</version><codename>trixie</codename>\
         <vendor>Debian Project</vendor><family>linux</family><distro>debian</distro>\
         <release-date>2025-08-09</release-date><eol-date>2030-06-30</eol-date>\
         <release-status>prerelease</release-status><firmware arch='x86_64' type='efi'/>\
         <variant id='v'><name>Variant</name></variant>\
         <resources arch='all'><minimum><n-cpus>1</n-cpus><ram>1073741824</ram></minimum>\
         <recommended><storage>21474836480</storage></recommended></resources></os>",
    )]);
    let os = database.find("debiantrixie").unwrap();
    assert_eq!((os.name.as_str(), os.short_id(), os.family), ("Debian 13", Some("debian13"), Family::Linux));
    assert_eq!(os.release.map(|d| d.to_string()).as_deref(), Some("2025-08-09"));
    assert_eq!(os.status, ReleaseStatus::Prerelease);
    assert_eq!(os.minimum("x86_64").memory, Some(Bytes::from_gib(1)));
    assert_eq!(os.recommended("x86_64").storage, Some(Bytes::from_gib(20)));
    assert_eq!(os.recommended("x86_64").cpus, Some(2));
    assert!(os.starts_from("efi", "x86_64").unwrap());
    let id = "http://debian.org/debian/13";
    assert_eq!(database.find(id), Some(os));
    assert_eq!(database.files(id), [folder.path().join("os/debian.org/debian-13.xml")]);
    assert_eq!(database.find("debian14"), None);
}

#[test]
fn drivers_firmware_and_needs_are_inherited() {
    let (_folder, database) = with(&[
        (
            "v/a.xml",
            &format!(
                "<os id='a'><short-id>a</short-id>{}<firmware arch='x86_64' type='efi'/>\
            <resources arch='all'><minimum><ram>5</ram></minimum></resources></os>",
                devices(&["1af4/1001", "1af4/1050"])
            ),
        ),
        (
            "v/b.xml",
            "<os id='b'><short-id>b</short-id><derives-from id='a'/>\
            <devices><device id='http://pcisig.com/pci/1af4/1050' supported='false'/></devices>\
            <resources arch='all' inherit='true'/></os>",
        ),
        (
            "v/c.xml",
            &format!(
                "<os id='c'><short-id>c</short-id><clones id='b'/><derives-from id='gone'/>{}\
            <firmware arch='x86_64' type='efi' supported='false'/></os>",
                devices(&["1af4/1041"])
            ),
        ),
    ]);
    let [a, b, c] = ["a", "b", "c"].map(|name| database.find(name).unwrap());
    assert_eq!(a.devices.iter().copied().collect::<Vec<_>>(), [D::VirtioBlock, D::VirtioGpu]);
    assert_eq!(b.devices.iter().copied().collect::<Vec<_>>(), [D::VirtioBlock]);
    assert_eq!(c.devices.iter().copied().collect::<Vec<_>>(), [D::VirtioNet10, D::VirtioBlock]);
    assert_eq!(b.minimum("x86_64").memory, Some(Bytes(5)));
    assert_eq!(c.minimum("x86_64").memory, None);
    assert_eq!((b.starts_from("efi", "x86_64"), c.starts_from("efi", "x86_64")), (Some(true), Some(false)));
}

#[test]
fn a_circle_ends() {
    let (_folder, database) = with(&[
        (
            "v/a.xml",
            &format!("<os id='a'><short-id>a</short-id><derives-from id='b'/>{}</os>", devices(&["1af4/1001"])),
        ),
        ("v/b.xml", "<os id='b'><short-id>b</short-id><clones id='a'/></os>"),
    ]);
    assert!(database.find("a").unwrap().has(D::VirtioBlock));
    assert_eq!(database.all().len(), 2);
}

#[test]
fn a_later_folder_hides_and_adds() {
    let system = |name: &str| format!("<libosinfo><os id='{name}'><short-id>{name}</short-id></os></libosinfo>");
    let [first, second] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for name in ["kept", "hidden", "replaced"] {
        write(first.path(), &format!("v/{name}.xml"), &system(name));
    }
    write(first.path(), "v/kept.d/more.xml", "<libosinfo><os id='kept'><name>Kept</name></os></libosinfo>");
    write(first.path(), "v/broken.xml", "<libosinfo><os id='broken'>");
    write(first.path(), "v/README", "nothing");
    write(second.path(), "v/hidden.xml", "");
    write(second.path(), "v/replaced.xml", &system("mine"));
    let folders = [first.path().to_owned(), second.path().to_owned(), "/nonexistent".into()];
    let database = Osinfo::read(&folders).unwrap();
    let mut names: Vec<_> = database.all().iter().filter_map(|os| os.short_id()).collect();
    names.sort_unstable();
    assert_eq!(names, ["kept", "mine"]);
    assert_eq!(database.find("kept").map(|os| os.name.as_str()), Some("Kept"));
    assert_eq!(database.files("kept").len(), 2);
    assert_eq!(database.damaged(), [first.path().join("os/v/broken.xml")]);
}

#[test]
fn no_database_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let looked_in = vec![folder.path().to_owned()];
    assert_eq!(Osinfo::read(&looked_in).unwrap_err(), OsinfoError::Missing { looked_in });
}

#[test]
fn the_likeliest_system_comes_first() {
    let os = |name: &str, distro: &str, dates: &str| {
        let short = name.to_lowercase().replace(' ', "");
        format!("<os id='{name}'><short-id>{short}</short-id><name>{name}</name><distro>{distro}</distro>{dates}</os>")
    };
    let (_folder, database) = with(&[(
        "v/all.xml",
        &[
            os("Slackware 15", "slackware", "<release-date>2022-02-02</release-date>"),
            os("CentOS 7", "centos", "<release-date>2014-07-07</release-date><eol-date>2024-06-30</eol-date>"),
            os("CentOS 9", "centos", "<release-date>2021-12-03</release-date><eol-date>2027-05-31</eol-date>"),
            os("Debian 12", "debian", "<release-date>2023-06-10</release-date><eol-date>2028-06-30</eol-date>"),
            os("Debian 13", "debian", "<release-date>2025-08-09</release-date>"),
            os("Debian testing", "debian", "<release-status>prerelease</release-status>"),
            "<os id='http://libosinfo.org/unknown'><name>Unknown</name></os>".to_owned(),
        ]
        .concat(),
    )]);
    let names = |typed| database.search(typed, TODAY).iter().map(|os| os.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names(""), ["Debian 13", "Debian 12", "Debian testing", "CentOS 9", "Slackware 15", "CentOS 7"]);
    assert_eq!(names("cent"), ["CentOS 9", "CentOS 7"]);
    assert_eq!(names("CentOS7"), ["CentOS 7"]);
    assert_eq!(names(" 7 cent "), ["CentOS 7"]);
    assert_eq!(names("unknown"), Vec::<&str>::new());
}

/// The database of the package `osinfo-db`, which build-aux/packages names.
#[test]
fn the_real_database_is_read_and_found_in() {
    let began = Instant::now();
    let Ok(database) = Osinfo::read(&["/usr/share/osinfo".into()]) else {
        println!("skipped: osinfo-db is not installed");
        return;
    };
    println!("{} systems in {:?}", database.all().len(), began.elapsed());
    assert!(database.all().len() > 800 && database.damaged().is_empty());
    let debian = database.find("debian12").unwrap();
    for device in [D::VirtioNet10, D::VirtioBlock, D::VirtioSerial, D::VirtioRng, D::VirtioBalloon, D::Q35, D::Xhci] {
        assert!(debian.has(device), "{device:?}");
    }
    let centos = database.find("centos7").unwrap();
    assert!(centos.has(D::VirtioBlock) && centos.has(D::Q35) && centos.is_ended(TODAY));
    assert_eq!(centos.recommended("x86_64").memory, Some(Bytes::from_gib(1)));
    assert_eq!(centos.recommended("x86_64").storage, Some(Bytes::from_gib(20)));
    assert!(database.find("win11").unwrap().requires_uefi("x86_64"));
    assert!(!database.find("win10").unwrap().requires_uefi("x86_64"));
    assert!(!database.find("ubuntu22.04").unwrap().has(D::VirtioGpu));
    let old = database.find("centos5.0").unwrap();
    assert!(!old.has(D::VirtioNet10) && !old.has(D::Q35));
    let first = database.search("centos 7", TODAY);
    assert_eq!(first.first().and_then(|os| os.short_id()), Some("centos7.0"));
    let shown: Vec<_> = database.search("", TODAY).iter().take(12).filter_map(|os| os.short_id()).collect();
    println!("first shown: {shown:?}");
    assert!(shown.contains(&"debian12"));
}

#[test]
fn the_database_is_read_once_and_aside() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let Ok(first) = runtime.block_on(Osinfo::load()) else {
        println!("skipped: osinfo-db is not installed");
        return;
    };
    let second = runtime.block_on(Osinfo::load()).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
}
