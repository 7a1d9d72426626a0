//! Two texts, line by line: what is gone, what is new, and what is the same.

use std::ops::Range;

use similar::{ChangeTag, TextDiff};

use crate::xml::Document;

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// Where it is.
    pub side: Side,
    /// The line without its end.
    pub text: String,
}

/// Where a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// In both, under these numbers, from 1.
    Both(usize, usize),
    /// In the old text only.
    Old(usize),
    /// In the new text only.
    New(usize),
}

/// Compares two documents' texts; every line of both is in the answer.
#[must_use]
pub fn documents(old: &Document, new: &Document) -> Vec<DiffLine> {
    lines(old.as_str(), new.as_str())
}

/// Compares two texts; every line of both is in the answer. The end of a line counts, so that a change of line ends is
/// one; what it is does not show.
#[must_use]
pub fn lines(old: &str, new: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(old, new);
    let number = |index: Option<usize>| index.map_or(0, |index| index + 1);
    diff.iter_all_changes()
        .map(|change| DiffLine {
            side: match change.tag() {
                ChangeTag::Equal => Side::Both(number(change.old_index()), number(change.new_index())),
                ChangeTag::Delete => Side::Old(number(change.old_index())),
                ChangeTag::Insert => Side::New(number(change.new_index())),
            },
            text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
        })
        .collect()
}

/// The parts of a comparison that are worth showing: each change with up to `context` unchanged lines around it.
#[must_use]
pub fn hunks(lines: &[DiffLine], context: usize) -> Vec<Range<usize>> {
    let changed = (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|l| !matches!(l.side, Side::Both(..))));
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for at in changed {
        let (start, end) = (at.saturating_sub(context), (at + 1 + context).min(lines.len()));
        match hunks.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_changed_line_is_gone_and_new() {
        let lines = lines("a\nb\nc\n", "a\nB\nc\nd\n");
        let found: Vec<_> = lines.iter().map(|l| (l.side, l.text.as_str())).collect();
        let wanted = [
            (Side::Both(1, 1), "a"),
            (Side::Old(2), "b"),
            (Side::New(2), "B"),
            (Side::Both(3, 3), "c"),
            (Side::New(4), "d"),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn hunks_leave_out_what_is_far_from_a_change() {
        let old = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 ".replace(' ', "\n");
        let new = old.replace("\n5\n", "\nfive\n").replace("\n7\n", "\n").replace("\n17\n", "\n17\nnew\n");
        let lines = lines(&old, &new);
        let hunks = hunks(&lines, 2);
        assert_eq!(hunks.len(), 2);
        assert_eq!(
            lines[hunks[0].clone()].iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(" "),
            "3 4 5 five 6 7 8 9"
        );
        assert!(hunks_are_apart(&hunks));
        assert_eq!(super::hunks(&super::lines(&old, &old), 3), []);
    }

    fn hunks_are_apart(hunks: &[Range<usize>]) -> bool {
        hunks.windows(2).all(|pair| pair[0].end < pair[1].start)
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_back(old in "([ab]?\n){0,12}[ab]?", new in "([ab]?\n){0,12}[ab]?") {
            let lines = lines(&old, &new);
            let side = |is: fn(Side) -> bool| -> Vec<&str> {
                lines.iter().filter(|l| is(l.side)).map(|l| l.text.as_str()).collect()
            };
            prop_assert_eq!(side(|s| !matches!(s, Side::New(_))), old.lines().collect::<Vec<_>>());
            prop_assert_eq!(side(|s| !matches!(s, Side::Old(_))), new.lines().collect::<Vec<_>>());
        }
    }
}
