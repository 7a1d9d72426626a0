//! Why a screen closed, as types.

use std::io;

/// What was wrong with the other side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScreenError {
    /// It ended in the middle of something.
    #[error("cut off: {0}")]
    CutOff(String),
    /// It said nothing for too long, or took nothing.
    #[error("no answer in time")]
    TimedOut,
    /// What it said first is not RFB 3.7 or newer.
    #[error("not a VNC server: {0:?}")]
    NotVnc(String),
    /// It refused, in its own words.
    #[error("refused: {0}")]
    Refused(String),
    /// It wants a password or more, and libvirt could not spare us that; the numbers are RFB's security types.
    #[error("wants one of the security types {0:?}")]
    WantsSecurity(Vec<u8>),
    /// Its picture is empty, or larger than any screen.
    #[error("a picture of {0} by {1} points")]
    BadSize(u16, u16),
    /// It drew outside of its picture.
    #[error("drew outside of the picture")]
    Outside,
    /// It sent a part of the picture in a form that it was not told of.
    #[error("an unknown form {0}")]
    BadForm(i32),
    /// It sent a message that RFB does not know.
    #[error("an unknown message {0}")]
    BadMessage(u8),
    /// It sent a text that is too long to be true.
    #[error("{0} bytes of text")]
    TooLong(u64),
    /// This computer refused a thread or a socket.
    #[error("the system refused: {0}")]
    System(String),
}

impl From<io::Error> for ScreenError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::TimedOut,
            _ => Self::CutOff(error.to_string()),
        }
    }
}
