//! Why an install tree could not be looked into, or an installer's files could not be had, in a user's words.

use lectern_model::tree::KernelError;
use lectern_services::install::InstallError;

use super::UserText;
use crate::i18n::{gettext, gettext_f};

impl From<&InstallError> for UserText {
    fn from(error: &InstallError) -> Self {
        match error {
            InstallError::Storage(error) => Self::from(error),
            InstallError::Cancelled => Self::new(gettext("It was stopped."), gettext("Nothing of it is left.")),
            _ => about_server(error),
        }
    }
}

fn about_server(error: &InstallError) -> UserText {
    let (title, body) = match error {
        InstallError::NoServer(server) => (
            gettext_f("There is no server {server}.", &[("server", server)]),
            gettext("Check its name. For an address in the classroom, use numbers, as 192.168.1.254."),
        ),
        InstallError::Unreachable { server, .. } => (
            gettext_f("The server {server} cannot be reached.", &[("server", server)]),
            gettext("Is it on, does its service run (“systemctl status vsftpd”), and does its firewall let you in?"),
        ),
        InstallError::TimedOut(server) => (
            gettext_f("{server} does not answer in time.", &[("server", server)]),
            gettext("It may be busy, or a firewall drops what comes from here. Try again."),
        ),
        InstallError::TooSlow(file) => (
            gettext_f("{file} comes too slowly to ever end.", &[("file", file)]),
            gettext("What came of it was removed. Try again, or use another server."),
        ),
        InstallError::Untrusted { server, .. } => (
            gettext_f("{server} cannot prove who it is.", &[("server", server)]),
            gettext(
                "Its certificate is not trusted, or this computer's clock is wrong. Use http:// if you trust the network.",
            ),
        ),
        _ => return about_refusal(error),
    };
    with_raw(error, UserText::new(title, body))
}

fn about_refusal(error: &InstallError) -> UserText {
    let (title, body) = match error {
        InstallError::LoginRefused(server) => (
            gettext_f("{server} refuses the user or the password.", &[("server", server)]),
            gettext(
                "Write them into the address, as ftp://user:password@server/folder. Without them you are “anonymous”.",
            ),
        ),
        InstallError::Refused { server, status } => (
            gettext_f("{server} refuses, with {status}.", &[("server", server), ("status", &status.to_string())]),
            gettext("The server's service must be allowed to read the folder: look at its rights, and at SELinux."),
        ),
        InstallError::ServerFailed { server, status } => (
            gettext_f("{server} failed, with {status}.", &[("server", server), ("status", &status.to_string())]),
            gettext("The server itself has a problem, or too many are connected. Its log says more."),
        ),
        InstallError::Redirects(server) => (
            gettext_f("{server} leads from one address to the next.", &[("server", server)]),
            gettext("Open the address in a browser, and use the one that it ends at."),
        ),
        InstallError::Protocol { server, .. } => (
            gettext_f("{server} does not answer as such a server does.", &[("server", server)]),
            gettext("Another program may listen there. Check the address and its port."),
        ),
        _ => return about_file(error),
    };
    with_raw(error, UserText::new(title, body))
}

fn about_file(error: &InstallError) -> UserText {
    let again = || gettext("What came of it was removed. Copy the disc to the server again, or use another server.");
    let (title, body) = match error {
        InstallError::NotThere(file) => {
            (gettext_f("{file} is not there any more.", &[("file", file)]), gettext("Look at the place again."))
        }
        InstallError::Truncated { file, got, expected } => (
            gettext_f("{file} ended before its end.", &[("file", file)]),
            gettext_f(
                "{got} of {expected} bytes came, and were removed. Try again, or copy the disc to the server again.",
                &[("got", &got.to_string()), ("expected", &expected.to_string())],
            ),
        ),
        InstallError::TooLong(file) => (gettext_f("{file} does not end where it should.", &[("file", file)]), again()),
        InstallError::Checksum(file) => {
            (gettext_f("{file} is not what the tree says: it is damaged.", &[("file", file)]), again())
        }
        InstallError::NoKernel { file, why } => (
            gettext_f("{file} is no kernel for a PC.", &[("file", file)]),
            match why {
                KernelError::TooOld => gettext("It is from before 2008: such kernels are not started here."),
                KernelError::NotOne => again(),
            },
        ),
        InstallError::NoInitrd(file) => (gettext_f("{file} is no RAM disk.", &[("file", file)]), again()),
        _ => return about_here(error),
    };
    with_raw(error, UserText::new(title, body))
}

fn about_here(error: &InstallError) -> UserText {
    let (title, body) = match error {
        InstallError::ArgumentsTooLong => (
            gettext("The kernel's arguments are too long."),
            gettext("Leave out what is not needed, on the page “Installer”."),
        ),
        InstallError::RamDiskTooLarge => (
            gettext("The installer's RAM disk is too large for its kernel."),
            gettext("Make the answers shorter, or use another tree."),
        ),
        InstallError::NoFolder(path) => {
            (gettext_f("{path} is not on this computer.", &[("path", path)]), gettext("Check the path."))
        }
        InstallError::Denied(path) => (
            gettext_f("You may not read {path}.", &[("path", path)]),
            gettext("Have its rights changed, or serve it over HTTP or FTP."),
        ),
        InstallError::NoDisc(path) => (
            gettext_f("{path} is no image of a disc.", &[("path", path)]),
            gettext("It may have been cut off while it was downloaded. Fetch it again."),
        ),
        _ => (gettext("The installer's files could not be had."), gettext("Try again.")),
    };
    with_raw(error, UserText::new(title, body))
}

/// The system's own words where it said any.
fn with_raw(error: &InstallError, text: UserText) -> UserText {
    let said = match error {
        InstallError::Unreachable { said, .. }
        | InstallError::Untrusted { said, .. }
        | InstallError::Protocol { said, .. } => Some(said.clone()),
        _ => None,
    };
    UserText { raw: said, ..text }
}
