//! The head of a Linux kernel for PCs: whether it is one, and how long it has to be.
//!
//! The places and meanings are those of the kernel's own `Documentation/arch/x86/boot.rst`.

/// What the head of a kernel says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Sectors of the part that runs in real mode, the boot sector with them.
    pub setup_sectors: u32,
    /// The version of the protocol that it is started by: `0x020c` is 2.12.
    pub protocol: u16,
    /// The longest arguments that it takes, without the nought at their end.
    pub arguments: u32,
    /// The highest address that its RAM disk may reach to.
    pub initrd_max: u32,
    /// The whole file, in bytes, at least.
    pub length: u64,
}

/// Why a file is no kernel that can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KernelError {
    /// It is no Linux kernel for PCs.
    #[error("it is no Linux kernel")]
    NotOne,
    /// It is from before 2008, or does not load high.
    #[error("it is too old")]
    TooOld,
}

/// Protocol 2.06, of Linux 2.6.22, tells how long its arguments may be.
const OLDEST: u16 = 0x0206;
/// `LOADED_HIGH` of `loadflags`.
const HIGH: u8 = 1;

impl Kernel {
    /// How many bytes of the file's head are needed.
    pub const HEAD: usize = 1024;

    /// Reads a head.
    ///
    /// # Errors
    /// Why it is none that can be started.
    pub fn parse(head: &[u8]) -> Result<Self, KernelError> {
        let bytes = |at: usize, count: usize| head.get(at..at + count);
        let long = |at: usize| bytes(at, 4)?.try_into().ok().map(u32::from_le_bytes);
        let is_one = bytes(0x1fe, 2) == Some(&[0x55, 0xaa]) && bytes(0x202, 4) == Some(b"HdrS");
        let read = || {
            let setup = u32::from(*head.get(0x1f1)?);
            // Nought stands for four, for the sake of the oldest kernels.
            let setup_sectors = if setup == 0 { 4 } else { setup } + 1;
            let protocol = bytes(0x206, 2)?.try_into().ok().map(u16::from_le_bytes)?;
            let length = u64::from(setup_sectors) * 512 + u64::from(long(0x1f4)?) * 16;
            let kernel = Self { setup_sectors, protocol, arguments: long(0x238)?, initrd_max: long(0x22c)?, length };
            Some((kernel, *head.get(0x211)?))
        };
        let (kernel, flags) = read().filter(|_| is_one).ok_or(KernelError::NotOne)?;
        if kernel.protocol < OLDEST || flags & HIGH == 0 { Err(KernelError::TooOld) } else { Ok(kernel) }
    }
}

/// How archives begin that the kernel unpacks as its RAM disk (`init/initramfs.c`, `lib/decompress.c`).
const ARCHIVES: [&[u8]; 9] = [
    b"070701",
    b"070702",
    &[0x1f, 0x8b],
    &[0xfd, b'7', b'z', b'X', b'Z', 0],
    &[0x28, 0xb5, 0x2f, 0xfd],
    &[0x5d, 0, 0],
    b"BZh",
    &[0x02, 0x21, 0x4c, 0x18],
    &[0x89, b'L', b'Z', b'O'],
];

/// Whether this is how a RAM disk begins: a web page that says "not found" is none.
#[must_use]
pub fn is_initrd(head: &[u8]) -> bool {
    ARCHIVES.iter().any(|magic| head.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(setup: u8, size: u32, protocol: u16, flags: u8) -> Vec<u8> {
        let mut head = vec![0; Kernel::HEAD];
        head[0x1f1] = setup;
        head[0x1f4..0x1f8].copy_from_slice(&size.to_le_bytes());
        head[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
        head[0x202..0x206].copy_from_slice(b"HdrS");
        head[0x206..0x208].copy_from_slice(&protocol.to_le_bytes());
        head[0x211] = flags;
        head[0x22c..0x230].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        head[0x238..0x23c].copy_from_slice(&2047_u32.to_le_bytes());
        head
    }

    #[test]
    fn a_kernel_says_how_long_it_is() {
        let kernel = Kernel::parse(&head(31, 1000, 0x020c, 1)).unwrap();
        assert_eq!((kernel.setup_sectors, kernel.length), (32, 32 * 512 + 16_000));
        assert_eq!((kernel.arguments, kernel.initrd_max), (2047, 0x7fff_ffff));
        assert_eq!(Kernel::parse(&head(0, 1, 0x020c, 1)).unwrap().setup_sectors, 5);
    }

    #[test]
    fn what_is_none_is_refused() {
        assert_eq!(Kernel::parse(b"<html>not found"), Err(KernelError::NotOne));
        assert_eq!(Kernel::parse(&[0; 1024]), Err(KernelError::NotOne));
        assert_eq!(Kernel::parse(&head(31, 1000, 0x0203, 1)), Err(KernelError::TooOld));
        assert_eq!(Kernel::parse(&head(31, 1000, 0x020c, 0)), Err(KernelError::TooOld));
        assert_eq!(Kernel::parse(&head(31, 1000, 0x020c, 1)[..0x230]), Err(KernelError::NotOne));
    }

    #[test]
    fn ram_disks_are_told_by_their_first_bytes() {
        assert!(is_initrd(b"070701000") && is_initrd(&[0x1f, 0x8b, 8]) && is_initrd(&[0x28, 0xb5, 0x2f, 0xfd]));
        assert!(!is_initrd(b"<html>") && !is_initrd(b""));
    }
}
