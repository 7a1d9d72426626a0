//! Every layout, and what is said where there is none.

use std::{collections::BTreeMap, convert::Infallible};

use super::*;

/// A place in memory: files by their path.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) files: BTreeMap<String, String>,
    /// Whether folders tell what is in them.
    lists: bool,
    parent: Vec<String>,
}

impl Shelf {
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { files, lists: true, parent: Vec::new() }
    }
}

impl Lookup for Shelf {
    type Error = Infallible;

    fn text(&mut self, path: &str) -> Result<Option<String>, Infallible> {
        Ok(self.files.get(path).cloned())
    }

    fn has(&mut self, path: &str) -> Result<bool, Infallible> {
        Ok(self.files.contains_key(path))
    }

    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, Infallible> {
        if path == ".." {
            return Ok(Some(self.parent.clone()));
        }
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(&folder))
            .map(|rest| rest.split_once('/').map_or_else(|| rest.to_owned(), |(name, _)| format!("{name}/")))
            .collect();
        names.dedup();
        Ok((self.lists && !names.is_empty()).then_some(names))
    }
}

pub(super) fn tree(mut shelf: Shelf) -> Tree {
    match detect(&mut shelf, "x86_64", "x") {
        Ok(Finding::Tree(tree)) => *tree,
        other => panic!("no tree: {other:?}"),
    }
}

pub(super) fn nothing(mut shelf: Shelf, wanted: &str) -> Nothing {
    match detect(&mut shelf, "x86_64", wanted) {
        Ok(Finding::Nothing(nothing)) => nothing,
        other => panic!("{other:?}"),
    }
}

const CENTOS: &str = "[general]\nname = CentOS-7\nfamily = CentOS\ntimestamp = 1.5\nversion = 7\narch = x86_64\n\n\
    [stage2]\nmainimage = LiveOS/squashfs.img\n\n[images-x86_64]\nkernel = images/pxeboot/vmlinuz\n\
    initrd = images/pxeboot/initrd.img\nboot.iso = images/boot.iso\n\n[images-xen]\nkernel = images/pxeboot/xen\n\
    initrd = images/pxeboot/xen.img\n\n[checksums]\nimages/pxeboot/vmlinuz = sha256:AB12\nrepodata/x = md5:00\n";
const PXE: [(&str, &str); 2] = [("images/pxeboot/vmlinuz", ""), ("images/pxeboot/initrd.img", "")];

#[test]
fn a_described_tree_tells_all() {
    let tree = tree(Shelf::of(&[(".treeinfo", CENTOS), PXE[0], PXE[1]]));
    assert_eq!((tree.distribution.name(), tree.version.as_deref()), ("CentOS", Some("7")));
    assert_eq!((tree.kernel.as_str(), tree.initrd.as_str()), ("images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"));
    assert_eq!(tree.checksum("images/pxeboot/vmlinuz").unwrap().hex, "ab12");
    assert_eq!(tree.checksums.len(), 1);
    assert_eq!(tree.notes, []);
    assert_eq!(tree.os_names(), ["centos7", "centos7.0"]);
    assert_eq!(tree.evidence, Evidence::Description(".treeinfo".into()));
}

#[test]
fn a_tree_of_todays_productmd_and_one_without_dots_are_read() {
    let fedora = "[header]\ntype = productmd.treeinfo\n[release]\nname = Fedora\nversion = 42\n[tree]\narch = x86_64\n\
        [images-x86_64]\nkernel=images/pxeboot/vmlinuz\ninitrd=images/pxeboot/initrd.img\n";
    let tree = tree(Shelf::of(&[("treeinfo", fedora), PXE[0], PXE[1]]));
    assert_eq!((&tree.distribution, tree.version.as_deref()), (&Distribution::Fedora, Some("42")));
    assert_eq!(tree.os_names(), ["fedora42", "fedora-unknown"]);
}

#[test]
fn a_page_that_stands_for_every_name_is_no_description() {
    let page = "<html>[general]</html>";
    assert_eq!(nothing(Shelf::of(&[(".treeinfo", page)]), "x"), Nothing::Unknown);
    assert_eq!(TreeInfo::parse(page), None);
    assert_eq!(TreeInfo::parse(""), None);
}

