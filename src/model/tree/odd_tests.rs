//! Trees as mirrors and discs of many years really have them.

use super::tests::{Shelf, nothing, tree};
use super::*;

const PXE: [(&str, &str); 2] = [("images/pxeboot/vmlinuz", ""), ("images/pxeboot/initrd.img", "")];

/// A tree of Red Hat's layout with this description.
fn described(info: &str) -> Tree {
    tree(Shelf::of(&[(".treeinfo", info), PXE[0], PXE[1]]))
}

#[test]
fn red_hats_descriptions_of_all_years_are_read() {
    let images = "[images-x86_64]\nkernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n";
    for (info, name, os) in [
        // RHEL 5, Windows' line ends, and no name.
        (
            "[general]\r\nfamily = Red Hat Enterprise Linux Server\r\nversion = 5.11\r\narch = x86_64\r\n",
            "Red Hat Enterprise Linux",
            "rhel5.11",
        ),
        (
            "[general]\nfamily = CentOS\nversion = 6.10\ntimestamp = 1530372506.06\narch = x86_64\n",
            "CentOS",
            "centos6.10",
        ),
        (
            "[general]\nfamily = CentOS Stream\nname = CentOS Stream 9\nversion = 9\narch = x86_64\n",
            "CentOS Stream",
            "centos-stream9",
        ),
        (
            "[header]\nversion = 1.2\n[release]\nname = CentOS Stream\nshort = CentOS-Stream\nversion = 10\n[tree]\narch = x86_64\n",
            "CentOS Stream",
            "centos-stream10",
        ),
        ("[general]\nfamily = Rocky Linux\nname = Rocky Linux 9.4\nversion = 9.4\n", "Rocky Linux", "rocky9.4"),
        ("[general]\nfamily = AlmaLinux\nversion = 9.9\n", "AlmaLinux", "almalinux9.9"),
        ("[general]\nfamily = Oracle Linux Server\nversion = 8.10\n", "Oracle Linux", "ol8.10"),
        ("[general]\nfamily = Fedora\nversion = rawhide\n", "Fedora", "fedora-rawhide"),
        ("[general]\nfamily = Fedora\nversion = 42\nvariant = Server\n", "Fedora", "fedora42"),
        // A byte order mark, large letters, colons, remarks, and the version in the name alone.
        ("\u{feff}# made by hand\n[General]\nFamily: CentOS\nName: CentOS-7.9.2009\n", "CentOS", "centos7.9.2009"),
        ("; remark\n[general]\nfamily=openEuler\nversion=22.03\n", "openEuler", "openeuler22.03"),
        ("[general]\nfamily = Anolis OS\nversion = 8.8\n", "Anolis OS", "anolis8.8"),
    ] {
        let tree = described(&format!("{info}{images}"));
        assert_eq!((tree.distribution.name(), tree.os_names()[0].as_str()), (name, os), "{info}");
        assert_eq!(tree.notes, [], "{info}");
        assert_eq!(answer_kind(&tree), Some(AnswerKind::Kickstart), "{info}");
    }
}

#[test]
fn an_unknown_minor_version_is_walked_down() {
    let tree = described(
        "[general]\nfamily = Red Hat Enterprise Linux\nversion = 9.3\n[images-x86_64]\nkernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n",
    );
    assert_eq!(tree.os_names(), ["rhel9.3", "rhel9.2", "rhel9.1", "rhel9.0", "rhel9", "rhel-unknown"]);
    // A number that nobody means does not make a list without end.
    let many = Tree { version: Some("9.4294967295".into()), ..tree };
    assert!(many.os_names().len() < 200);
}

