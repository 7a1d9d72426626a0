//! Recordings of a terminal: asciicast, version 2 (docs.asciinema.org/manual/asciicast/v2), a line of JSON an event.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longer pauses are cut to this when a recording is played.
const PAUSE: Duration = Duration::from_secs(2);

/// What stands in a recording's first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    version: u8,
    /// The terminal's columns.
    pub width: u16,
    /// Its rows.
    pub height: u16,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// What was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Something that the terminal was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// After how long, from the moment before.
    pub pause: Duration,
    /// What.
    pub text: String,
}

/// A recording that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// How large its terminal was, and what it shows.
    pub header: Header,
    /// All that came.
    pub moments: Vec<Moment>,
}

/// A file is no recording that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CastError {
    /// Its first line is no header of version 2.
    #[error("not an asciicast of version 2")]
    NoCast,
    /// A line is not an event; the number counts from 1.
    #[error("line {0} is no event")]
    Line(usize),
}

impl Header {
    /// A header for a terminal of this size.
    #[must_use]
    pub const fn new(width: u16, height: u16, timestamp: Option<u64>, title: Option<String>) -> Self {
        Self { version: 2, width, height, timestamp, title }
    }

    /// Its line.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

/// Writes events: text that is cut within a character waits for its rest.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    rest: Vec<u8>,
}

impl Writer {
    /// The line for what came so long after the beginning; empty where that is only a part of a character.
    #[must_use]
    pub fn line(&mut self, after: Duration, bytes: &[u8]) -> String {
        self.rest.extend(bytes);
        let whole = whole(&self.rest);
        let text = String::from_utf8_lossy(&self.rest[..whole]).into_owned();
        self.rest.drain(..whole);
        if text.is_empty() {
            return String::new();
        }
        let seconds = (after.as_secs_f64() * 1e6).round() / 1e6;
        Value::from(vec![Value::from(seconds), Value::from("o"), Value::from(text)]).to_string() + "\n"
    }
}

/// How many bytes there are before a character that is not whole yet.
fn whole(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    match std::str::from_utf8(&bytes[tail..]) {
        Ok(_) => bytes.len(),
        Err(_) => (tail..bytes.len()).rev().find(|at| is_cut(&bytes[*at..])).unwrap_or(bytes.len()),
    }
}

/// Whether these bytes begin a character and end before its end.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

impl Cast {
    /// Reads a recording; what was typed and other events are passed over.
    ///
    /// # Errors
    /// If it is none, or not of version 2.
    pub fn parse(text: &str) -> Result<Self, CastError> {
        let mut lines = text.lines().enumerate();
        let header = lines.next().and_then(|(_, line)| serde_json::from_str::<Header>(line).ok());
        let header = header.filter(|header| header.version == 2).ok_or(CastError::NoCast)?;
        let (mut moments, mut before) = (Vec::new(), 0.0);
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let (at, kind, text) =
                serde_json::from_str::<(f64, String, String)>(line).map_err(|_| CastError::Line(number + 1))?;
            if kind == "o" {
                let pause = Duration::try_from_secs_f64((at - before).max(0.0)).unwrap_or(PAUSE).min(PAUSE);
                moments.push(Moment { pause, text });
                before = at;
            }
        }
        Ok(Self { header, moments })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let header = Header::new(80, 24, Some(1_700_000_000), Some("node1 ttyS0".into()));
        let mut writer = Writer::default();
        let mut text = header.line();
        text += &writer.line(Duration::from_millis(500), "login: \u{1b}[1m".as_bytes());
        text += &writer.line(Duration::from_millis(750), b"\xe4\xbd");
        text += &writer.line(Duration::from_mins(1), b"\xa0!");
        let cast = Cast::parse(&text).unwrap();
        assert_eq!(cast.header, header);
        let moments: Vec<_> = cast.moments.iter().map(|m| (m.pause.as_millis(), m.text.as_str())).collect();
        assert_eq!(moments, [(500, "login: \u{1b}[1m"), (2000, "你!")], "a character is not cut, a long pause is");
    }

    #[test]
    fn bytes_that_are_no_text_do_not_wait_for_ever() {
        let mut writer = Writer::default();
        assert!(writer.line(Duration::ZERO, b"\xff\xfe").contains('\u{fffd}'));
        assert!(writer.line(Duration::ZERO, b"a\xe4b").contains('b'));
        assert_eq!(writer.line(Duration::ZERO, b"\xf0\x9f\x90"), "");
        assert!(writer.line(Duration::ZERO, b"\xa7").contains('🐧'));
    }

    #[test]
    fn other_files_are_refused_and_other_events_passed_over() {
        assert_eq!(Cast::parse(""), Err(CastError::NoCast));
        assert_eq!(Cast::parse("{\"version\":1,\"width\":1,\"height\":1}"), Err(CastError::NoCast));
        let header = Header::new(1, 1, None, None).line();
        assert_eq!(Cast::parse(&format!("{header}nonsense")), Err(CastError::Line(2)));
        let cast = Cast::parse(&format!("{header}[1.0,\"i\",\"typed\"]\n\n[-4.5,\"o\",\"a\"]\n")).unwrap();
        assert_eq!(cast.moments, [Moment { pause: Duration::ZERO, text: "a".into() }]);
    }
}
