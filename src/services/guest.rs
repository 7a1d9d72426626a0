//! Writing into the disks of machines that are off: virt-customize(1), which has a small Linux of its own do it.
//!
//! It takes seconds where KVM boots, and half a minute where that Linux is emulated; several at once help nobody.

use std::{io, path::PathBuf, process::Command, time::Duration};

use lectern_model::{
    command::CommandLine, customize::Customization, draft::lab::OfflineLack, storage::ImageFormat, uri::HostUri,
};

use crate::{
    disk::{
        proof,
        tool::{self, End},
    },
    host::Host,
};

/// The program.
const TOOL: &str = "virt-customize";
/// An emulated Linux on a computer that does much else, and a guest whose files are all labelled anew.
const LIMIT: Duration = Duration::from_mins(20);

/// Why disks of `host` cannot be written to from here; none where they can, if they are files that this program may write.
#[must_use]
pub fn lack(host: &HostUri) -> Option<OfflineLack> {
    if !host.is_local() || host.is_test() {
        return Some(OfflineLack::NotHere);
    }
    if !may_write(host) {
        return Some(OfflineLack::NotOurs);
    }
    program().is_none().then_some(OfflineLack::NoTool)
}

/// The same of a disk that is there: its file is to be seen here, as the daemon sees it.
pub(crate) async fn lack_of(host: &Host, path: &str) -> Option<OfflineLack> {
    if let Some(lack) = lack(host.uri()) {
        return Some(lack);
    }
    let volume = host.volume_at(path.to_owned()).await.ok().flatten();
    let is_same = volume.is_some_and(|(volume, _)| proof::of_daemon(host.uri(), &volume).is_some());
    (!is_same).then_some(OfflineLack::NotHere)
}

/// The system's daemon makes files that are root's; a session's are the user's.
fn may_write(host: &HostUri) -> bool {
    host.is_session() || rustix::process::geteuid().is_root()
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(TOOL)).find(|file| file.is_file())
}

/// The command that does it; `emulated` where KVM boots nothing here.
#[must_use]
pub fn command(path: &str, format: ImageFormat, emulated: bool, work: &Customization) -> CommandLine {
    let settings = emulated.then_some("LIBGUESTFS_BACKEND_SETTINGS=force_tcg");
    let line = CommandLine::new("env").arg("LIBGUESTFS_BACKEND=direct").args(settings);
    let line = line.args([TOOL, "--quiet", "--no-network", "--no-logfile", "--format", format.driver(), "-a", path]);
    let line = line.args(work.arguments());
    match work.secret() {
        Some(secret) => line.args(["--commands-from-file", "/dev/stdin"]).input(&secret),
        None => line,
    }
}

/// How it went wrong.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// The program cannot be run.
    System(io::Error),
    /// It said this.
    Said(String),
    /// Its end was asked for.
    Cancelled,
}

/// Does it, and waits for it.
pub(crate) fn apply(line: &CommandLine, secret: Option<&str>, stop: impl Fn() -> bool) -> Result<(), Wrong> {
    let [program, arguments @ ..] = line.argv() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments);
    let end = tool::run_fed(&mut command, secret, LIMIT, stop, |_| ()).map_err(Wrong::System)?;
    match end {
        End::Exit(status, _) if status.success() => Ok(()),
        End::Exit(_, said) => Err(Wrong::Said(said)),
        End::TimedOut => Err(Wrong::Said("it did not end in time".to_owned())),
        End::Cancelled => Err(Wrong::Cancelled),
    }
}
