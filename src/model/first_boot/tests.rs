//! What a seed holds, and where it is put.

use super::*;

fn seed() -> Seed {
    let host = HostEntry { address: Ipv4Addr::new(192, 168, 4, 1), host_name: "node1".into() };
    Seed {
        hosts: vec![host],
        root: Some("$6$salt$hash".into()),
        keys: vec!["ssh-ed25519 AAAA li@host".into(), "a\nlectern:root=x".into()],
    }
}

#[test]
fn a_seed_is_lines_in_whole_sectors_and_nothing_typed_is_a_line_of_its_own() {
    let bytes = seed().bytes();
    assert_eq!(bytes.len(), SECTOR);
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(
        text.trim_end_matches('\0'),
        "lectern-seed\nlectern:host=192.168.4.1  node1\nlectern:root=$6$salt$hash\nlectern:key=ssh-ed25519 AAAA li@host\n"
    );
    assert!(Seed::default().is_empty() && !seed().is_empty());
    assert!(!format!("{:?}", seed()).contains("hash"), "no log has it");
}

#[test]
fn a_machine_gets_its_seed_beside_its_disks_and_only_to_read() {
    let with = |bus: &str, dev: &str| {
        let xml = format!(
            "<domain><devices><disk type='file' device='disk'><source file='/i/a'/><target dev='{dev}' bus='{bus}'/></disk><serial/></devices></domain>"
        );
        let with = with_seed(&Document::parse(&xml).unwrap(), &DiskSource::File("/i/s.img".into())).unwrap();
        assert_eq!(seed_of(&with), Some(DiskSource::File("/i/s.img".into())));
        with.to_string()
    };
    let virtio = with("virtio", "vda");
    assert!(virtio.contains("<target dev='vdb' bus='virtio'/><readonly/><serial>lectern-seed</serial>"), "{virtio}");
    let sata = with("sata", "sda");
    assert!(sata.contains("device='cdrom'") && sata.contains("dev='sdb'"), "{sata}");
    assert_eq!(seed_of(&Document::parse("<domain/>").unwrap()), None);
}
