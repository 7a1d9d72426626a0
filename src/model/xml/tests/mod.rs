//! Tests of the lossless document.

mod corpus;
mod edits;
mod generate;
mod hostile;
mod property;
mod read;
mod refused;

/// The body of the fuzz target, run here over mutations of the corpus.
#[path = "../../../../fuzz/body.rs"]
mod fuzz_body;

use super::{Document, Edit, EditError, Element, Namespace, Node, Path, Place, Reason};

fn parse(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
