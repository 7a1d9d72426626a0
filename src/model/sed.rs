//! The `sed` that makes one text of another, line by line: what the course does to a machine's XML by hand.

use crate::diff::{self, Side};

/// Arguments for GNU sed that turn `old` into `new`, if `old` ends with a line's end: one expression for each place that
/// differs, with the lines' numbers in `old`.
#[must_use]
pub fn expressions(old: &str, new: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut hunk = Hunk::default();
    for line in diff::lines(old, new) {
        match line.side {
            Side::Both(old, _) => {
                found.extend(hunk.end());
                hunk = Hunk { after: old, ..Hunk::default() };
            }
            Side::Old(_) => hunk.gone += 1,
            Side::New(_) => hunk.new.push(line.text),
        }
    }
    found.extend(hunk.end());
    found
}

/// Lines that differ, behind line `after` of the old text.
#[derive(Debug, Default)]
struct Hunk {
    after: usize,
    gone: usize,
    new: Vec<String>,
}

impl Hunk {
    fn end(&self) -> Option<String> {
        let (first, last) = (self.after + 1, self.after + self.gone);
        let lines = match self.gone {
            1 => first.to_string(),
            _ => format!("{first},{last}"),
        };
        match (self.gone, self.new.is_empty()) {
            (0, true) => None,
            (0, false) if self.after == 0 => Some(format!("1i\\{}", self.text())),
            (0, false) => Some(format!("{}a\\{}", self.after, self.text())),
            (_, true) => Some(format!("{lines}d")),
            (_, false) => Some(format!("{lines}c\\{}", self.text())),
        }
    }

    /// GNU sed keeps the spaces behind `c\` on one line; a backslash at a line's end goes on with the next.
    fn text(&self) -> String {
        self.new.iter().map(|line| line.replace('\\', "\\\\")).collect::<Vec<_>>().join("\\\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_one_expression() {
        let (old, new) = ("<a>\n  <b>1</b>\n  <c/>\n</a>\n", "<a>\n  <b>2\\</b>\n</a>\n");
        assert_eq!(expressions(old, new), ["2,3c\\  <b>2\\\\</b>"]);
        assert_eq!(expressions("a\n", "a\nb\n"), ["1a\\b"]);
        assert_eq!(expressions("a\n", "b\nc\na\n"), ["1i\\b\\\nc"]);
        assert_eq!(expressions("a\n", "a\n"), [""; 0]);
    }
}
