//! Machines from XML files and into them.

use std::{collections::BTreeMap, fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use lectern_model::{
    catalog::Member,
    draft::xml::{Fresh, Outcome},
    id::DomainId,
    mac::MacAddress,
    project::{Amount, Standing},
    storage::{chain::Unread, normal},
    units::Bytes,
    uri::HostUri,
    xml::MAX_BYTES,
};
use uuid::Uuid;

use crate::{
    disk::{Cancel, access},
    host::{Host, StorageError},
    plan::{Plan, Purpose, make::within, steps::Define},
};

/// How many interfaces a machine may have and still get new addresses.
const INTERFACES: usize = 64;

/// Reads a file of this computer. Not for the main thread.
///
/// # Errors
/// As the system gives it; what is no text or longer than any machine's XML is [`StorageError::File`].
pub fn read_text(path: &Path) -> Result<String, StorageError> {
    let length = fs::metadata(path).map_err(|error| StorageError::file(path, &error))?;
    let too_long = usize::try_from(length.len()).map_or(true, |length| length > MAX_BYTES);
    if length.is_dir() || too_long {
        let said = if too_long { "the file is too long" } else { "it is a folder" };
        return Err(StorageError::File { path: path.to_owned(), said: said.to_owned() });
    }
    fs::read_to_string(path).map_err(|error| StorageError::file(path, &error))
}

/// Writes a file of this computer, in place of one that is there; with `private` nobody else can read it. Not for the
/// main thread.
///
/// # Errors
/// As the system gives it.
pub fn write_text(path: &Path, text: &str, private: bool) -> Result<(), StorageError> {
    let failed = |error| StorageError::file(path, &error);
    // Beside it first, so that a full disk leaves what was there.
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}", Uuid::new_v4().simple()));
    let mode = if private { 0o600 } else { 0o644 };
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside).map_err(failed)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        // What could not be written is not left.
        drop(fs::remove_file(&beside));
    }
    renamed.map_err(failed)
}

/// Writes a machine's configuration to a file of this computer.
///
/// # Errors
/// As libvirt or the system gives it.
pub async fn export(host: &Host, id: DomainId, path: &Path, secrets: bool) -> Result<(), StorageError> {
    let (text, path) = (host.exported_xml(id, secrets).await?, path.to_owned());
    let written = tokio::task::spawn_blocking(move || write_text(&path, &text, secrets)).await;
    written.unwrap_or(Err(StorageError::Cancelled))
}

/// Identities that no machine has.
#[must_use]
pub fn fresh() -> Fresh {
    let random = || *Uuid::new_v4().as_bytes();
    let mac = |_| {
        let [.., a, b, c] = random();
        MacAddress::from_random([a, b, c])
    };
    Fresh { uuid: DomainId::from_bytes(random()), macs: (0..INTERFACES).map(mac).collect() }
}

/// What the host has of the files that a machine names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedFiles {
    /// Those that are not there.
    pub missing: Vec<String>,
    /// What guests see of those that could be read.
    pub sizes: BTreeMap<String, Bytes>,
}

/// Looks at the files of these paths on the host.
pub async fn named_files(host: &Host, paths: Vec<String>) -> NamedFiles {
    let mut files = NamedFiles::default();
    for path in paths {
        match access::read(host, &path, &Cancel::default()).await {
            Ok(info) => drop(files.sizes.insert(normal(&path), info.virtual_size)),
            Err(Unread::Missing) => files.missing.push(path),
            // Its size is not known, as that of a machine that is there already would not be.
            Err(_) => {}
        }
    }
    files
}

/// The plan that defines a machine from a file's XML, in the project of this name among those that are known, of which it
/// will use so much.
#[must_use]
pub fn plan_define(
    host: &HostUri,
    name: &str,
    outcome: &Outcome,
    (known, project, amount): (&[Standing], &str, Amount),
) -> Plan {
    let define = Define { id: outcome.uuid, name: name.to_owned(), xml: outcome.document.as_str().to_owned() };
    let member = Member { machine: outcome.uuid, amount };
    let steps = within(known, project, &[member], vec![define.into()]);
    Plan::new(Purpose::FromXml(name.to_owned()), host.clone(), steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_written_is_read_and_private_where_it_must_be() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.xml");
        write_text(&file, "<domain/>", false).unwrap();
        write_text(&file, "<domain>\n</domain>", true).unwrap();
        assert_eq!(read_text(&file).unwrap(), "<domain>\n</domain>");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(read_text(folder.path()), Err(StorageError::File { .. })));
        assert_eq!(read_text(&folder.path().join("b")), Err(StorageError::NoImage));
        assert!(write_text(&folder.path().join("no/b"), "", false).is_err());
    }

    #[test]
    fn identities_are_made_up_anew() {
        let (a, b) = (fresh(), fresh());
        assert!(a.uuid != b.uuid && a.macs != b.macs && a.macs.len() == INTERFACES);
    }
}
