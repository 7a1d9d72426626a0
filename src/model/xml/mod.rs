//! What Lectern reads from libvirt's XML.

pub mod domain;