#[test]
fn a_description_that_is_wrong_is_passed_over_or_said() {
    let wrong = CENTOS.replace("pxeboot/vmlinuz", "other/vmlinuz");
    let tree = tree(Shelf::of(&[(".treeinfo", &wrong), PXE[0], PXE[1]]));
    assert_eq!((tree.kernel.as_str(), &tree.notes[..]), (PXE[0].0, &[Note::DescriptionWrong][..]));
    let missing = "images/pxeboot/vmlinuz".to_owned();
    assert_eq!(nothing(Shelf::of(&[(".treeinfo", CENTOS)]), "x"), Nothing::Incomplete { missing });
}

#[test]
fn the_courses_copy_without_dot_files_is_a_tree() {
    let repo = "[InstallMedia]\nname=CentOS 7\nmediaid=1\n";
    let tree = tree(Shelf::of(&[PXE[0], PXE[1], ("media.repo", repo), ("GPL", "")]));
    assert_eq!((&tree.distribution, tree.version.as_deref()), (&Distribution::Centos, Some("7")));
    assert_eq!(tree.notes, [Note::DotFilesMissing]);
    assert_eq!(tree.evidence, Evidence::Layout("images/pxeboot".into()));
    let key = super::tests::tree(Shelf::of(&[PXE[0], PXE[1], ("RPM-GPG-KEY-CentOS-7", "")]));
    assert_eq!(key.os_names(), ["centos7", "centos7.0"]);
    let disc = super::tests::tree(Shelf::of(&[("isolinux/vmlinuz", ""), ("isolinux/initrd.img", "")]));
    assert_eq!(disc.distribution, Distribution::Other(String::new()));
}

#[test]
fn files_without_folders_are_told() {
    let files = [("EULA", ""), ("GPL", ""), ("RPM-GPG-KEY-CentOS-7", ""), ("TRANS.TBL", "")];
    let Nothing::FilesOnly { seen } = nothing(Shelf::of(&files), "centos7") else { panic!("not told") };
    assert_eq!(seen.len(), 4);
    // A server that does not list its folders.
    let silent = Shelf { lists: false, ..Shelf::of(&files) };
    assert!(matches!(nothing(silent, "centos7"), Nothing::FilesOnly { seen } if seen.len() == 4));
}

#[test]
fn a_wrong_path_offers_what_is_beside_it() {
    let names = ["pub/", "centos7/", "osp10/", "readme.txt"].map(str::to_owned).to_vec();
    let shelf = Shelf { parent: names, ..Shelf::default() };
    let near = ["centos7", "pub", "osp10"].map(str::to_owned).to_vec();
    assert_eq!(nothing(shelf, "CentOS"), Nothing::Missing { near, alike: 1 });
    let here = Shelf::of(&[("centos7/.treeinfo", CENTOS), ("osp10/a", "")]);
    assert_eq!(nothing(here, ""), Nothing::Folders(vec!["centos7".into(), "osp10".into()]));
    let discs = Shelf::of(&[("CentOS-7.iso", ""), ("a.txt", "")]);
    assert_eq!(nothing(discs, ""), Nothing::Discs(vec!["CentOS-7.iso".into()]));
}

const MANIFEST: &str = "netboot/debian-installer/amd64/linux -- kernel image for netboot\n\
    netboot/debian-installer/amd64/initrd.gz -- initrd for netboot\n";

