//! Whether the user that QEMU runs as can get at a file, and how to mend it.
//!
//! libvirt makes the image itself QEMU's when a machine starts; the folders on the way it leaves alone, and a home folder
//! is closed. virt-manager's cure (virtinst/devices/disk.py, `fix_path_search`) is the right one: let that one user pass.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rustix::{
    fs::{XattrFlags, getxattr, setxattr},
    io::Errno,
};
use serde::{Deserialize, Serialize};

use lectern_model::{command::CommandLine, storage::normal};

use super::{
    acl::Acl,
    tool::{self, End},
    work,
};
use crate::host::{Host, QemuUser, StorageError};

const ATTRIBUTE: &str = "system.posix_acl_access";
/// The kernel keeps no longer attributes.
const LONGEST: usize = 64 * 1024;
const LIMIT: Duration = Duration::from_secs(10);
const TOOL: Duration = Duration::from_secs(5);

/// Whether QEMU's user gets to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All folders on the way let it pass.
    Open,
    /// Some do not; this mends it.
    Closed(Mend),
    /// A folder's rights cannot be read by this user; the first one.
    Unknown(PathBuf),
    /// Not asked: QEMU runs as the user, or on another computer.
    NotAsked,
}

/// Letting QEMU's user pass through folders, and no more: it cannot list them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mend {
    /// The user's number.
    pub uid: u32,
    /// The folders, from the top.
    pub folders: Vec<PathBuf>,
}

/// The rights that folders had, to be given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights(Vec<Saved>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Saved {
    folder: PathBuf,
    mode: u32,
    /// The list as the kernel gave it; `None` if the mode was all.
    acl: Option<Vec<u8>>,
}

/// Finds out whether QEMU's user can get to the file at `path`.
///
/// # Errors
/// If the host does not answer.
pub async fn check(host: &Host, path: &str) -> Result<Reach, StorageError> {
    if !host.uri().is_local() || host.uri().is_test() || host.uri().is_session() {
        return Ok(Reach::NotAsked);
    }
    let Some(user) = host.qemu_user().await? else { return Ok(Reach::NotAsked) };
    let path = PathBuf::from(normal(path));
    Ok(work::run(LIMIT, move || walk(&path, user, &groups_of(user))).await?)
}

/// The groups that libvirt gives to QEMU: those of its user, and its own.
fn groups_of(user: QemuUser) -> Vec<u32> {
    let mut text = Vec::new();
    let mut command = Command::new("id");
    command.args(["-G", "--", &user.uid.to_string()]);
    let end = tool::run(&mut command, TOOL, || false, |piece| text.extend_from_slice(piece));
    let mut groups = vec![user.gid];
    if matches!(end, Ok(End::Exit(status, _)) if status.success()) {
        groups.extend(String::from_utf8_lossy(&text).split_whitespace().filter_map(|group| group.parse::<u32>().ok()));
    }
    groups
}

fn walk(path: &Path, user: QemuUser, groups: &[u32]) -> Reach {
    // Links lead through other folders; what cannot be resolved is walked as it is written.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut closed = Vec::new();
    let mut folders: Vec<&Path> = path.ancestors().skip(1).collect();
    folders.reverse();
    for folder in folders {
        match lets_through(folder, user, groups) {
            Ok(true) => {}
            Ok(false) => closed.push(folder.to_owned()),
            Err(_) => return Reach::Unknown(folder.to_owned()),
        }
    }
    if closed.is_empty() { Reach::Open } else { Reach::Closed(Mend { uid: user.uid, folders: closed }) }
}

fn lets_through(folder: &Path, user: QemuUser, groups: &[u32]) -> io::Result<bool> {
    let metadata = fs::metadata(folder)?;
    let saved = read(folder)?;
    Ok(saved.acl().lets_through(user.uid, groups, metadata.uid(), metadata.gid()))
}

/// A folder's rights as they are.
fn read(folder: &Path) -> io::Result<Saved> {
    let mode = fs::metadata(folder)?.mode();
    let mut bytes = vec![0; LONGEST];
    let acl = match getxattr(folder, ATTRIBUTE, &mut bytes) {
        Ok(length) => {
            bytes.truncate(length);
            Some(bytes)
        }
        // No list, or a file system without any.
        Err(Errno::NODATA | Errno::OPNOTSUPP) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Saved { folder: folder.to_owned(), mode, acl })
}

impl Saved {
    fn acl(&self) -> Acl {
        self.acl.as_deref().and_then(Acl::decode).unwrap_or_else(|| Acl::of_mode(self.mode))
    }

    /// Takes the right of `user` back from the list as it is now. A list of the mode's three entries is the mode: the
    /// kernel then keeps no list.
    fn give_back(&self, user: u32) -> io::Result<()> {
        let now = read(&self.folder)?.acl();
        let without = now.without_search(user, &self.acl());
        if without != now {
            setxattr(&self.folder, ATTRIBUTE, &without.encode(), XattrFlags::empty())?;
        }
        Ok(())
    }
}

