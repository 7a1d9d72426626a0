//! Why a text is no document, or an edit no edit, and where.

use std::fmt;

use super::limits::{MAX_BYTES, MAX_DEPTH, MAX_ITEMS};

/// A place in a text, as an editor counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1. Lines end at a line feed.
    pub line: u32,
    /// The column in characters, from 1. A byte order mark takes none.
    pub column: u32,
    /// The byte in the text, from 0.
    pub offset: usize,
}

impl Position {
    /// Counts lines, so it is for errors and not for loops.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before[line_start..].trim_start_matches('\u{feff}').chars().count() + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: number(line), column: number(column), offset }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A text that is not read, and the place that says why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {reason}")]
pub struct XmlError {
    /// What is wrong.
    pub reason: Reason,
    /// Where.
    pub position: Position,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Longer than [`MAX_BYTES`].
    #[error("the text is longer than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("elements are nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// More than [`MAX_ITEMS`] nodes and attributes.
    #[error("there are more than {MAX_ITEMS} elements and attributes")]
    TooMany,
    /// A document type, which can name other files and grow without end; libvirt writes none.
    #[error("a document type (DOCTYPE) is not accepted")]
    Doctype,
    /// A character that XML forbids, such as NUL.
    #[error("the character U+{:04X} is not allowed in XML", u32::from(*.0))]
    ForbiddenCharacter(char),
    /// An XML declaration that is damaged or not at the start.
    #[error("the XML declaration is wrong or not at the start")]
    BadDeclaration,
    /// No element at all.
    #[error("there is no element")]
    NoRoot,
    /// An element after the root's end.
    #[error("there is a second root element")]
    SecondRoot,
    /// Text before or after the root.
    #[error("there is text outside of the root element")]
    OutsideRoot,
    /// The text ends inside a tag, comment, section or instruction, which began here.
    #[error("{0} does not end")]
    Unfinished(&'static str),
    /// An element that is not closed; the place is its start tag.
    #[error("<{0}> is not closed")]
    Unclosed(String),
    /// An end tag of another name.
    #[error("<{opened}> is closed by </{closed}>")]
    Mismatch {
        /// The open element.
        opened: String,
        /// The end tag.
        closed: String,
    },
    /// An end tag without an open element.
    #[error("</{0}> closes nothing")]
    NotOpen(String),
    /// A name was expected here, or the name is not one.
    #[error("this is not a name")]
    BadName,
    /// Something else was expected here.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Two attributes of one name.
    #[error("the attribute {0} is there twice")]
    DuplicateAttribute(String),
    /// A bare `<` in an attribute's value.
    #[error("< must be written as &lt; in an attribute")]
    BareLess,
    /// A bare or damaged `&`, or a reference to a character that XML forbids.
    #[error("& starts no character reference; write &amp;")]
    BadReference,
    /// An entity that only a document type could declare.
    #[error("the entity &{0}; is not declared")]
    UnknownEntity(String),
    /// `--` in a comment.
    #[error("-- is not allowed in a comment")]
    BadComment,
    /// `]]>` outside of a CDATA section.
    #[error("]]> must be written as ]]&gt; in text")]
    CdataEnd,
    /// A prefix without a namespace.
    #[error("the prefix {0} is not declared")]
    UnknownPrefix(String),
    /// A declaration that XML namespaces forbid.
    #[error("the namespace of {0} cannot be declared so")]
    BadNamespace(String),
}

/// Why an edit is not made. Nothing is changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The element belongs to another document, or to an earlier state of this one.
    #[error("the element is of another document")]
    OtherDocument,
    /// Another change of the same edit has those bytes.
    #[error("two changes of one edit overlap at {0}")]
    Overlap(Position),
    /// Not a name, or one with a prefix where none is taken.
    #[error("{0:?} is not a name")]
    BadName(String),
    /// No namespace is declared for the prefix here.
    #[error("the prefix {0} is not declared here")]
    UnknownPrefix(String),
    /// A namespace that cannot be declared.
    #[error("the namespace {0:?} cannot be declared")]
    BadNamespace(String),
    /// A character that XML cannot hold, not even as a reference.
    #[error("the character U+{:04X} is not allowed in XML", u32::from(*.0))]
    ForbiddenCharacter(char),
    /// The element has child elements, so its text cannot be set.
    #[error("<{0}> has child elements, not a text")]
    HasElements(String),
    /// The element has no such attribute.
    #[error("there is no attribute {0}")]
    NoAttribute(String),
    /// The root can be replaced, but not removed or given a neighbour.
    #[error("a document has exactly one root")]
    Root,
    /// The result would be no document.
    #[error("the result would not be well-formed: {0}")]
    Result(#[from] XmlError),
}
