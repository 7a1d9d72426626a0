//! Tests of several parts together.

mod dependencies;
mod graphs;
mod headers;
mod machines;