#[test]
fn debian_is_found_as_a_mirror_an_installer_and_unpacked() {
    let at = "dists/trixie/main/installer-amd64/current/images/";
    let release = "Origin: Debian\nSuite: stable\nVersion: 13.1\nCodename: trixie\n";
    let files = |from: &str| {
        ["MANIFEST", "netboot/debian-installer/amd64/linux", "netboot/debian-installer/amd64/initrd.gz"]
            .map(|file| (format!("{from}{file}"), if file == "MANIFEST" { MANIFEST } else { "" }))
    };
    for lists in [true, false] {
        let mut shelf =
            Shelf { lists, ..Shelf::of(&[("dists/trixie/Release", release), ("dists/stable/Release", "")]) };
        shelf.files.extend(files(at).map(|(path, text)| (path, text.to_owned())));
        let tree = tree(shelf);
        assert_eq!((&tree.distribution, tree.version.as_deref()), (&Distribution::Debian, Some("13.1")));
        assert_eq!(tree.kernel, format!("{at}netboot/debian-installer/amd64/linux"));
        assert_eq!((tree.codename.as_deref(), &tree.os_names()[0][..]), (Some("trixie"), "debian13"));
    }
    let mut shelf = Shelf::of(&[("../../Release", release)]);
    shelf.files.extend(files("current/images/").map(|(path, text)| (path, text.to_owned())));
    assert_eq!(tree(shelf).version.as_deref(), Some("13.1"));
    let unpacked = Shelf::of(&[("debian-installer/amd64/linux", ""), ("debian-installer/amd64/initrd.gz", "")]);
    assert_eq!(tree(unpacked).distribution, Distribution::Debian);
}

#[test]
fn ubuntu_is_found_in_its_legacy_images_and_on_its_disc() {
    let at = "dists/focal/main/installer-amd64/current/legacy-images/";
    let release = "Origin: Ubuntu\nVersion: 20.04\nCodename: focal\n";
    let mut shelf = Shelf::of(&[("dists/focal/Release", release)]);
    let manifest = MANIFEST.replace("debian", "ubuntu");
    for (file, text) in [("MANIFEST", &manifest[..]), ("netboot/ubuntu-installer/amd64/linux", "")] {
        shelf.files.insert(format!("{at}{file}"), text.to_owned());
    }
    let tree = tree(shelf);
    assert_eq!((&tree.distribution, &tree.os_names()[0][..]), (&Distribution::Ubuntu, "ubuntu20.04"));
    let info = "Ubuntu-Server 24.04.1 LTS \"Noble Numbat\" - Release amd64 (20240827)";
    let disc = Shelf::of(&[(".disk/info", info), ("casper/vmlinuz", ""), ("casper/initrd", "")]);
    let disc = super::tests::tree(disc);
    assert_eq!((disc.codename.as_deref(), &disc.os_names()[0][..]), (Some("noble"), "ubuntu24.04"));
    assert_eq!(disc.notes, [Note::NeedsDisc]);
}

#[test]
fn suse_and_mageia_are_found() {
    let boot = [("boot/x86_64/loader/linux", ""), ("boot/x86_64/loader/initrd", "")];
    let sles = "DISTRO cpe:/o:suse:sles:12:sp5,SUSE Linux Enterprise Server 12 SP5\nVERSION 12.5-0\n";
    let tree_of = |file, text| tree(Shelf::of(&[boot[0], boot[1], (file, text)]));
    assert_eq!(tree_of("content", sles).os_names()[0], "sles12sp5");
    let leap = tree_of("media.1/products", "/ openSUSE-Leap 15.5-1\n");
    assert_eq!((&leap.distribution, &leap.os_names()[0][..]), (&Distribution::OpenSuse, "opensuse15.5"));
    let described = CENTOS.replace("CentOS-7", "openSUSE Leap 15.6").replace("CentOS", "openSUSE Leap");
    let described =
        described.replace("images/pxeboot/vmlinuz", boot[0].0).replace("images/pxeboot/initrd.img", boot[1].0);
    assert_eq!(tree_of(".treeinfo", &described).distribution, Distribution::OpenSuse);
    let mageia = [("isolinux/x86_64/vmlinuz", ""), ("isolinux/x86_64/all.rdz", ""), ("VERSION", "Mageia 9 x86_64\n")];
    assert_eq!(tree(Shelf::of(&mageia)).os_names(), ["mageia9"]);
}

