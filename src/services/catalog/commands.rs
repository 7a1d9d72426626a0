//! The lines that show what a change does on the host.

use lectern_model::{
    catalog::{Catalog, revision},
    command::CommandLine,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
    uri::HostUri,
};

use super::{POOL, volumes};

/// The lines that made revision `number` of `catalog` on the host: a volume, and its content. The first one fails where
/// somebody else has made it.
#[must_use]
pub fn commands(host: &HostUri, number: u64, catalog: &Catalog) -> Vec<CommandLine> {
    let (bytes, name) = (revision::write(catalog), volumes::name(number));
    let size = Bytes(bytes.len() as u64);
    let new = NewVolume { allocation: Some(size), ..NewVolume::thin(&name, ImageFormat::Raw, size) };
    let xml = new.to_xml().map(|document| document.to_string()).unwrap_or_default();
    let virsh = || CommandLine::virsh(host.as_str());
    vec![
        virsh().args(["vol-create", "--pool", POOL, "/dev/stdin"]).input(&xml),
        virsh()
            .args(["vol-upload", "--pool", POOL, "--vol", &name, "--file", "/dev/stdin"])
            .input(&String::from_utf8_lossy(&bytes)),
    ]
}
