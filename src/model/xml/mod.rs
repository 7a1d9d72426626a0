//! XML as libvirt writes it: kept byte for byte, read as a tree, edited in place.
//!
//! A [`Document`] is its source text and a tree of byte ranges into it, so printing gives back what was read: the XML
//! declaration, comments, white space, the order and the quotes of attributes. [`Document::edit`] collects changes,
//! each of which replaces only its own bytes, and makes the next document of them.

pub mod domain;

mod attributes;
mod document;
mod edit;
mod element;
mod error;
mod escape;
mod layout;
mod limits;
mod node;
mod parse;
mod path;
mod same;
mod scan;
mod scope;
mod splice;
mod tags;
mod tree;

pub use document::Document;
pub use edit::{Edit, Place};
pub use element::{Element, Namespace};
pub use error::{EditError, Position, Reason, XmlError};
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_ITEMS};
pub use node::{Attribute, Node};
pub use path::Path;

#[cfg(test)]
mod tests;
