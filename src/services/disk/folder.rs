//! A folder of this computer: the images in it, and which paths are one file.

use std::{collections::HashMap, fs::File, io::Read, os::unix::fs::MetadataExt, time::Duration};

use lectern_model::storage::{Content, ImageFormat, ImageInfo, chain::Unread, content::HEAD, header::Qcow2};

use super::{file, work};

/// How long a folder may take.
const LIMIT: Duration = Duration::from_secs(20);
/// In a folder with more entries only the images that are named are looked at: it is no folder of images.
const MOST: usize = 5000;

/// The images in a folder; `None` if it is not to be read by this user, or part of it is not.
pub(super) async fn scan(folder: &str) -> Option<Vec<(String, ImageInfo)>> {
    let folder = folder.to_owned();
    work::run(LIMIT, move || read(&folder)).await.ok().flatten()
}

/// [`scan`] on this thread, which waits.
pub(crate) fn read(folder: &str) -> Option<Vec<(String, ImageInfo)>> {
    let mut images = Vec::new();
    for (number, entry) in std::fs::read_dir(folder).ok()?.enumerate() {
        if number >= MOST {
            return Some(Vec::new());
        }
        // A name that is no text is none that libvirt's XML can hold.
        let Ok(path) = entry.ok()?.path().into_os_string().into_string() else { continue };
        match file::open(&path).map(|(file, metadata)| (header(file), metadata.len())) {
            Ok((Some(header), length)) => images.push((path.clone(), header.info(&path, length))),
            Err(Unread::Denied) => return None,
            Ok(_) | Err(_) => {}
        }
    }
    Some(images)
}

/// Of formats that can stand on others, qcow2 is what libvirt and QEMU write.
fn header(file: File) -> Option<Qcow2> {
    let mut head = Vec::with_capacity(4096);
    let mut file = file;
    (&mut file).take(4096).read_to_end(&mut head).ok()?;
    Content::look(&head, None).format().filter(|format| *format == ImageFormat::Qcow2)?;
    Qcow2::parse(&head)
        .or_else(|_| {
            file.take(HEAD as u64).read_to_end(&mut head).ok();
            Qcow2::parse(&head)
        })
        .ok()
}

/// Each path that is there, and the name that all names of its file are given: symbolic links in the way and hard links
/// are followed.
pub(super) async fn real_names(paths: Vec<String>) -> Vec<(String, String)> {
    work::run(LIMIT, move || resolve(paths)).await.unwrap_or_default()
}

fn resolve(paths: Vec<String>) -> Vec<(String, String)> {
    let mut first: HashMap<(u64, u64), String> = HashMap::new();
    let mut names = Vec::new();
    for path in paths {
        let Ok(real) = std::fs::canonicalize(&path) else { continue };
        let (Ok(metadata), Ok(real)) = (std::fs::metadata(&real), real.into_os_string().into_string()) else {
            continue;
        };
        let same = first.entry((metadata.dev(), metadata.ino())).or_insert(real);
        names.push((path, same.clone()));
    }
    names
}
