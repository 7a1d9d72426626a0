//! What is at a path, for whoever picks an image: its format by content, its chain, and what is wrong with it.

use std::{collections::BTreeSet, time::Duration};

use lectern_model::{
    storage::{
        Chain, Content, ImageFormat, ImageInfo,
        chain::{Link, Unread},
        dependency::{BlindSpot, Holder},
        folder_of, normal,
    },
    units::Bytes,
};

use super::{
    Cancel, access,
    access::{FileKind, How, Look},
    inventory, qcow2, qemu_img,
    reach::{self, Reach},
    space, work,
};
use crate::host::{Host, StorageError};

/// How long the tables of an image may take to read.
const LIMIT: Duration = Duration::from_secs(10);

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The path, in order (`storage::normal`).
    pub path: String,
    /// What was seen of it, or why nothing was: not there, not permitted, a folder.
    pub look: Result<Look, Unread>,
    /// The image and what it stands on, with what is wrong: a missing base, a loop, a file cut off.
    pub chain: Chain,
    /// What else to say of it.
    pub warnings: Vec<Warning>,
}

/// Something to say of an image before a machine gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// It holds no disk: a text that was renamed, an archive that is still packed, nothing at all.
    NotADisk(Content),
    /// It is a disc, not a hard disk.
    Disc,
    /// There is nothing on it yet; a machine would find nothing to start from.
    Blank,
    /// There is no partition table, no boot sector and no file system that is known.
    NothingKnown,
    /// Its name promises another format than it has.
    OtherThanNamed {
        /// What the name says.
        promised: ImageFormat,
        /// What it is.
        found: ImageFormat,
    },
    /// A machine can read this format and should not run on it: convert it first.
    ConvertFirst(ImageFormat),
    /// It is encrypted: a machine needs the passphrase.
    Encrypted,
    /// It was not closed properly: QEMU repairs it when a machine starts.
    Dirty,
    /// QEMU marked it as damaged.
    Corrupt,
}

impl Probe {
    /// What the image's own header says.
    #[must_use]
    pub fn info(&self) -> Option<&ImageInfo> {
        self.chain.top()
    }

    /// Whether a machine can be given it as it is.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let fatal = |warning: &Warning| matches!(warning, Warning::NotADisk(_) | Warning::Corrupt);
        self.look.is_ok() && self.chain.is_good() && !self.warnings.iter().any(fatal)
    }
}

/// All that a wizard says of an image before a machine gets it.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What it is.
    pub probe: Probe,
    /// Who uses it already, through chains too; the overlays that it may not be written under.
    pub holders: Vec<Holder>,
    /// What could not be looked into: it may need the image as well.
    pub blind: BTreeSet<BlindSpot>,
    /// Whether QEMU's user gets to it, and the mending.
    pub reach: Reach,
    /// What is free in its own folder.
    pub free: Option<Bytes>,
}

/// [`probe`], and who uses the image, whether QEMU reaches it, and what is free beside it.
///
/// # Errors
/// If the host does not answer.
pub async fn facts(host: &Host, path: &str, cancel: &Cancel) -> Result<Facts, StorageError> {
    let probe = probe(host, path, cancel).await;
    let stock = inventory::take(host).await?;
    let reach = reach::check(host, &probe.path).await?;
    let free = space::free(host, folder_of(&probe.path)).await?;
    let (holders, blind) = (stock.map.holders(&probe.path), stock.map.blind_spots().clone());
    Ok(Facts { probe, holders, blind, reach, free })
}

/// Looks at `path` and the images under it. Answers at latest after some ten seconds an image that hangs; after a cancel
/// with what is known until then.
pub async fn probe(host: &Host, path: &str, cancel: &Cancel) -> Probe {
    let path = normal(path);
    let look = access::look(host, &path).await;
    let mut chain = access::chain(host, &path, cancel).await;
    if look.as_ref().is_ok_and(|look| look.how == How::Direct) {
        complete(&mut chain, cancel).await;
    }
    let warnings = look.as_ref().map(|look| warnings(look, chain.top())).unwrap_or_default();
    Probe { path, look, chain, warnings }
}

/// Takes in what only QEMU or the tables of the image tell.
async fn complete(chain: &mut Chain, cancel: &Cancel) {
    let Some(Link { path, info }) = chain.links.first_mut() else { return };
    if info.format != ImageFormat::Qcow2 {
        return;
    }
    if info.snapshots.count > 0
        && let Ok(told) = qemu_img::info(path, cancel).await
    {
        info.snapshots = told.snapshots;
    }
    if info.state.cut_off.is_some() {
        return;
    }
    let own = path.clone();
    if let Ok(Ok(Some(least))) = work::run(LIMIT, move || qcow2::cut_off(&own)).await {
        info.state.cut_off = Some(Bytes(least));
        let fault = lectern_model::storage::Fault::CutOff { path: path.clone(), least: Bytes(least) };
        chain.faults.insert(0, fault);
    }
}

fn warnings(look: &Look, info: Option<&ImageInfo>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let content = look.content.as_ref();
    warnings.extend(content.and_then(|content| of_content(content, look.kind)));
    if let (Some(promised), Some(found)) = (ImageFormat::promised_by(&look.path), content.and_then(Content::format))
        && promised != found
    {
        warnings.push(Warning::OtherThanNamed { promised, found });
    }
    if let Some(info) = info {
        let can_run = info.format.can_run() || info.format == ImageFormat::Iso;
        warnings.extend((!can_run).then_some(Warning::ConvertFirst(info.format)));
        warnings.extend(info.encrypted.then_some(Warning::Encrypted));
        warnings.extend(info.state.dirty.then_some(Warning::Dirty));
        warnings.extend(info.state.corrupt.then_some(Warning::Corrupt));
    }
    warnings
}

fn of_content(content: &Content, kind: FileKind) -> Option<Warning> {
    match content {
        Content::Text | Content::Packed(_) => Some(Warning::NotADisk(content.clone())),
        Content::Empty if kind == FileKind::File => Some(Warning::NotADisk(Content::Empty)),
        Content::Disc { .. } => Some(Warning::Disc),
        Content::Blank | Content::Empty => Some(Warning::Blank),
        Content::Unknown => Some(Warning::NothingKnown),
        Content::Image(_) | Content::Disk(_) => None,
    }
}
