//! The words for what is wrong with an installation's draft, and for trees.

use std::rc::Rc;

use relm4::Sender;

use lectern_model::{
    draft::{
        self, Bound,
        install::{InstallDraft, InstallFacts, Origin, Problem},
    },
    tree::{AnswerFault, Note, Nothing, PlaceError, Tree, Unreached},
};

use super::InstallMsg;
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f},
    wizards::{
        frame::{Line, Offer},
        import, machine,
    },
};

/// A problem as it is said beside its field; `failure` is why a place could not be looked at.
pub(super) fn line(problem: &Problem, failure: Option<&UserText>, input: &Sender<InstallMsg>) -> Line {
    let text = match (problem, failure) {
        (Problem::Failed, Some(failure)) => format!("{} {}", failure.title, failure.body),
        _ => text(problem),
    };
    Line { offer: offer(problem, input.clone()), ..Line::new(problem.severity(), text) }
}

/// What would mend it.
fn offer(problem: &Problem, input: Sender<InstallMsg>) -> Option<Offer> {
    match problem {
        Problem::Storage(_, draft::import::Problem::NoPool) => {
            let act = Rc::new(move || drop(input.send(InstallMsg::MakePool)));
            Some(Offer { label: gettext("Make the Usual One"), act })
        }
        Problem::Machine(problem) => {
            machine::words::offer(problem, move |refusal| drop(input.send(InstallMsg::Raise(refusal))))
        }
        _ => None,
    }
}

/// Whether a problem is said only once the user wanted to go on: a field that is still empty is no mistake.
pub(super) fn waits(problem: &Problem) -> bool {
    match problem {
        // Half an address is no mistake while it is typed.
        Problem::Place(_) | Problem::NotLooked | Problem::Looking => true,
        Problem::Storage(_, problem) => import::words::waits(problem),
        Problem::Machine(problem) => machine::words::waits(problem),
        _ => false,
    }
}

fn text(problem: &Problem) -> String {
    match problem {
        Problem::Place(error) => place(error),
        Problem::NotLooked => gettext("Press “Next” once more when you have seen what is there."),
        Problem::Looking => gettext("The place is still being looked at."),
        Problem::Failed => gettext("The place could not be looked at."),
        Problem::Nothing(nothing) => nothing_there(nothing),
        Problem::Odd(note) => odd(*note),
        Problem::Unreached(why) => unreached(*why),
        Problem::ArgumentsForeign => gettext("The kernel takes English letters, digits and signs only."),
        Problem::ArgumentsTooLong => gettext("These are more arguments than the boot disc has room for."),
        Problem::NoAnswers => gettext("This installer takes no answers. Choose that the installer asks."),
        Problem::Answers(fault) => answers(fault),
        Problem::PasswordOnDisc => gettext(
            "The installer needs the password as well: it is put onto the boot disc in plain letters. Delete that disc after the installation.",
        ),
        Problem::NoSize => gettext("A disk needs a size."),
        Problem::SmallDisk(_, wanted) => gettext_f(
            "The guest system recommends {size}. A smaller disk may do for a small installation.",
            &[("size", &wanted.to_string())],
        ),
        Problem::Diskless => gettext("The machine gets no disk: nothing can be installed on it."),
        Problem::StartsItself => {
            gettext("Only raw and qcow2 disks can be installed on. Convert it under “Storage” first.")
        }
        Problem::NoDisc => {
            gettext("This is no image of a disc, whatever its name says. The machine may not start from it.")
        }
        Problem::NoBootServer => gettext("The machine is plugged into nothing: there is no boot server to ask."),
        Problem::Storage(_, problem) => import::words::text(problem),
        Problem::Machine(problem) => machine::words::text(problem),
    }
}

/// Why something is no place.
fn place(error: &PlaceError) -> String {
    match error {
        PlaceError::Empty => gettext("Type the address of an install tree, such as ftp://192.168.1.254/CentOS."),
        PlaceError::Nfs => gettext(
            "Installers take NFS, but Lectern cannot look into it: mount it, and choose the folder; or serve it over HTTP or FTP.",
        ),
        PlaceError::Scheme(scheme) => {
            gettext_f("{scheme} is not known here. Addresses begin with http, https or ftp.", &[("scheme", scheme)])
        }
        PlaceError::Relative => gettext("An address begins with http://, https:// or ftp://, a path with /."),
        PlaceError::Bad(why) => gettext_f("This is no address: {why}.", &[("why", why)]),
        PlaceError::RemoteDisc => gettext(
            "This is an image of a disc on a server. Download it and choose the file, or give the address of its unpacked tree.",
        ),
        PlaceError::HttpPassword => gettext(
            "Installers cannot give a user and a password to a web server. Use an address without them, or FTP.",
        ),
    }
}