#[test]
fn the_installer_is_told_where_its_packages_and_answers_are() {
    let tree = tree(Shelf::of(&[(".treeinfo", CENTOS), PXE[0], PXE[1]]));
    let address = Some("ftp://192.168.1.254/centos7");
    let telling = Telling { address, serial: true, answer: Some(AnswerKind::Kickstart), more: "net.ifnames=0" };
    assert_eq!(
        arguments(&tree, &telling),
        "net.ifnames=0 console=tty0 console=ttyS0 inst.text inst.repo=ftp://192.168.1.254/centos7 inst.ks=file:/ks.cfg"
    );
    let old = Tree { version: Some("6.10".into()), ..tree.clone() };
    assert_eq!(arguments(&old, &Telling { address, ..Telling::default() }), "repo=ftp://192.168.1.254/centos7");
    let suse = Tree { distribution: Distribution::Sle, ..tree.clone() };
    assert_eq!(arguments(&suse, &Telling { address, ..Telling::default() }), "install=ftp://192.168.1.254/centos7");
    let debian = Tree { distribution: Distribution::Debian, ..tree };
    let telling = Telling { address, answer: Some(AnswerKind::Preseed), ..Telling::default() };
    assert_eq!(arguments(&debian, &telling), "auto=true priority=critical preseed/file=/preseed.cfg");
}

#[test]
fn places_are_read_as_they_are_typed() {
    let shown = |text: &str| Place::parse(text).map(|place| (place.kind(), place.to_string()));
    let place = |kind, text: &str| Ok((kind, text.to_owned()));
    for (text, expected) in [
        ("ftp://192.168.1.254/CentOS", place(PlaceKind::Ftp, "ftp://192.168.1.254/CentOS")),
        (" http://a.b:8080/x/y/ ", place(PlaceKind::Http, "http://a.b:8080/x/y")),
        ("https://a.b/x/.treeinfo", place(PlaceKind::Http, "https://a.b/x")),
        ("ftp://tom:geheim@a.b/x", place(PlaceKind::Ftp, "ftp://tom@a.b/x")),
        ("/var/ftp/centos7/", place(PlaceKind::Folder, "/var/ftp/centos7")),
        ("file:///var/a%20b.ISO", place(PlaceKind::Disc, "/var/a b.ISO")),
        ("/dev/sr0", place(PlaceKind::Disc, "/dev/sr0")),
        ("", Err(PlaceError::Empty)),
        ("nfs://a/b", Err(PlaceError::Nfs)),
        ("server:/export/centos", Err(PlaceError::Nfs)),
        ("centos7", Err(PlaceError::Relative)),
        ("gopher://a/", Err(PlaceError::Scheme("gopher".into()))),
        ("http://a.b/x.iso", Err(PlaceError::RemoteDisc)),
        ("http://u:p@a.b/x", Err(PlaceError::HttpPassword)),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
    assert!(matches!(Place::parse("http://"), Err(PlaceError::Bad(_))));
}

#[test]
fn a_password_is_kept_and_never_shown() {
    let place = Place::parse("ftp://tom:ge%40heim@a.b/x").unwrap();
    assert_eq!(place.password().unwrap().expose(), "ge@heim");
    assert!(!format!("{place:?} {place} {:?} {:?}", place.password(), place.url()).contains("heim"));
    // A kernel's argument has no spaces, and the installer reads an address.
    assert_eq!(place.for_installer().unwrap().expose(), "ftp://tom:ge%40heim@a.b/x");
    assert!(!format!("{:?}", place.for_installer()).contains("heim"));
}

#[test]
fn files_and_neighbours_have_addresses() {
    let place = Place::parse("ftp://a.b/pub/CentOS").unwrap();
    let file = |path: &str| place.file(path).unwrap().to_string();
    assert_eq!(file("images/a b"), "ftp://a.b/pub/CentOS/images/a%20b");
    assert_eq!(file(""), "ftp://a.b/pub/CentOS/");
    assert_eq!(file(".."), "ftp://a.b/pub/");
    assert_eq!(file("../../Release"), "ftp://a.b/Release");
    assert_eq!(place.beside("centos7", false).to_string(), "ftp://a.b/pub/centos7");
    assert_eq!(place.beside("x", true).to_string(), "ftp://a.b/pub/CentOS/x");
    assert_eq!(Place::parse("/a/b").unwrap().beside("c", false).path(), "/a/c");
    assert_eq!((place.last().as_str(), place.is_loopback()), ("CentOS", false));
    assert!(Place::parse("http://127.0.0.1:80/x").unwrap().is_loopback());
    assert!(Place::parse("http://[::1]/x").unwrap().is_loopback());
}
