//! What Lectern's things are, and the pure rules about them: no files, no clocks, no libvirt, no toolkit.
//!
//! - [`id`], [`units`], [`names`], [`mac`]: identifiers, sizes, names and addresses
//! - [`uri`]: which host a connection means
//! - [`domain`]: states, reasons, what may be done when, and what an action loses
//! - [`capabilities`]: what a host can do; [`guest_os`]: what an operating system wants
//! - [`kvm`]: machines that KVM does not run, and their emulation
//! - [`defaults`]: the hardware of a new machine
//! - [`identity`]: whose machine an XML describes; [`diff`]: two texts line by line
//! - [`address`]: a guest's addresses and where they were learnt
//! - [`network`]: virtual networks: what their XML says, changes of it, free ranges
//! - [`nic`]: a machine's network cards, and what they are plugged into
//! - [`screen`]: keys for a machine's screen, and where a point of the window lies on it
//! - [`storage`]: disk images, pools, and who needs which file
//! - [`stats`]: from counters to usage
//! - [`xml`]: libvirt's XML: a lossless document, and what is read from a domain's
//! - [`draft`]: what a wizard gathers, and what is wrong with it
//! - [`cast`]: recordings of a terminal; [`tail`]: its last lines as text
//! - [`wall`]: many machines side by side; [`broadcast`]: who of many answers differently
//! - [`clone`]: one domain's XML and a new identity → the clone's XML
//! - [`metadata`], [`template`]: what Lectern notes on a domain, and what may be done to a template
//! - [`pattern`], [`roster`], [`subnet`]: names, students and addresses for many machines at once
//! - [`tree`]: install trees: where one may be, what is in it, what its installer must be told
//! - [`identity_files`]: the files that tell a guest its name and addresses
//! - [`project`], [`flavor`], [`catalog`]: who may use how much of a host, in OpenStack's words, and how it is kept
//! - [`resize`]: one domain's XML and a flavor → the XML in that size
//! - [`capability`]: what a backend can do of the things that not every one can
//! - [`identity_strings`]: the same told through SMBIOS; [`handout`]: a lab's list for the class
//! - [`first_boot`], [`customize`]: the service that sealing puts into a template, and what is written into a disk that is off
//! - [`cloud_init`]: what a cloud image is told at its first boot
//! - [`ovf`]: an appliance's description
//! - [`sed`]: one text made of another by `sed`
//! - [`command`]: a command line, printed as a shell would need it

pub mod address;
pub mod broadcast;
pub mod capabilities;
pub mod capability;
pub mod cast;
pub mod catalog;
pub mod clone;
pub mod cloud_init;
pub mod command;
pub mod customize;
pub mod defaults;
pub mod diff;
pub mod domain;
pub mod draft;
pub mod first_boot;
pub mod flavor;
pub mod guest_os;
pub mod handout;
pub mod id;
pub mod identity;
pub mod identity_files;
pub mod identity_strings;
pub mod kvm;
pub mod mac;
pub mod metadata;
pub mod names;
pub mod network;
pub mod nic;
pub mod ovf;
pub mod pattern;
pub mod project;
pub mod resize;
pub mod roster;
pub mod screen;
pub mod sed;
pub mod stats;
pub mod storage;
pub mod subnet;
pub mod tail;
pub mod template;
pub mod tree;
pub mod units;
pub mod uri;
pub mod wall;
pub mod xml;