#[test]
fn paths_in_a_description_are_from_the_trees_top() {
    let tree = described(
        "[general]\nfamily = CentOS\nversion = 7\n[images-x86_64]\nkernel = ./images/pxeboot/vmlinuz\ninitrd = /images/pxeboot/initrd.img\n[checksums]\n./images/pxeboot/vmlinuz = SHA256: AB\n/images/pxeboot/initrd.img = sha512:cd\nother = sha1:00\n",
    );
    assert_eq!((tree.kernel.as_str(), tree.initrd.as_str()), (PXE[0].0, PXE[1].0));
    assert_eq!(tree.checksum(PXE[0].0).unwrap().hex, "ab");
    assert_eq!(tree.checksum(PXE[1].0).unwrap().algorithm, Algorithm::Sha512);
}

#[test]
fn other_processors_are_told_and_old_pcs_are_none() {
    let of = |arch: &str| {
        described(&format!(
            "[general]\nfamily = CentOS\nversion = 6\narch = {arch}\n[images-{arch}]\nkernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n"
        ))
    };
    assert_eq!((of("i386").arch.as_str(), &of("i386").notes[..]), ("i686", &[][..]));
    assert_eq!((of("aarch64").arch.as_str(), &of("aarch64").notes[..]), ("aarch64", &[Note::OtherArchitecture][..]));
    assert_eq!(of("x86_64").notes, []);
}

#[test]
fn suses_of_all_years_are_found() {
    let at = |kernel: &'static str, initrd: &'static str, file: &'static str, text: &'static str| {
        tree(Shelf::of(&[(kernel, ""), (initrd, ""), (file, text)]))
    };
    let (kernel, initrd) = ("boot/x86_64/loader/linux", "boot/x86_64/loader/initrd");
    for (file, text, os) in [
        ("content", "CONTENTSTYLE 11\nLABEL SUSE Linux Enterprise Server 11 SP4\nVERSION 11.4-0\n", "sles11sp4"),
        ("content", "DISTRO cpe:/o:suse:sles:12:sp5,SUSE Linux Enterprise Server 12 SP5\n", "sles12sp5"),
        ("content", "LABEL openSUSE Leap 42.3\nVERSION 42.3\n", "opensuse42.3"),
        ("content", "LABEL openSUSE 13.2\nVERSION 13.2-0\n", "opensuse13.2"),
        ("media.1/products", "/ SLE15-SP6 15.6-0\n", "sle15sp6"),
        ("media.1/products", "/ openSUSE-Tumbleweed 20240917-0\n", "opensusetumbleweed"),
    ] {
        let tree = at(kernel, initrd, file, text);
        assert_eq!(tree.os_names()[0], os, "{text}");
        assert_eq!(answer_kind(&tree), Some(AnswerKind::AutoYast));
    }
    let leap = "[general]\narch = x86_64\nfamily = openSUSE Leap\nname = openSUSE Leap 15.6\nversion = 15.6\n\
        [images-x86_64]\ninitrd = boot/x86_64/loader/initrd\nkernel = boot/x86_64/loader/linux\n";
    let leap = at(kernel, initrd, ".treeinfo", leap);
    assert_eq!(leap.os_names()[0], "opensuse15.6");
    let telling = Telling { address: Some("http://a/leap"), answer: Some(AnswerKind::AutoYast), ..Telling::default() };
    assert_eq!(arguments(&leap, &telling), "install=http://a/leap autoyast=file:///autoinst.xml");
}

#[test]
fn mageias_version_is_in_its_one_line() {
    for (line, os) in [("Mageia 9 x86_64 20230820\n", "mageia9"), ("Version: 8.1\nBranch: 8\n", "mageia8")] {
        let files = [("isolinux/x86_64/vmlinuz", ""), ("isolinux/x86_64/all.rdz", ""), ("VERSION", line)];
        let tree = tree(Shelf::of(&files));
        assert_eq!((tree.os_names()[0].as_str(), answer_kind(&tree)), (os, None));
    }
}

