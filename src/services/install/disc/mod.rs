//! The boot disc: an installer's kernel, RAM disk and arguments on a CD that a PC's firmware starts.
//!
//! The machine tries its hard disk first and this disc after it: an empty disk lets the firmware go on to the disc, and
//! an installed one starts by itself, whoever is there to see it. No program has to wait for the installer's end, and
//! nothing has to be changed in the machine.
//!
//! The loader is our own 2 KiB ([`LOADER`]), made from `boot.S`: isolinux would need a package on every computer that
//! Lectern runs on, and does nothing more here. It works with BIOS; UEFI has no use for it.

mod image;
mod plain;
mod ram;

pub(crate) use self::plain::plain;

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use lectern_model::{
    cloud_init,
    tree::{Answer, Kernel},
    units::Bytes,
};

use super::{Fetched, InstallError};
use crate::{disk::work, host::StorageError};

/// The loader: one sector of a CD, with room for what it loads.
pub const LOADER: &[u8] = include_bytes!("boot.bin");
/// What the disc is called where nobody looks for it by name.
const LABEL: &str = "LECTERN_INSTALL";
/// Making a disc copies a few hundred megabytes at most.
const LIMIT: Duration = Duration::from_mins(10);
/// Where the RAM disk goes at least: beyond any kernel of before protocol 2.10, which does not say what it needs.
const RAM_DISK: u64 = 128 << 20;
/// What an installer needs beside its RAM disk, at the very least.
const BESIDE: u64 = 64 << 20;

/// A boot disc on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disc {
    /// Its file.
    pub path: PathBuf,
    /// Its length.
    pub length: Bytes,
    /// The memory without which nothing can start from it.
    pub memory: Bytes,
}

/// Makes the disc in the folder of what was fetched; the same files and arguments always make the same bytes.
///
/// # Errors
/// [`InstallError::ArgumentsTooLong`]; as the system gives it.
pub async fn make(fetched: &Fetched, arguments: String, answer: Option<Answer>) -> Result<Disc, InstallError> {
    let (kernel, initrd) = (fetched.kernel.clone(), fetched.initrd.clone());
    let to = fetched.scratch.path().join("boot.iso");
    work::run(LIMIT, move || make_here(&kernel, &initrd, &arguments, answer.as_ref(), &to)).await?
}

fn make_here(
    kernel: &Path,
    initrd: &Path,
    arguments: &str,
    answer: Option<&Answer>,
    to: &Path,
) -> Result<Disc, InstallError> {
    let failed = |path: &Path, error: &io::Error| InstallError::from(StorageError::file(path, error));
    let mut bytes = Vec::new();
    File::open(kernel).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(|error| failed(kernel, &error))?;
    let why = |why| InstallError::NoKernel { file: kernel.display().to_string(), why };
    let head = Kernel::parse(&bytes).map_err(why)?;
    if !arguments.is_ascii() || arguments.len() > image::LONGEST.min(head.arguments as usize) {
        return Err(InstallError::ArgumentsTooLong);
    }
    let (inner, outer) = match answer {
        Some(answer) if answer.kind.is_on_disc() => (None, beside(answer)),
        answer => (answer, Vec::new()),
    };
    let disk = ram::RamDisk::new(initrd, inner).map_err(|error| failed(initrd, &error))?;
    let address = address(&bytes, disk.length(), head.initrd_max).ok_or(InstallError::RamDiskTooLarge)?;
    let memory = Bytes(u64::from(address) + disk.length() + BESIDE);
    let label = if outer.is_empty() { LABEL } else { cloud_init::LABEL };
    let contents = image::Contents { kernel: &bytes, head: &head, disk, address, arguments, label, files: &outer };
    let length = image::write(to, contents).map_err(|error| failed(to, &error))?;
    Ok(Disc { path: to.to_owned(), length: Bytes(length), memory })
}

/// What cloud-init reads on the disc of this label, and hands to Ubuntu's installer. It wants the second file, whatever is
/// in it.
fn beside(answer: &Answer) -> Vec<(&'static str, String)> {
    vec![("meta-data", "instance-id: lectern-install\n".to_owned()), (answer.kind.file(), answer.text.clone())]
}

