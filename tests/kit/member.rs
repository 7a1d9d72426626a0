//! A test run again as another person: a plain member of the group `libvirt`, inside a private libvirt's namespaces.

use std::{env, fs, os::unix::fs::PermissionsExt, path::Path};

use crate::libvirt::PrivateLibvirt;

/// What lets the group in, as distributions set it up: an option of [`PrivateLibvirt::with`].
pub const GROUP: [&str; 2] = ["--libvirtd-conf", "unix_sock_group = \"libvirt\""];
/// Where the part that runs as the member finds the program.
const PROGRAM: &str = "LECTERN_PROGRAM";
/// Who the member is: nobody, but for the group.
const MEMBER: &str =
    "setpriv --reuid nobody --regid nogroup --groups $(getent group libvirt | cut -d: -f3) --bounding-set -all";

/// Nobody, in no group.
const OUTSIDER: &str = "setpriv --reuid nobody --regid nogroup --clear-groups --bounding-set -all";

impl PrivateLibvirt {
    /// Runs the ignored test `name` of this binary as a member; there plain `qemu:///system` is this libvirt, and
    /// [`program`] is `lectern`. Pictures go to `target/screenshots` all the same.
    ///
    /// # Panics
    /// When it fails.
    pub fn as_member(&mut self, name: &str, lectern: &str) -> String {
        self.as_user(name, lectern, MEMBER)
    }

    /// [`Self::as_member`] as somebody who is in no group that is let in.
    ///
    /// # Panics
    /// When it fails.
    pub fn as_outsider(&mut self, name: &str, lectern: &str) -> String {
        self.as_user(name, lectern, OUTSIDER)
    }

    fn as_user(&mut self, name: &str, lectern: &str, user: &str) -> String {
        let folder = self.folder().join("member");
        let (test, program) = (folder.join("test"), folder.join("lectern"));
        fs::create_dir_all(folder.join("shots")).expect("a folder");
        // The folder that all is built in may be closed to others.
        fs::copy(env::current_exe().expect("this test"), &test).expect("a copy");
        fs::copy(lectern, &program).expect("a copy");
        for path in [folder.clone(), folder.join("shots")] {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).expect("its mode");
        }
        let shots = folder.join("shots");
        let (test, program, home) = (test.display(), program.display(), folder.display());
        let said = self.sh(&format!(
            "cd {home} && HOME={home} TMPDIR=/tmp {PROGRAM}={program} LECTERN_SCREENSHOTS={} \
             {user} {test} --exact {name} --ignored --nocapture 2>&1",
            shots.display()
        ));
        keep(&shots);
        said
    }
}

/// The program for the part that runs as the member.
///
/// # Panics
/// When this is not that part.
pub fn program() -> String {
    env::var(PROGRAM).expect("set for the part that runs as the member")
}

/// Brings the pictures where all others are.
fn keep(shots: &Path) {
    for folder in fs::read_dir(shots).into_iter().flatten().flatten() {
        let to = crate::tree::target().join("screenshots").join(folder.file_name());
        fs::create_dir_all(&to).expect("a folder for pictures");
        for shot in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            fs::copy(shot.path(), to.join(shot.file_name())).expect("a picture");
        }
    }
}
