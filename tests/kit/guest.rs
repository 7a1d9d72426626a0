//! The tiny guest: made once, cached, and given to each machine as an overlay of its own.

use std::{env, path::PathBuf, process::Command};

use crate::{libvirt::PrivateLibvirt, process};

/// Where the private libvirt keeps disks: its own folder `lib/images`.
pub(crate) const IMAGES: &str = "/var/lib/libvirt/images";
/// Where it shows the folder of the guest.
const GUEST: &str = "/var/lib/libvirt/guest";

/// The folder with the guest's disk and kernel; made on first use, whichever test comes first.
///
/// # Panics
/// When it cannot be made.
pub fn folder() -> PathBuf {
    let folder = env::var_os("LECTERN_GUEST").map_or_else(|| crate::tree::target().join("guest"), PathBuf::from);
    let script = crate::tree::root().join("tests/guest/make-guest");
    process::output(Command::new(script).arg("--cached").arg(&folder));
    folder
}

/// What a machine with the tiny guest is given.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it is on the default network.
    pub network: bool,
}

impl PrivateLibvirt {
    /// Defines a machine with the tiny guest on an overlay of its own.
    ///
    /// # Panics
    /// When libvirt refuses it.
    pub fn define_guest(&mut self, machine: Machine<'_>) {
        let disk = self.overlay(machine.name);
        let xml = guest_xml(machine, &disk);
        self.define(machine.name, &xml);
    }

    fn overlay(&mut self, name: &str) -> String {
        let (disk, base) = (format!("{IMAGES}/{name}.qcow2"), format!("{GUEST}/guest.qcow2"));
        self.sh(&format!(
            "mkdir -p {IMAGES} && qemu-img create -q -f qcow2 -F qcow2 -b {base} {disk} && chown libvirt-qemu {disk}"
        ));
        disk
    }

    /// Defines a machine without a disk: it starts in half a second and stays in its firmware.
    ///
    /// # Panics
    /// When libvirt refuses it.
    pub fn define_empty(&self, name: &str) {
        self.define(name, &empty_xml(name, "<serial type='pty'/>"));
    }
}

impl PrivateLibvirt {
    /// Defines a machine without a disk that has a screen, and waits in its firmware for a minute.
    ///
    /// # Panics
    /// When libvirt refuses it.
    pub fn define_screen(&self, name: &str) {
        let devices = "<serial type='pty'/><graphics type='vnc' port='-1'/>";
        let xml = empty_xml(name, devices).replace("</os>", "<bootmenu enable='yes' timeout='60000'/></os>");
        self.define(name, &xml);
    }
}

fn guest_xml(machine: Machine<'_>, disk: &str) -> String {
    let network = if machine.network {
        "<interface type='network'><source network='default'/><model type='virtio'/></interface>"
    } else {
        ""
    };
    let name = machine.name;
    format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>\
         <sysinfo type='smbios'><system><entry name='serial'>ds=nocloud;h={name}</entry></system></sysinfo>\
         <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/><smbios mode='sysinfo'/></os>\
         <features><acpi/></features><devices><disk type='file' device='disk'>\
         <driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>{network}\
         <controller type='usb' model='none'/><serial type='pty'/><console type='pty'/></devices></domain>"
    )
}

pub(crate) fn empty_xml(name: &str, devices: &str) -> String {
    format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>\
         <devices><controller type='usb' model='none'/>{devices}</devices></domain>"
    )
}
