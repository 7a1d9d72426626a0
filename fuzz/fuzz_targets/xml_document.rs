//! Fuzzes the lossless document: `cargo +nightly fuzz run xml_document fuzz/corpus src/model/xml/corpus`.

#![no_main]

use lectern_model::xml::{Document, Edit, EditError, Element, Namespace, Node, Place, Reason};
use libfuzzer_sys::fuzz_target;

#[path = "../body.rs"]
mod body;

fuzz_target!(|text: &str| body::check(text));
