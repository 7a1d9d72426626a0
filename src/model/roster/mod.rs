//! A class's roster: typed, pasted or from a spreadsheet's CSV, in UTF-8, UTF-16 or GB18030.

use std::collections::HashMap;

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::metadata::Student;
use crate::pattern::{MAX_COUNT, narrow};

#[cfg(test)]
mod tests;

/// The longest name or number, in characters: what a title of libvirt's should hold.
const MAX_CHARACTERS: usize = 60;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The students, in their order.
    pub rows: Vec<Row>,
    /// What is wrong, by line.
    pub problems: Vec<RosterProblem>,
    /// The encoding that it was read as: `UTF-8`, `gb18030`, `UTF-16LE`.
    pub encoding: &'static str,
    /// Whether the first line named the columns.
    pub header: bool,
}

/// One student and where they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line, from 1.
    pub line: u64,
    /// The student.
    pub student: Student,
}

/// Something that is wrong with a roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct RosterProblem {
    /// The line, from 1; 0 for the roster as a whole.
    pub line: u64,
    /// What is wrong.
    pub kind: RosterFault,
}

/// What is wrong with a roster or a line of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RosterFault {
    /// Nobody is in it.
    #[error("nobody is in the roster")]
    Empty,
    /// More than [`MAX_COUNT`] students; the further ones were not read.
    #[error("more than {MAX_COUNT} students")]
    TooMany,
    /// Bytes that are text in no encoding that is known here.
    #[error("the text cannot be read")]
    Undecodable,
    /// The line has neither name nor number where they should be.
    #[error("there is neither name nor number")]
    NoName,
    /// Another student has the name (which happens in real classes: the numbers tell them apart).
    #[error("{name} is on line {first} already")]
    EqualName {
        /// The name.
        name: String,
        /// The line with the first.
        first: u64,
    },
    /// Another student has the number.
    #[error("the number {number} is on line {first} already")]
    EqualNumber {
        /// The number.
        number: String,
        /// The line with the first.
        first: u64,
    },
    /// A name or number that is too long, or with characters that cannot be seen.
    #[error("this is no name: {0}")]
    Odd(String),
    /// A quote that does not end, or the like.
    #[error("the line cannot be read as columns")]
    Malformed,
}

impl RosterFault {
    /// Whether a lab can be made all the same: two students of one name, if their numbers differ.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::EqualName { .. })
    }
}

/// Reads a file's bytes.
#[must_use]
pub fn read_bytes(bytes: &[u8]) -> Roster {
    let (text, encoding, damaged) = decode(bytes);
    let mut roster = read_text(&text);
    roster.encoding = encoding.name();
    if damaged {
        roster.problems.insert(0, RosterProblem { line: 0, kind: RosterFault::Undecodable });
    }
    roster
}

/// The text of a file's bytes, as they are read.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    decode(bytes).0
}

/// A byte order mark decides; else UTF-8 where it is valid; else GB18030, which Chinese spreadsheets save.
fn decode(bytes: &[u8]) -> (String, &'static Encoding, bool) {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = marked.unwrap_or_else(|| if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { GB18030 });
    let (text, encoding, damaged) = encoding.decode(bytes);
    (text.into_owned(), encoding, damaged)
}

/// Reads typed or pasted text: one student a line, a name alone, or columns with tabs, semicolons, commas (also full-width
/// ones) or spaces between.
#[must_use]
pub fn read_text(text: &str) -> Roster {
    let mut roster = Roster { encoding: UTF_8.name(), ..Roster::default() };
    let records = records(text.trim_start_matches('\u{feff}'), &mut roster.problems);
    let columns = columns(&records);
    roster.header = columns.header;
    let body = records.iter().skip(usize::from(columns.header));
    for (line, cells) in body.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())) {
        if roster.rows.len() >= MAX_COUNT as usize {
            roster.problems.push(RosterProblem { line: *line, kind: RosterFault::TooMany });
            break;
        }
        let cell = |column: Option<usize>| column.and_then(|c| cells.get(c)).cloned().unwrap_or_default();
        let student = Student { number: cell(columns.number), name: cell(columns.name) };
        match odd(&student) {
            Some(kind) => roster.problems.push(RosterProblem { line: *line, kind }),
            None => roster.rows.push(Row { line: *line, student }),
        }
    }
    let twins = twins(&roster.rows);
    roster.problems.extend(twins);
    if roster.rows.is_empty() {
        roster.problems.push(RosterProblem { line: 0, kind: RosterFault::Empty });
    }
    roster.problems.sort_by_key(|problem| problem.line);
    roster
}

fn odd(student: &Student) -> Option<RosterFault> {
    if student.name.is_empty() && student.number.is_empty() {
        return Some(RosterFault::NoName);
    }
    let is_odd = |text: &&String| text.chars().count() > MAX_CHARACTERS || text.chars().any(unseen);
    [&student.name, &student.number].into_iter().find(is_odd).map(|text| RosterFault::Odd(text.clone()))
}

