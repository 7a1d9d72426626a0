//! The first-boot service: the real script under the tiny guest's shell, in a folder for a root, writes what the model writes
//! in each of the five formats, and leaves a guest alone that is told nothing new.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use lectern_model::{
    first_boot::{self, Seed},
    identity_files::{Addressing, Format, HostEntry, Nic, files},
    identity_strings::strings,
    mac::MacAddress,
    metadata::GuestIdentity,
};

const ID: &str = "4DEA22B3-1D52-48F3-B90F-4A2D8EB0A1F3";

fn identity() -> GuestIdentity {
    let nic = |n: u8, device: &str, address: &str, gateway: Option<&str>| Nic {
        device: device.into(),
        mac: Some(MacAddress::from_random([0, 0, n])),
        addressing: Addressing::Static {
            address: address.parse().expect("an address"),
            gateway: gateway.map(|ip| ip.parse().expect("an address")),
            dns: gateway.map(|ip| ip.parse().expect("an address")).into_iter().collect(),
        },
    };
    let nics = vec![nic(1, "eth0", "192.168.4.1/24", Some("192.168.4.254")), nic(2, "eth1", "10.20.1.2/20", None)];
    GuestIdentity { host_name: "node1".into(), nics }
}

fn put(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let file = root.join(path.trim_start_matches('/'));
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, text).expect("a file");
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path.trim_start_matches('/'))).expect(path)
}

/// A root with busybox, what the kernel would show of this machine, and the signs of a format.
fn guest(root: &Path, format: Format) {
    for folder in ["bin", "dev", "proc", "etc/ssh", "var/lib", "tmp", "root"] {
        fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    fs::copy("/bin/busybox", root.join("bin/busybox")).expect("busybox");
    let install = Command::new("chroot").arg(root).args(["/bin/busybox", "--install", "-s", "/bin"]).status();
    assert!(install.is_ok_and(|status| status.success()), "busybox is installed");
    for file in first_boot::files() {
        put(root, &file.path, &file.text);
    }
    put(root, "/dev/null", "");
    put(root, "/etc/hosts", "127.0.0.1 localhost\n127.0.1.1\told\n");
    put(root, "/etc/shadow", "root:*:19000:0:99999:7:::\nbin:*:1:::::\n");
    put(root, "/etc/machine-id", "old\n");
    put(root, "/sys/class/dmi/id/product_uuid", format!("{ID}\n"));
    for (n, device) in [(1, "eth0"), (2, "eth1"), (3, "eth2")] {
        put(root, &format!("/sys/class/net/{device}/address"), format!("{}\n", MacAddress::from_random([0, 0, n])));
        put(root, &format!("/sys/class/net/{device}/device/x"), "");
    }
    match format {
        Format::Ifcfg => put(root, "/etc/sysconfig/network-scripts/ifcfg-lo", ""),
        Format::NetworkManager => put(root, "/etc/NetworkManager/system-connections/x", ""),
        Format::Netplan => {
            put(root, "/etc/netplan/x", "");
            put(root, "/bin/netplan", "#!/bin/sh\n");
            let mode = Command::new("chmod").arg("755").arg(root.join("bin/netplan")).status();
            assert!(mode.is_ok_and(|status| status.success()));
        }
        Format::Ifupdown => put(root, "/etc/network/interfaces", "auto lo\n"),
        Format::Networkd => {}
    }
}

/// What the firmware's tables hold, with a letter before the first string, as chance may have it.
fn told(root: &Path, all: &[String]) {
    let table: Vec<u8> = [b"\x0b\x05\x00\x0e(".to_vec(), all.join("\0").into_bytes(), vec![0, 0, 127, 4]].concat();
    put(root, "/sys/firmware/dmi/tables/DMI", table);
}

fn boot(root: &Path) {
    let mut command = Command::new("unshare");
    // A host name of its own.
    command.args(["--uts", "chroot"]).arg(root).args(["/bin/sh", first_boot::SCRIPT]).stdin(Stdio::null());
    let done = command.output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_service_writes_what_the_model_writes_in_each_format() {
    if !Path::new("/bin/busybox").exists() || !rustix_root() {
        return lectern_test_kit::skipped("a folder for a root needs root, and busybox");
    }
    for format in Format::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        guest(root, format);
        told(root, &strings(&identity(), true));
        boot(root);
        for file in files(format, &identity()).expect("files") {
            let mut wanted = file.text.clone();
            if format == Format::Ifupdown && file.path.ends_with("interfaces") {
                wanted += "\nauto eth2\niface eth2 inet dhcp\n";
            }
            assert_eq!(read(root, &file.path), wanted, "{format:?} {}", file.path);
        }
        assert_eq!(read(root, "/etc/machine-id"), format!("{}\n", ID.replace('-', "").to_lowercase()));
        assert_eq!(read(root, "/etc/hosts"), "127.0.0.1 localhost\n127.0.1.1\tnode1\n");
    }
}

#[test]
fn a_seed_tells_of_hosts_and_of_root_once() {
    if !Path::new("/bin/busybox").exists() || !rustix_root() {
        return lectern_test_kit::skipped("a folder for a root needs root, and busybox");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    guest(root, Format::Networkd);
    let class = [1, 2].map(|n| HostEntry { address: [192, 168, 4, n].into(), host_name: format!("node{n}") });
    let key = "ssh-ed25519 AAAA 李@host".to_owned();
    let seed = Seed { hosts: class.to_vec(), root: Some("$6$a/b.c$d".into()), keys: vec![key.clone()] };
    fs::create_dir_all(root.join("sys/block/vdb")).expect("a folder");
    put(root, "/dev/vdb", seed.bytes());
    // Told nothing by the firmware: the seed is enough.
    boot(root);
    let block = "# Lectern: the machines of the class\n192.168.4.1  node1\n192.168.4.2  node2\n# Lectern: end\n";
    assert_eq!(read(root, "/etc/hosts"), format!("127.0.0.1 localhost\n127.0.1.1\told\n{block}"));
    assert!(read(root, "/etc/shadow").starts_with("root:$6$a/b.c$d:19000"));
    assert_eq!(read(root, "/root/.ssh/authorized_keys"), format!("{key}\n"));
    // What a user writes stays, as long as nothing new is told.
    put(root, "/etc/shadow", "root:own:1:::::\n");
    boot(root);
    assert_eq!(read(root, "/etc/shadow"), "root:own:1:::::\n");
    // Another machine on a copy of the disk is another one, though told the same.
    put(root, "/sys/class/dmi/id/product_uuid", "00000000-1D52-48F3-B90F-4A2D8EB0A1F3\n");
    boot(root);
    assert!(read(root, "/etc/machine-id").starts_with("00000000"));
    assert!(read(root, "/etc/hosts").matches("node1").count() == 1, "the block is written once");
}

fn rustix_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout == b"0\n")
}
