//! A small disc with a few files, which starts nothing: what cloud-init reads.

use super::image::{Entry, FILES, PRIMARY, SECTOR, descriptors, paths, plain_name, root};

/// The bytes of a disc with this label and these files at its top. Their names are kept as Linux shows them: small
/// letters, without a version.
pub(crate) fn plain(label: &str, files: &[(&str, String)]) -> Option<Vec<u8>> {
    let names: Vec<Vec<u8>> = files.iter().map(|(name, _)| plain_name(name)).collect();
    let (mut entries, mut next): (Vec<Entry<'_>>, u32) = (Vec::new(), FILES);
    for (name, (_, text)) in names.iter().zip(files) {
        entries.push((name, next, u32::try_from(text.len()).ok()?));
        next += u32::try_from(text.len().div_ceil(SECTOR)).ok()?;
    }
    let mut disc = vec![0; PRIMARY as usize * SECTOR];
    disc.extend(descriptors(next, label, false));
    // Where a disc that starts something has its loader.
    disc.extend(vec![0; 2 * SECTOR]);
    disc.extend([paths(false), paths(true), root(&entries)].concat());
    for (_, text) in files {
        disc.extend(text.as_bytes());
        disc.resize(disc.len().next_multiple_of(SECTOR), 0);
    }
    Some(disc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::{iso::Disc, source::Access as _};
    use std::io::Read as _;

    #[test]
    fn the_files_are_read_back() {
        let files = [("user-data", "#cloud-config\n".to_owned()), ("meta-data", "x".repeat(3000))];
        let disc = plain("CIDATA", &files).unwrap();
        assert_eq!(disc.len() % SECTOR, 0);
        assert_eq!(&disc[0x8028..0x802e], b"CIDATA");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.iso");
        std::fs::write(&path, &disc).unwrap();
        for (name, text) in files {
            let mut read = String::new();
            let mut disc = Disc::open(&path.to_string_lossy()).unwrap();
            disc.open(name).unwrap().unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, text, "{name}");
        }
    }
}