#[test]
fn debians_sums_are_read_and_its_discs_told_apart() {
    let at = "dists/bookworm/main/installer-amd64/current/images/";
    let sum = "ab".repeat(32);
    let sums = format!("{sum}  ./netboot/debian-installer/amd64/linux\nnonsense\n{sum}  ./cdrom/vmlinuz\n");
    let manifest = "netboot/debian-installer/amd64/linux -- kernel\n";
    let mut shelf = Shelf::of(&[("dists/bookworm/Release", "Origin: Debian\nVersion: 12.5\nCodename: bookworm\n")]);
    for (file, text) in [("MANIFEST", manifest), ("SHA256SUMS", &sums), ("netboot/debian-installer/amd64/linux", "")] {
        shelf.files.insert(format!("{at}{file}"), text.to_owned());
    }
    let mirror = tree(shelf);
    assert_eq!(mirror.checksum(&mirror.kernel).map(|sum| sum.hex.len()), Some(64));
    assert_eq!((mirror.checksums.len(), mirror.os_names()[0].as_str()), (1, "debian12"));
    for (info, kernel, initrd, os, kind) in [
        (
            "Debian GNU/Linux 13.1.0 \"Trixie\" - Official amd64 NETINST with firmware",
            "install.amd/vmlinuz",
            "install.amd/initrd.gz",
            "debian13",
            Some(AnswerKind::Preseed),
        ),
        (
            "Official Debian GNU/Linux Live 12.5.0 standard",
            "d-i/vmlinuz",
            "d-i/initrd.gz",
            "debian12",
            Some(AnswerKind::Preseed),
        ),
        (
            "Ubuntu-Server 16.04.7 LTS \"Xenial Xerus\" - Release amd64",
            "install/vmlinuz",
            "install/initrd.gz",
            "ubuntu16.04",
            Some(AnswerKind::Preseed),
        ),
        (
            "Ubuntu-Server 18.04.6 LTS \"Bionic Beaver\" - Release amd64",
            "casper/vmlinuz",
            "casper/initrd",
            "ubuntu18.04",
            None,
        ),
        (
            "Ubuntu 18.04.6 LTS \"Bionic Beaver\" - Release amd64",
            "casper/vmlinuz.efi",
            "casper/initrd.lz",
            "ubuntu18.04",
            None,
        ),
        (
            "Ubuntu-Server 25.10 \"Questing Quokka\" - Release amd64",
            "casper/vmlinuz",
            "casper/initrd",
            "ubuntu25.10",
            Some(AnswerKind::Autoinstall),
        ),
    ] {
        let disc = tree(Shelf::of(&[(".disk/info", info), (kernel, ""), (initrd, "")]));
        assert_eq!((disc.os_names()[0].as_str(), answer_kind(&disc)), (os, kind), "{info}");
    }
}

#[test]
fn ubuntus_live_installer_is_told_to_begin_and_not_to_wait() {
    let info = "Ubuntu-Server 24.04.1 LTS \"Noble Numbat\" - Release amd64 (20240827)";
    let tree = tree(Shelf::of(&[(".disk/info", info), ("casper/vmlinuz", ""), ("casper/initrd", "")]));
    let telling = Telling { serial: true, answer: Some(AnswerKind::Autoinstall), ..Telling::default() };
    assert_eq!(arguments(&tree, &telling), "console=tty0 console=ttyS0 noprompt autoinstall");
}

#[test]
fn the_folder_of_a_kernel_and_half_a_tree_are_understood() {
    let own = tree(Shelf::of(&[("linux", ""), ("initrd.gz", "")]));
    assert_eq!(own.distribution, Distribution::Debian);
    // A kernel without its RAM disk is no tree.
    let Nothing::Folders(folders) = nothing(Shelf::of(&[PXE[0]]), "x") else { panic!("a tree?") };
    assert_eq!(folders, ["images"]);
    let long = "x".repeat(100_000);
    assert_eq!(TreeInfo::parse(&format!("[general]\nfamily = {long}\n")).unwrap().family().unwrap().len(), 100_000);
    for text in ["[", "[]\n=\n", "[general", "[general]\n=x\n\u{0}", "general\nfamily=CentOS"] {
        drop(TreeInfo::parse(text));
    }
}
