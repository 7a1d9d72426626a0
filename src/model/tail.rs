//! The last lines of a terminal's output as plain text: what a thumbnail shows, and what is compared.

use std::collections::VecDeque;

/// More characters a line are cut off: no terminal is that wide.
const WIDEST: usize = 1024;
/// More characters of one escape sequence are not waited for.
const LONGEST: usize = 256;

/// Output as it comes, kept as lines without colours and moves.
#[derive(Clone, Debug)]
pub struct Tail {
    most: usize,
    lines: VecDeque<Vec<char>>,
    column: usize,
    /// The bytes of a character that has not come whole.
    rest: Vec<u8>,
    escape: Escape,
}

/// How far an escape sequence has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    None,
    Begun,
    /// `ESC [` and its parameters.
    Control(String),
    /// `ESC ]` and the like: texts that end with BEL or `ESC \`; how many characters of it came.
    Text(usize),
    /// One more character belongs to it.
    One,
}

impl Tail {
    /// Keeps so many lines.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let lines = VecDeque::from([Vec::new()]);
        Self { most: most.max(1), lines, column: 0, rest: Vec::new(), escape: Escape::None }
    }

    /// Forgets what came.
    pub fn clear(&mut self) {
        *self = Self::new(self.most);
    }

    /// Takes in a piece, wherever it was cut.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let mut from = all.as_slice();
        loop {
            match std::str::from_utf8(from) {
                Ok(text) => return text.chars().for_each(|c| self.take(c)),
                Err(error) => {
                    let (good, bad) = from.split_at(error.valid_up_to());
                    String::from_utf8_lossy(good).chars().for_each(|c| self.take(c));
                    let Some(length) = error.error_len() else {
                        self.rest = bad.to_vec();
                        return;
                    };
                    self.take(char::REPLACEMENT_CHARACTER);
                    from = &bad[length..];
                }
            }
        }
    }

    /// The lines, without empty ones at the end.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned()).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    fn take(&mut self, c: char) {
        match std::mem::take(&mut self.escape) {
            Escape::None => self.plain(c),
            Escape::Begun => self.escape = begun(c),
            Escape::Control(parameters) => self.control(parameters, c),
            Escape::Text(count) => self.escape = text(count, c),
            Escape::One => {}
        }
    }

    fn plain(&mut self, c: char) {
        match c {
            '\u{1b}' => self.escape = Escape::Begun,
            '\n' => self.next_line(),
            '\r' => self.column = 0,
            '\u{8}' => self.column = self.column.saturating_sub(1),
            '\t' => self.column = (self.column / 8 + 1) * 8,
            c if c.is_control() => {}
            c => self.put(c),
        }
    }

    fn next_line(&mut self) {
        self.lines.push_back(Vec::new());
        if self.lines.len() > self.most {
            self.lines.pop_front();
        }
    }

    fn put(&mut self, c: char) {
        let column = self.column.min(WIDEST);
        self.column = column + 1;
        let Some(line) = self.lines.back_mut() else { return };
        if line.len() < column {
            line.resize(column, ' ');
        }
        if let Some(place) = line.get_mut(column) {
            *place = c;
        } else if column < WIDEST {
            line.push(c);
        }
    }

    fn control(&mut self, mut parameters: String, c: char) {
        if !('\u{40}'..='\u{7e}').contains(&c) {
            if parameters.len() < LONGEST {
                parameters.push(c);
                self.escape = Escape::Control(parameters);
            }
            return;
        }
        let number = parameters.split(';').next().and_then(|first| first.parse::<usize>().ok());
        match c {
            'C' => self.column = (self.column + number.unwrap_or(1)).min(WIDEST),
            'D' => self.column = self.column.saturating_sub(number.unwrap_or(1)),
            'G' => self.column = number.unwrap_or(1).saturating_sub(1).min(WIDEST),
            'K' => self.erase(number.unwrap_or(0)),
            'J' if number.unwrap_or(0) >= 2 => self.clear(),
            _ => {}
        }
    }

    fn erase(&mut self, how: usize) {
        let column = self.column;
        let Some(line) = self.lines.back_mut() else { return };
        match how {
            0 => line.truncate(column),
            2 => line.clear(),
            _ => {}
        }
    }
}

fn begun(c: char) -> Escape {
    match c {
        '[' => Escape::Control(String::new()),
        ']' | 'P' | '^' | '_' | 'X' => Escape::Text(0),
        '(' | ')' | '#' | '%' | ' ' => Escape::One,
        _ => Escape::None,
    }
}

fn text(count: usize, c: char) -> Escape {
    match c {
        '\u{7}' => Escape::None,
        '\u{1b}' => Escape::One,
        _ if count >= LONGEST => Escape::None,
        _ => Escape::Text(count + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut tail = Tail::new(3);
        for piece in pieces {
            tail.feed(piece);
        }
        tail.lines()
    }

    #[test]
    fn colours_titles_and_moves_leave_the_text() {
        assert_eq!(lines(&[b"\x1b[1;32mroot\x1b[0m\x1b]0;title\x07@a \x1b(B# \x1b[6n"]), ["root@a #"]);
        assert_eq!(lines(&[b"\x1b]0;t\x1b\\x"]), ["x"]);
        assert_eq!(lines(&[b"10%\r20%\r100%\r\nab\x08c\r\n"]), ["100%", "ac"]);
        assert_eq!(lines(&[b"long line\r\x1b[Kx"]), ["x"]);
        assert_eq!(lines(&[b"old\r\n\x1b[2Jnew"]), ["new"]);
        assert_eq!(lines(&[b"a\tb"]), ["a       b"]);
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        assert_eq!(lines(&[b"1\r\n2\r\n3\r\n4"]), ["2", "3", "4"]);
    }

    #[test]
    fn a_character_may_be_cut_anywhere() {
        let text = "Zürich, 你好".as_bytes();
        for at in 0..=text.len() {
            assert_eq!(lines(&[&text[..at], &text[at..]]), ["Zürich, 你好"], "{at}");
        }
        assert_eq!(lines(&[b"a\xffb"]), ["a\u{fffd}b"]);
    }

    #[test]
    fn a_hostile_stream_stays_small() {
        let mut tail = Tail::new(2);
        for _ in 0..100 {
            tail.feed(&[b'x'; 4096]);
            tail.feed(b"\x1b]");
            tail.feed(&[b'y'; 4096]);
            tail.feed(b"\x1b[");
            tail.feed(&[b'1'; 4096]);
            tail.feed(b"\x1b[999999999C.");
        }
        assert!(tail.lines().iter().all(|line| line.chars().count() <= WIDEST));
    }
}
