//! How large a document may be.

/// The longest text that is read, in bytes.
///
/// libvirt's own messages end at 32 MiB (`VIR_NET_MESSAGE_MAX`) and one string in them at 4 MiB
/// (`REMOTE_STRING_MAX`), so whatever a host sends fits; a file that is longer is not a machine's description.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The deepest nesting of elements.
///
/// libvirt's deepest schema stays under twenty; libxml2, which libvirt reads with, ends at 256 too.
pub const MAX_DEPTH: usize = 256;

/// The most nodes and attributes together: about one in eight bytes of the longest text, which keeps the tree of a
/// hostile text below 128 MiB.
pub const MAX_ITEMS: usize = 2 * 1024 * 1024;
