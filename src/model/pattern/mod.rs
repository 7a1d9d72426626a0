//! Names for many machines from one pattern: `cent7node{1..30}`, `node{01..30}`, `cent7_node{N}`.

use crate::names::{self, NameKind, NameProblem};

#[cfg(test)]
mod tests;

/// The most machines of one batch. libvirt and the list are measured with a thousand machines.
pub const MAX_COUNT: u32 = 1000;
/// How many numbers are tried for free ones.
const MAX_TRIES: u32 = 100_000;
/// The longest label of a host name (RFC 1123, 2.1).
const LABEL: usize = 63;

/// A name with a place for a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    before: String,
    after: String,
    first: u32,
    last: Option<u32>,
    width: usize,
    numbered: bool,
}

/// What to do about names that are in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Taken {
    /// Go on with the next free numbers until as many new machines exist, as the course's script does.
    #[default]
    NextFree,
    /// Make fewer machines.
    Skip,
    /// Make none.
    Refuse,
}

/// The names of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The new names, in order.
    pub names: Vec<String>,
    /// Names of the pattern that are in use and were passed over.
    pub skipped: Vec<String>,
}

/// Why a pattern gives no names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternProblem {
    /// There is no text.
    #[error("the pattern is empty")]
    Empty,
    /// A `{` without its `}`, or the other way round.
    #[error("the braces do not match")]
    Braces,
    /// More than one pair of braces.
    #[error("there is more than one number in the pattern")]
    TwoNumbers,
    /// Something else than `{1..30}` or `{N}` in the braces.
    #[error("{{{0}}} is no number: write {{1..30}} or {{N}}")]
    NotANumber(String),
    /// `{30..1}`.
    #[error("the range goes backwards")]
    Backwards,
    /// Several machines and no place for a number.
    #[error("the pattern has no place for a number: write {{N}}")]
    NoNumber,
    /// How many is neither in the pattern nor given.
    #[error("it is not said how many")]
    NoCount,
    /// More than [`MAX_COUNT`].
    #[error("{0} are more than {MAX_COUNT}")]
    TooMany(u64),
    /// A name that libvirt or a file system refuses.
    #[error("{name}: {problem}")]
    BadName {
        /// The first such name.
        name: String,
        /// What is wrong with it.
        problem: NameProblem,
    },
    /// Names are in use, and that was to be refused.
    #[error("{0:?} are in use")]
    Taken(Vec<String>),
    /// No free number was found.
    #[error("no free number is left")]
    NoneFree,
}

/// Why a text is no count. The course's script has messages for the first two: 请输入要克隆的数量！ and 请输入正确的数字！
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountProblem {
    /// Nothing: 请输入要克隆的数量！
    #[error("no count is given")]
    Empty,
    /// Letters, a fraction: 请输入正确的数字！
    #[error("this is not a whole number")]
    NotANumber,
    /// A minus sign and digits.
    #[error("the count is negative")]
    Negative,
    /// Nought.
    #[error("the count is zero")]
    Zero,
    /// More than [`MAX_COUNT`].
    #[error("the count is more than {MAX_COUNT}")]
    TooMany,
}

/// Reads a count as typed; the full-width digits of Chinese input methods count.
///
/// # Errors
/// If it is not a number from 1 to [`MAX_COUNT`].
pub fn count(text: &str) -> Result<u32, CountProblem> {
    let text: String = text.trim().chars().map(narrow).collect();
    let digits = text.strip_prefix(['-', '+', '\u{2212}']).unwrap_or(&text);
    if text.is_empty() {
        return Err(CountProblem::Empty);
    }
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CountProblem::NotANumber);
    }
    let number = digits.trim_start_matches('0');
    match number.parse::<u32>() {
        _ if number.is_empty() => Err(CountProblem::Zero),
        _ if text.starts_with(['-', '\u{2212}']) => Err(CountProblem::Negative),
        Ok(count) if count <= MAX_COUNT => Ok(count),
        _ => Err(CountProblem::TooMany),
    }
}

/// The usual form of a full-width ASCII character.
pub(crate) fn narrow(c: char) -> char {
    let is_wide = ('\u{ff01}'..='\u{ff5e}').contains(&c);
    if is_wide { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c }
}

impl Pattern {
    /// Reads a pattern. Full-width braces, digits and points are taken as the usual ones.
    ///
    /// # Errors
    /// If its braces hold no number, or their range is backwards or longer than [`MAX_COUNT`].
    pub fn parse(text: &str) -> Result<Self, PatternProblem> {
        let text = narrowed_braces(text.trim());
        if text.is_empty() {
            return Err(PatternProblem::Empty);
        }
        let Some((before, rest)) = text.split_once('{') else {
            let plain =
                Self { before: text.clone(), after: String::new(), first: 1, last: None, width: 1, numbered: false };
            return if text.contains('}') { Err(PatternProblem::Braces) } else { Ok(plain) };
        };
        let (inside, after) = rest.split_once('}').ok_or(PatternProblem::Braces)?;
        if before.contains('}') || inside.contains('{') || after.matches('{').count() != after.matches('}').count() {
            return Err(PatternProblem::Braces);
        }
        if after.contains('{') {
            return Err(PatternProblem::TwoNumbers);
        }
        let (first, last, width) = numbers(inside)?;
        Ok(Self { before: before.to_owned(), after: after.to_owned(), first, last, width, numbered: true })
    }