/// What is there in place of a tree.
fn nothing_there(nothing: &Nothing) -> String {
    match nothing {
        Nothing::Missing { near, .. } if near.is_empty() => {
            gettext("There is no such folder. Check the address: large and small letters differ.")
        }
        Nothing::Missing { .. } => {
            gettext("There is no such folder. Below is what the folder above it lists: large and small letters differ.")
        }
        Nothing::FilesOnly { seen } => gettext_f(
            "Files of a disc without its folders: {files}. “cp /mnt/*” leaves folders out. Copy again with “cp -a /mnt/. FOLDER”.",
            &[("files", &seen.join(", "))],
        ),
        Nothing::Folders(_) => gettext("This folder is no install tree. Perhaps one of its folders is."),
        Nothing::Discs(_) => gettext(
            "Images of discs are here, no install tree. Choose one on this computer, or unpack one: mount it, and “cp -a /mnt/. FOLDER”.",
        ),
        Nothing::Incomplete { missing } => gettext_f(
            "The tree is not whole: {file} is missing. Copy the disc again with “cp -a /mnt/. FOLDER”.",
            &[("file", missing)],
        ),
        Nothing::Empty => gettext("The folder is empty. Perhaps the disc is not mounted there any more."),
        Nothing::Unknown => gettext("Something is there, but no install tree that is known."),
    }
}

/// What is wrong with answers.
fn answers(fault: &AnswerFault) -> String {
    match fault {
        AnswerFault::NoCloudConfig => gettext("The first line has to be “#cloud-config”, else nobody reads the rest."),
        AnswerFault::NoAutoinstall => gettext("There is no “autoinstall:” in it: the installer would ask everything."),
        AnswerFault::Malformed(said) => gettext_f("The answers cannot be read: {why}.", &[("why", said)]),
    }
}

/// What is odd about a tree.
fn odd(note: Note) -> String {
    match note {
        Note::DotFilesMissing => gettext(
            "The file .treeinfo is missing: “cp /mnt/*” leaves out what begins with a dot. It can be used all the same; version and sums are not known.",
        ),
        Note::DescriptionWrong => {
            gettext("The file .treeinfo names a kernel that is not there. The one that was found is used.")
        }
        Note::NeedsDisc => gettext(
            "This installer finds its packages only on the disc itself. Choose the ISO file, or a network tree.",
        ),
        Note::OtherArchitecture => {
            gettext("The tree is for another kind of processor than the host's. The machine may not start from it.")
        }
    }
}

/// Why a machine cannot get at the tree.
fn unreached(why: Unreached) -> String {
    match why {
        Unreached::Unplugged => {
            gettext("The machine is plugged into nothing, and the installer gets its packages over the network.")
        }
        Unreached::Loopback => gettext(
            "The address means “this computer”: to the machine that is the machine itself. Use the host's address in the virtual network.",
        ),
        Unreached::NotServed => gettext(
            "The tree is in a folder of this computer, which the machine cannot see. The installer will ask for an address.",
        ),
        Unreached::Isolated => {
            gettext("Nothing is let out of this virtual network, and the server is outside. Choose another network.")
        }
        Unreached::HostFirewall => gettext(
            "The server is the host itself. Its firewall must let the machine in: “firewall-cmd --zone=libvirt --add-service=ftp” or http.",
        ),
    }
}

/// Where the installer comes from, in a few words.
pub(super) fn origin(draft: &InstallDraft, facts: &InstallFacts) -> String {
    match draft.origin {
        Origin::Tree => facts.tree().map(tree).unwrap_or_default(),
        Origin::Disc => {
            let discs = draft.disc.iter().map(|disc| disc.path().to_owned()).chain(draft.drivers.clone());
            discs.collect::<Vec<_>>().join("\n")
        }
        Origin::Network => gettext("A boot server of its network"),
    }
}

/// A tree in a few words: whose it is, and its version.
pub(super) fn tree(tree: &Tree) -> String {
    let name = tree.distribution.name();
    let name = if name.is_empty() { gettext("Unknown") } else { name.to_owned() };
    let version = tree.version.clone().unwrap_or_else(|| gettext("version unknown"));
    let code = tree.codename.iter().map(|code| format!("({code})"));
    [name, version].into_iter().chain(code).chain([tree.arch.clone()]).collect::<Vec<_>>().join(" ")
}