/// Where the RAM disk goes: behind what the kernel says that it needs to unpack itself (`init_size` from
/// `pref_address` on).
fn address(kernel: &[u8], length: u64, most: u32) -> Option<u32> {
    let long = |at: usize| kernel.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    let modern = kernel.get(0x206..0x208).is_some_and(|version| version >= &[0x0a, 0x02][..] && version[1] >= 2);
    let needs = if modern { (long(0x258)? & 0xffff_ffff) + (long(0x260)? & 0xffff_ffff) } else { 0 };
    let address = needs.max(RAM_DISK).next_multiple_of(1 << 20);
    (address + length <= u64::from(most)).then(|| u32::try_from(address).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_loader_is_one_sector_of_a_disc() {
        assert_eq!(LOADER.len(), 2048);
    }

    #[test]
    fn ubuntus_answers_lie_on_the_disc_and_all_others_in_its_ram_disk() {
        use crate::install::{iso, source::Access as _};
        use lectern_model::tree::AnswerKind;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mut kernel = vec![7_u8; 200 * 512];
        kernel[..Kernel::HEAD].fill(0);
        kernel[0x1f1] = 3;
        kernel[0x1f4..0x1f8].copy_from_slice(&(196_u32 * 32).to_le_bytes());
        kernel[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
        kernel[0x202..0x206].copy_from_slice(b"HdrS");
        kernel[0x206..0x208].copy_from_slice(&0x020c_u16.to_le_bytes());
        kernel[0x211] = 1;
        kernel[0x22c..0x230].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        kernel[0x238..0x23c].copy_from_slice(&2047_u32.to_le_bytes());
        std::fs::write(path("vmlinuz"), kernel).unwrap();
        std::fs::write(path("initrd"), [0x1f, 0x8b, 8]).unwrap();
        for (kind, label) in [(AnswerKind::Autoinstall, &b"CIDATA "[..]), (AnswerKind::Kickstart, b"LECTERN_INSTALL ")]
        {
            let answer = Answer { kind, text: "#cloud-config\nautoinstall: {}\n".repeat(100) };
            let disc = path("boot.iso");
            make_here(&path("vmlinuz"), &path("initrd"), "autoinstall", Some(&answer), &disc).unwrap();
            let bytes = std::fs::read(&disc).unwrap();
            assert_eq!(bytes.len() % 2048, 0);
            assert!(bytes[0x8028..].starts_with(label), "{kind:?}");
            let mut opened = iso::Disc::open(&disc.to_string_lossy()).unwrap();
            let is_outside = kind == AnswerKind::Autoinstall;
            assert_eq!(opened.has("meta-data").unwrap(), is_outside);
            assert_eq!(opened.has(kind.file()).unwrap(), is_outside);
            if is_outside {
                let mut text = String::new();
                std::io::Read::read_to_string(&mut opened.open("user-data").unwrap().unwrap(), &mut text).unwrap();
                assert_eq!(text, answer.text);
            }
            let has_archive = bytes.windows(6).any(|piece| piece == b"070701");
            assert_eq!(has_archive, !is_outside, "behind the RAM disk");
        }
    }

    /// Runs a tool; `false` where it is not there.
    fn tool(program: &str, args: &[&Path]) -> bool {
        match Command::new(program).args(args).status() {
            Ok(status) => {
                assert!(status.success(), "{program} failed");
                true
            }
            Err(_) => false,
        }
    }

    #[test]
    fn the_checked_in_loader_is_what_its_source_says() {
        let folder = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("install/disc/boot.S");
        let [object, linked, flat] = ["o", "elf", "bin"].map(|end| folder.path().join("boot").with_extension(end));
        let at = Path::new;
        let made = tool("as", &[at("--64"), &source, at("-o"), &object])
            && tool("ld", &[at("-Ttext"), at("0x7c00"), at("-o"), &linked, &object])
            && tool("objcopy", &[at("-O"), at("binary"), &linked, &flat]);
        if !made || !cfg!(target_arch = "x86_64") {
            println!("skipped: no assembler for x86-64 here");
            return;
        }
        assert!(std::fs::read(flat).unwrap() == LOADER, "boot.bin is not made from boot.S");
    }
}