impl Mend {
    /// The same by hand, a line a folder; needs the package `acl`, and `sudo` for folders of others.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandLine> {
        let line = |folder: &PathBuf| {
            let rule = format!("u:{}:x", self.uid);
            CommandLine::new("setfacl").args(["-m", &rule, "--"]).arg(folder.to_string_lossy())
        };
        self.folders.iter().map(line).collect()
    }

    /// Whether [`Self::apply`] would be permitted: all folders are this user's own, or the user is root. Reads files: not
    /// for the main thread.
    #[must_use]
    pub fn is_permitted(&self) -> bool {
        let user = rustix::process::geteuid();
        let own = |folder: &PathBuf| fs::metadata(folder).is_ok_and(|found| found.uid() == user.as_raw());
        user.is_root() || self.folders.iter().all(own)
    }

    /// The rights as they are: to be kept before [`Self::apply`], for undoing it. Reads files: not for the main thread.
    ///
    /// # Errors
    /// [`StorageError::NoImage`] if a folder is gone, and as the system gives it.
    pub fn rights(&self) -> Result<Rights, StorageError> {
        let read = |folder: &PathBuf| read(folder).map_err(|error| StorageError::file(folder, &error));
        self.folders.iter().map(read).collect::<Result<_, _>>().map(Rights)
    }

    /// Lets the user pass through all of the folders, or none. May be done twice. Writes files: not for the main thread.
    ///
    /// # Errors
    /// [`StorageError::Denied`] if a folder is another user's: then [`Self::commands`] is for the administrator.
    pub fn apply(&self) -> Result<(), StorageError> {
        let before = self.rights()?;
        for (number, saved) in before.0.iter().enumerate() {
            let acl = saved.acl().with_search(self.uid).encode();
            if let Err(error) = setxattr(&saved.folder, ATTRIBUTE, &acl, XattrFlags::empty()) {
                Rights(before.0[..number].to_vec()).give_back(self.uid)?;
                return Err(StorageError::file(&saved.folder, &error.into()));
            }
        }
        Ok(())
    }

    /// [`Self::apply`] elsewhere; gives what undoes it.
    ///
    /// # Errors
    /// As for [`Self::apply`].
    pub async fn run(self) -> Result<Rights, StorageError> {
        let work = move || self.rights().and_then(|before| self.apply().map(|()| before));
        work::run(LIMIT, work).await?
    }
}

impl Rights {
    /// [`Self::give_back`] by hand.
    #[must_use]
    pub fn commands(&self, user: u32) -> Vec<CommandLine> {
        let line = |saved: &Saved| {
            let (option, rule) = match saved.acl().letters(user) {
                Some(letters) => ("-m", format!("u:{user}:{letters}")),
                // The mask that came with it would stay for good.
                None if saved.acl.is_none() => ("-x", format!("u:{user},m")),
                None => ("-x", format!("u:{user}")),
            };
            CommandLine::new("setfacl").args([option, &rule, "--"]).arg(saved.folder.to_string_lossy())
        };
        self.0.iter().rev().map(line).collect()
    }

    /// Takes back from all folders the right that `user` did not have; what others changed meanwhile stays, and what is
    /// gone has none. May be done twice. Writes files: not for the main thread.
    ///
    /// # Errors
    /// The first that the system refused; the others are given back all the same.
    pub fn give_back(&self, user: u32) -> Result<(), StorageError> {
        let mut first = Ok(());
        for saved in self.0.iter().rev() {
            match saved.give_back(user) {
                Err(error) if error.kind() != io::ErrorKind::NotFound && first.is_ok() => {
                    first = Err(StorageError::file(&saved.folder, &error));
                }
                _ => {}
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const QEMU: QemuUser = QemuUser { uid: 64055, gid: 64055 };

    #[test]
    fn a_closed_folder_is_mended_and_given_back() {
        let top = tempfile::tempdir().unwrap();
        fs::set_permissions(top.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let home = top.path().join("home");
        fs::create_dir(&home).unwrap();
        fs::set_permissions(&home, fs::Permissions::from_mode(0o750)).unwrap();
        let image = home.join("a.img");
        fs::write(&image, b"x").unwrap();
        let Reach::Closed(mend) = walk(&image, QEMU, &[]) else { panic!("{:?}", walk(&image, QEMU, &[])) };
        assert_eq!(mend.folders, [fs::canonicalize(&home).unwrap()]);
        assert!(mend.commands()[0].to_string().starts_with("setfacl -m u:64055:x -- /"));
        let before = mend.rights().unwrap();
        match mend.apply() {
            Ok(()) => {}
            // A file system without lists.
            Err(error) => return println!("skipped: {error}"),
        }
        mend.apply().unwrap();
        assert_eq!(walk(&image, QEMU, &[]), Reach::Open);
        assert!(matches!(walk(&image, QemuUser { uid: 64056, gid: 1 }, &[]), Reach::Closed(_)), "only that user");
        before.give_back(mend.uid).unwrap();
        before.give_back(mend.uid).unwrap();
        assert_eq!(mend.rights().unwrap(), before);
        assert!(matches!(walk(&image, QEMU, &[]), Reach::Closed(_)));
    }

    #[test]
    fn what_is_not_there_is_said() {
        let gone = Mend { uid: 1, folders: vec!["/no/such/folder".into()] };
        assert_eq!(gone.apply(), Err(StorageError::NoImage));
    }
}
