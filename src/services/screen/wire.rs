//! Numbers and texts as RFB sends them.

use std::io::Read;

use super::error::ScreenError;

/// The longest text that is taken, in bytes; a longer one is no text.
pub(super) const TEXT: u32 = 1 << 20;

/// Reads what RFB is made of.
pub(super) trait Wire: Read {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], ScreenError> {
        let mut bytes = [0; N];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, ScreenError> {
        Ok(self.array::<1>()?[0])
    }

    fn short(&mut self) -> Result<u16, ScreenError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    fn long(&mut self) -> Result<u32, ScreenError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn several(&mut self, count: usize) -> Result<Vec<u8>, ScreenError> {
        let mut bytes = vec![0; count];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A text with its length before it.
    fn text(&mut self) -> Result<String, ScreenError> {
        let length = self.long()?;
        if length > TEXT {
            return Err(ScreenError::TooLong(length.into()));
        }
        let bytes = self.several(usize::try_from(length).unwrap_or_default())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl<R: Read> Wire for R {}
