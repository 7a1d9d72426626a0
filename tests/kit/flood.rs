//! A machine that floods its serial line: a boot sector that writes to the port without end, no guest system needed.

use std::fs;

use crate::{guest, libvirt::PrivateLibvirt};

/// Where the text lies in the sector, and where the firmware puts the sector.
const TEXT: usize = 0x20;
const SECTOR: usize = 512;

/// Whole lines, so that a terminal has something to do.
const LINE: &[u8] = b"the quick brown fox jumps over the lazy dog\r\n";

/// 16-bit code: DS = 0, forwards, port 0x3f8; then for ever: SI = text, CX = its length, `rep outsb`.
fn sector() -> Vec<u8> {
    let text = LINE.repeat(8);
    let [low, high] = u16::try_from(text.len()).expect("it fits into a sector").to_le_bytes();
    let mut bytes = vec![0x31, 0xc0, 0x8e, 0xd8, 0xfc, 0xba, 0xf8, 0x03];
    bytes.extend([0xbe, 0x20, 0x7c, 0xb9, low, high, 0xf3, 0x6e, 0xeb, 0xf6]);
    bytes.resize(TEXT, 0);
    bytes.extend(text);
    bytes.resize(SECTOR - 2, 0);
    bytes.extend([0x55, 0xaa]);
    bytes
}

impl PrivateLibvirt {
    /// Defines a machine that floods its serial line from its first second on.
    ///
    /// # Panics
    /// When libvirt refuses it.
    pub fn define_flood(&mut self, name: &str) {
        let folder = self.folder().join("lib/images");
        fs::create_dir_all(&folder).expect("a folder for images");
        fs::write(folder.join(format!("{name}.img")), sector()).expect("a disk in it");
        let disk = format!("{}/{name}.img", guest::IMAGES);
        self.sh(&format!("chown libvirt-qemu {disk}"));
        let xml = guest::empty_xml(
            name,
            &format!(
                "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{disk}'/>\
                 <target dev='hda' bus='ide'/></disk><serial type='pty'/>"
            ),
        );
        self.define(name, &xml);
    }
}