    /// How many names the pattern itself asks for: `{1..30}` for thirty, `{N}` for none in particular.
    #[must_use]
    pub fn count(&self) -> Option<u32> {
        if !self.numbered {
            return Some(1);
        }
        self.last.map(|last| last - self.first + 1)
    }

    /// The name with this number.
    #[must_use]
    pub fn name(&self, number: u32) -> String {
        let Self { before, after, width, .. } = self;
        if self.numbered { format!("{before}{number:0width$}{after}") } else { before.clone() }
    }

    /// The first number: 1 for `{N}`.
    #[must_use]
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The names of a batch. `is_taken` compares whole names: `node1` is not in use because `node10` is.
    ///
    /// `count` goes before the pattern's own: `{1..30}` with 5 gives the first five.
    ///
    /// # Errors
    /// If there is no count or too large a one, a name is bad, names are in use ([`Taken::Refuse`]), or none is free.
    pub fn names(
        &self,
        count: Option<u32>,
        taken: Taken,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<Names, PatternProblem> {
        let count = count.or(self.count()).ok_or(PatternProblem::NoCount)?;
        if count > MAX_COUNT {
            return Err(PatternProblem::TooMany(u64::from(count)));
        }
        if count > 1 && !self.numbered {
            return Err(PatternProblem::NoNumber);
        }
        self.check(self.first)?;
        let mut found = Names::default();
        let tries = if taken == Taken::NextFree && self.numbered { MAX_TRIES } else { count };
        for number in (self.first..).take(tries as usize) {
            if found.names.len() >= count as usize {
                break;
            }
            let name = self.name(number);
            if is_taken(&name) { found.skipped.push(name) } else { found.names.push(name) }
        }
        found.names.last().map_or(Ok(()), |name| good(name))?;
        match taken {
            Taken::Refuse if !found.skipped.is_empty() => Err(PatternProblem::Taken(found.skipped)),
            Taken::NextFree if found.names.len() < count as usize && self.numbered => Err(PatternProblem::NoneFree),
            Taken::NextFree if found.names.is_empty() => Err(PatternProblem::Taken(found.skipped)),
            Taken::Skip if found.names.is_empty() && count > 0 => Err(PatternProblem::NoneFree),
            _ => Ok(found),
        }
    }

    fn check(&self, number: u32) -> Result<(), PatternProblem> {
        good(&self.name(number))
    }
}

fn good(name: &str) -> Result<(), PatternProblem> {
    let bad = |problem| PatternProblem::BadName { name: name.to_owned(), problem };
    names::check(name, NameKind::Domain).map_err(bad)
}

/// The text with the full-width forms of what a pattern is written with made usual, inside of braces only.
fn narrowed_braces(text: &str) -> String {
    let mut inside = false;
    let one = |c: char| {
        let usual = narrow(c);
        inside = match usual {
            '{' => true,
            '}' => false,
            _ => inside,
        };
        if inside || matches!(usual, '{' | '}') { usual } else { c }
    };
    text.chars().map(one).collect()
}

/// What stands in the braces: the first number, the last one, and the width to fill with noughts.
fn numbers(inside: &str) -> Result<(u32, Option<u32>, usize), PatternProblem> {
    let inside = inside.trim();
    let bad = || PatternProblem::NotANumber(inside.to_owned());
    if !inside.is_empty() && inside.len() <= 6 && inside.bytes().all(|b| matches!(b, b'N' | b'n')) {
        return Ok((1, None, inside.len()));
    }
    let (first, last) = inside.split_once("..").ok_or_else(bad)?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse::<u32>().map_err(|_| bad()) } else { Err(bad()) }
    };
    let (first_text, last_text) = (first.trim(), last.trim());
    let (first, last) = (number(first_text)?, number(last_text)?);
    if last < first {
        return Err(PatternProblem::Backwards);
    }
    if last - first >= MAX_COUNT {
        return Err(PatternProblem::TooMany(u64::from(last - first) + 1));
    }
    // As bash does: a leading nought on either side fills all to the longer one's width.
    let filled = [first_text, last_text].iter().any(|text| text.len() > 1 && text.starts_with('0'));
    Ok((first, Some(last), if filled { first_text.len().max(last_text.len()) } else { 1 }))
}

/// The host name for a machine's name, one label after RFC 1123: letters, digits and inner hyphens, 63 at most. `_`, a
/// space and a point become `-`; what is no ASCII letter is dropped; `host` where nothing is left.
#[must_use]
pub fn host_name(name: &str) -> String {
    let one = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => Some(c),
        '_' | '.' | ' ' => Some('-'),
        _ => None,
    };
    let label: String = name.chars().filter_map(one).collect();
    let label = label.trim_matches('-');
    let label = label.get(..LABEL).unwrap_or(label).trim_end_matches('-');
    if label.is_empty() { "host".to_owned() } else { label.to_owned() }
}

/// Whether a text is one label of a host name (RFC 1123).
#[must_use]
pub fn is_host_name(text: &str) -> bool {
    !text.is_empty() && host_name(text) == text
}
