//! The clipboard shared with a guest: RFB's "extended clipboard", which tells that there is something before what it is.
//!
//! Messages and numbers as the community's specification of RFB has them (rfbproto, "Extended Clipboard
//! Pseudo-Encoding"); QEMU speaks it since 6.1. Only text is taken and given.

use std::io::{Read, Write};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};

use super::{error::ScreenError, wire::TEXT};

/// Plain text, in UTF-8 with lines that end as on Windows.
const PLAIN: u32 = 1;
const CAPABILITIES: u32 = 1 << 24;
const REQUEST: u32 = 1 << 25;
const NOTIFY: u32 = 1 << 27;
const PROVIDE: u32 = 1 << 28;

/// What the server says about the guest's clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Clip {
    /// It can share one.
    Able,
    /// The guest has a text, or none any more.
    Offered(bool),
    /// The guest wants our text.
    Wanted,
    /// The guest's text.
    Text(String),
    /// Something that this side has no use for.
    Other,
}

/// Reads the content of a message.
pub(super) fn read(content: &[u8]) -> Result<Clip, ScreenError> {
    let Some((flags, rest)) = content.split_first_chunk() else { return Err(ScreenError::BadMessage(3)) };
    let flags = u32::from_be_bytes(*flags);
    let plain = flags & PLAIN != 0;
    match flags {
        _ if flags & CAPABILITIES != 0 => Ok(Clip::Able),
        _ if flags & PROVIDE != 0 && plain => unpack(rest).map(Clip::Text),
        _ if flags & NOTIFY != 0 => Ok(Clip::Offered(plain)),
        _ if flags & REQUEST != 0 && plain => Ok(Clip::Wanted),
        _ => Ok(Clip::Other),
    }
}

/// The first packed thing is the text, with its length before it.
fn unpack(packed: &[u8]) -> Result<String, ScreenError> {
    let mut unpacked = ZlibDecoder::new(packed);
    let wrong = |_| ScreenError::BadMessage(3);
    let mut length = [0; 4];
    unpacked.read_exact(&mut length).map_err(wrong)?;
    let length = u32::from_be_bytes(length);
    if length > TEXT {
        return Err(ScreenError::TooLong(length.into()));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    unpacked.read_exact(&mut bytes).map_err(wrong)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_end_matches('\0').replace("\r\n", "\n"))
}

/// What this side can do; of a text without a longer one being asked for.
pub(super) fn able() -> Vec<u8> {
    message(CAPABILITIES | REQUEST | NOTIFY | PROVIDE | PLAIN, &TEXT.to_be_bytes())
}

/// There is a text here, or none any more.
pub(super) fn offer(is_there: bool) -> Vec<u8> {
    message(NOTIFY | if is_there { PLAIN } else { 0 }, &[])
}

/// This side wants the guest's text.
pub(super) fn want() -> Vec<u8> {
    message(REQUEST | PLAIN, &[])
}

/// Our text; nothing where it is too long to be taken.
pub(super) fn give(text: &str) -> Option<Vec<u8>> {
    let text = [&text.replace('\n', "\r\n"), "\0"].concat();
    let length = u32::try_from(text.len()).ok().filter(|length| *length <= TEXT)?;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&length.to_be_bytes()).and_then(|()| packed.write_all(text.as_bytes())).ok()?;
    Some(message(PROVIDE | PLAIN, &packed.finish().ok()?))
}

/// A message of the client; its length is told as a negative number, by which it is known.
fn message(flags: u32, content: &[u8]) -> Vec<u8> {
    let length = i32::try_from(content.len() + 4).unwrap_or(i32::MAX);
    let mut bytes = vec![6, 0, 0, 0];
    bytes.extend((-length).to_be_bytes());
    bytes.extend(flags.to_be_bytes());
    bytes.extend(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The content of a message of this side, as the other one reads it.
    fn content(message: &[u8]) -> Vec<u8> {
        assert_eq!(message[..4], [6, 0, 0, 0]);
        let length = i32::from_be_bytes(message[4..8].try_into().unwrap());
        assert_eq!(usize::try_from(-length).unwrap(), message.len() - 8);
        message[8..].to_vec()
    }

    #[test]
    fn what_one_side_says_the_other_understands() {
        assert_eq!(read(&content(&able())), Ok(Clip::Able));
        assert_eq!(read(&content(&offer(true))), Ok(Clip::Offered(true)));
        assert_eq!(read(&content(&offer(false))), Ok(Clip::Offered(false)));
        assert_eq!(read(&content(&want())), Ok(Clip::Wanted));
        let text = "Zürich\n你好\n".to_owned();
        assert_eq!(read(&content(&give(&text).unwrap())), Ok(Clip::Text(text)));
        assert_eq!(give(&"x".repeat(1 << 20)), None);
    }

    #[test]
    fn broken_messages_are_refused() {
        for content in [&[][..], &[0x10, 0, 0], &[0x10, 0, 0, 1], &[0x10, 0, 0, 1, 1, 2, 3]] {
            assert_eq!(read(content), Err(ScreenError::BadMessage(3)), "{content:?}");
        }
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&u32::MAX.to_be_bytes()).unwrap();
        let bomb = [&[0x10, 0, 0, 1][..], &packed.finish().unwrap()].concat();
        assert_eq!(read(&bomb), Err(ScreenError::TooLong(u32::MAX.into())));
        assert_eq!(read(&[0, 0, 0, 4]), Ok(Clip::Other));
    }
}