fn unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' | '\u{fffd}')
}

fn twins(rows: &[Row]) -> Vec<RosterProblem> {
    let (mut names, mut numbers) = (HashMap::new(), HashMap::new());
    let mut found = Vec::new();
    for Row { line, student: Student { number, name } } in rows {
        if let Some(first) = (!name.is_empty()).then(|| names.insert(name, *line)).flatten() {
            names.insert(name, first);
            let kind = RosterFault::EqualName { name: name.clone(), first };
            found.push(RosterProblem { line: *line, kind });
        }
        if let Some(first) = (!number.is_empty()).then(|| numbers.insert(number, *line)).flatten() {
            numbers.insert(number, first);
            let kind = RosterFault::EqualNumber { number: number.clone(), first };
            found.push(RosterProblem { line: *line, kind });
        }
    }
    found
}

/// A line's number and its cells.
type Record = (u64, Vec<String>);

fn records(text: &str, problems: &mut Vec<RosterProblem>) -> Vec<Record> {
    let Some(delimiter) = delimiter(text) else { return by_spaces(text) };
    let wide;
    let text = if text.contains(delimiter) {
        text
    } else {
        wide = text.replace(['，', '、'], ",").replace('；', ";");
        &wide
    };
    let byte = u8::try_from(u32::from(delimiter)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(byte).trim(csv::Trim::All);
    let mut found = Vec::new();
    for record in reader.from_reader(text.as_bytes()).records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                found.push((line, record.iter().map(|cell| cell.trim().to_owned()).collect()));
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(RosterProblem { line, kind: RosterFault::Malformed });
            }
        }
    }
    found
}

/// The character between columns: the one that most lines have, a tab before a semicolon before a comma.
fn delimiter(text: &str) -> Option<char> {
    let lines = |c: &[char]| text.lines().filter(|line| line.contains(c)).count();
    let all = [('\t', lines(&['\t'])), (';', lines(&[';', '；'])), (',', lines(&[',', '，', '、']))];
    let best = all.iter().map(|(_, count)| *count).max().filter(|count| *count > 0)?;
    all.iter().find(|(_, count)| *count == best).map(|(c, _)| *c)
}

/// Without a delimiter a line is a name, unless one end of it is a number: `2026001 李雷`, `李雷 2026001`.
fn by_spaces(text: &str) -> Vec<Record> {
    let split = |line: &str| {
        let line = line.trim();
        let (first, last) = (line.split_once(char::is_whitespace), line.rsplit_once(char::is_whitespace));
        let cells = match (first, last) {
            (Some((number, name)), _) if is_number(number) => vec![number, name],
            (_, Some((name, number))) if is_number(number) => vec![number, name],
            _ => vec![line],
        };
        cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
    };
    (1..).zip(text.lines()).map(|(line, text)| (line, split(text))).collect()
}

/// Whether a text looks like a student's number: it has digits, and nothing but ASCII letters, digits and hyphens.
fn is_number(text: &str) -> bool {
    let digits = text.chars().map(narrow).filter(char::is_ascii_digit).count();
    digits > 0 && text.chars().map(narrow).all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Which columns hold what.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    name: Option<usize>,
    number: Option<usize>,
    header: bool,
}

const NAME_WORDS: [&str; 8] = ["姓名", "名字", "学生姓名", "学生", "name", "student", "studentname", "fullname"];
const NUMBER_WORDS: [&str; 8] = ["学号", "学生学号", "编号", "id", "studentid", "studentno", "number", "no"];

fn columns(records: &[Record]) -> Columns {
    let filled = || records.iter().map(|(_, cells)| cells).filter(|cells| cells.iter().any(|c| !c.is_empty()));
    if let Some(first) = filled().next() {
        let find = |words: &[&str]| first.iter().position(|cell| words.contains(&&*header_word(cell)));
        let (name, number) = (find(&NAME_WORDS), find(&NUMBER_WORDS));
        if name.is_some() || number.is_some() {
            // A column with another title beside one that is known holds something else.
            return Columns { name, number, header: true };
        }
    }
    let width = filled().map(Vec::len).max().unwrap_or(0);
    let all = |column: usize, test: &dyn Fn(&str) -> bool| {
        let mut cells = filled().filter_map(|cells| cells.get(column)).filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| test(cell))
    };
    let number = (0..width).filter(|c| all(*c, &is_number)).max_by_key(|c| (widest(records, *c), usize::MAX - *c));
    let name = (0..width).find(|c| Some(*c) != number && all(*c, &|cell| !is_number(cell)));
    // Where a column mixes both, as names like `node1`, it is still the names.
    let name = name.or_else(|| (0..width).find(|c| Some(*c) != number));
    Columns { name, number, header: false }
}

/// The length of a column's longest cell: of a list's running number and the students' numbers, the latter are longer.
fn widest(records: &[Record], column: usize) -> usize {
    records.iter().filter_map(|(_, cells)| cells.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
}

/// A title without spaces, signs and case.
fn header_word(cell: &str) -> String {
    cell.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
