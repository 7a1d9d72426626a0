//! What qemu-img says of an image.

use std::{process::Command, time::Duration};

use lectern_model::{
    storage::{
        ImageFormat, ImageInfo,
        backing::Backing,
        chain::Unread,
        image::{ImageState, Snapshots},
        wrapping::Inside,
    },
    units::Bytes,
};
use serde::Deserialize;

use super::{
    Cancel,
    tool::{self, End},
    work,
};

/// How long a header may take.
const LIMIT: Duration = Duration::from_secs(15);

/// `ImageInfo` of QEMU's qapi/block-core.json, what is needed of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Answer {
    format: String,
    virtual_size: u64,
    actual_size: Option<u64>,
    backing_filename: Option<String>,
    backing_filename_format: Option<String>,
    #[serde(default)]
    encrypted: bool,
    #[serde(default)]
    dirty_flag: bool,
    #[serde(default)]
    snapshots: Vec<Named>,
    format_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Specific {
    #[serde(default)]
    data: serde_json::Value,
}

/// The name by which QEMU reads what lies in a file, as a part of it or wholly, unpacked (qemu(1), "-blockdev", drivers
/// `raw` and `vmdk`). What the image says of files beside it is not followed: it was written elsewhere.
pub(super) fn name(inside: &Inside, format: ImageFormat) -> String {
    let mut file = serde_json::json!({ "driver": "file", "filename": inside.path });
    if let Some(part) = inside.wrapping.part {
        // Whole sectors only; an archive fills them.
        let size = part.length.next_multiple_of(512);
        file = serde_json::json!({ "driver": "raw", "offset": part.offset, "size": size, "file": file });
    }
    let mut image = serde_json::json!({ "driver": format.driver(), "file": file });
    if matches!(format, ImageFormat::Qcow2 | ImageFormat::Vmdk) {
        image["backing"] = serde_json::Value::Null;
    }
    format!("json:{image}")
}

/// Asks qemu-img of the image at `path`, also while a machine uses it (`-U`). Only of this image: a chain that loops or
/// breaks is an error to `--backing-chain` as a whole, so [`super::access::chain`] follows it itself.
///
/// # Errors
/// [`Unread::TimedOut`], or what qemu-img said.
pub(super) async fn info(path: &str, cancel: &Cancel) -> Result<ImageInfo, Unread> {
    let (path, cancel) = (path.to_owned(), cancel.clone());
    let asked = work::run(LIMIT * 2, move || ask(&path, &cancel));
    asked.await.unwrap_or(Err(Unread::TimedOut))
}

/// [`info`] on this thread, which waits.
pub(super) fn ask(path: &str, cancel: &Cancel) -> Result<ImageInfo, Unread> {
    let mut text = Vec::new();
    let mut command = Command::new("qemu-img");
    command.args(["info", "-U", "--output=json", path]);
    let end = tool::run(&mut command, LIMIT, || cancel.is_cancelled(), |piece| text.extend_from_slice(piece));
    match end {
        Ok(End::Exit(status, _)) if status.success() => parse(&text, path),
        Ok(End::Exit(_, said)) => Err(Unread::Failed(said)),
        Ok(End::TimedOut | End::Cancelled) => Err(Unread::TimedOut),
        Err(error) => Err(Unread::Failed(format!("qemu-img: {error}"))),
    }
}

fn parse(text: &[u8], path: &str) -> Result<ImageInfo, Unread> {
    let answer: Answer = serde_json::from_slice(text).map_err(|error| Unread::Failed(error.to_string()))?;
    let format = answer.backing_filename_format.as_deref().map(ImageFormat::from_name);
    let data = answer.format_specific.map(|specific| specific.data).unwrap_or_default();
    let is_corrupt = data.get("corrupt").and_then(serde_json::Value::as_bool).unwrap_or(false);
    Ok(ImageInfo {
        format: ImageFormat::from_name(&answer.format),
        virtual_size: Bytes(answer.virtual_size),
        allocated: answer.actual_size.map(Bytes),
        backing: answer.backing_filename.map(|written| Backing::new(&written, path, format)),
        encrypted: answer.encrypted,
        snapshots: Snapshots {
            count: u32::try_from(answer.snapshots.len()).unwrap_or(u32::MAX),
            names: answer.snapshots.into_iter().map(|snapshot| snapshot.name).collect(),
        },
        state: ImageState { dirty: answer.dirty_flag, corrupt: is_corrupt, cut_off: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let json = r#"{"children": [], "backing-filename-format": "raw", "virtual-size": 1073741824,
            "filename": "/i/x.qcow2", "cluster-size": 65536, "format": "qcow2", "actual-size": 200704,
            "snapshots": [{"id": "1", "name": "before", "vm-state-size": 0}],
            "format-specific": {"type": "qcow2", "data": {"compat": "1.1", "corrupt": true}},
            "full-backing-filename": "/i/b.img", "backing-filename": "b.img", "dirty-flag": false}"#;
        let info = parse(json.as_bytes(), "/i/x.qcow2").unwrap();
        assert_eq!((info.format, info.virtual_size), (ImageFormat::Qcow2, Bytes::from_gib(1)));
        assert_eq!((info.base(), info.snapshots.names.as_slice()), (Some("/i/b.img"), &["before".to_owned()][..]));
        assert!(info.state.corrupt && !info.state.dirty);
        assert!(parse(b"{}", "/x").is_err());
    }
}
