//! The words for the draft's problems: what is wrong, and what to do about it.

use relm4::Sender;

use lectern_model::{
    draft::{
        Bound,
        lab::{Clash, Problem},
    },
    names::NameProblem,
    pattern::{CountProblem, MAX_COUNT, PatternProblem},
    roster::{RosterFault, RosterProblem},
    subnet::{AddressProblem, SubnetProblem},
};

use lectern_services::plan::make::lab::Refused;

use super::LabMsg;
use crate::{
    clone::words::whys,
    errors,
    i18n::{gettext, gettext_f, ngettext_f},
    wizards::{frame::Line, machine::words::name as name_problem, place},
};

/// A problem as it is said beside its field, with what would mend it.
pub(super) fn line(problem: &Problem, input: &Sender<LabMsg>) -> Line {
    let offer = if let Problem::Place(refusal) = problem {
        let (input, asked) = (input.clone(), refusal.clone());
        place::raise(refusal, move || drop(input.send(LabMsg::Raise(asked.clone()))))
    } else {
        None
    };
    Line { offer, ..Line::new(problem.severity(), text(problem)) }
}

/// Whether a problem is said only once the user wanted to go on: a field that is still empty is no mistake.
pub(super) const fn waits(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::NoTemplate
            | Problem::Looking
            | Problem::NoStudents
            | Problem::NoPool
            | Problem::LabName(NameProblem::Empty)
            | Problem::Pattern(PatternProblem::Empty | PatternProblem::NoCount)
            | Problem::Count(CountProblem::Empty)
    )
}

pub(super) fn text(problem: &Problem) -> String {
    match problem {
        Problem::NoTemplate => gettext("Choose a template."),
        Problem::Looking => gettext("The template is still being looked at."),
        Problem::TemplateRefused(why) => whys(why),
        Problem::TemplateDoubtful(why) => gettext_f("Read this first: {reasons}", &[("reasons", &whys(why))]),
        Problem::NoDisk => gettext("The template has no disk that overlays can be made on."),
        Problem::LabName(NameProblem::InUse) => gettext("There is a lab of this name already."),
        Problem::LabName(NameProblem::Empty) => gettext("The lab needs a name."),
        Problem::LabName(problem) => name_problem(*problem),
        Problem::Pattern(problem) => pattern(problem),
        Problem::Count(problem) => count(*problem),
        Problem::NoStudents => gettext("Nobody is in the roster."),
        Problem::Clashes(rows) => ngettext_f(
            "{n} machine cannot be made so: the first column says why.",
            "{n} machines cannot be made so: the first column says why.",
            rows.len(),
            &[],
        ),
        Problem::NoMacs => gettext("There are too few MAC addresses left. Open this dialog again."),
        _ => text_of_network(problem),
    }
}

fn text_of_network(problem: &Problem) -> String {
    match problem {
        Problem::NoNetwork => gettext("There is no such virtual network any more. Choose another."),
        Problem::InactiveNetwork => {
            gettext("This network is stopped. It is started with the lab if machines are started.")
        }
        Problem::NoSubnet => gettext("This network has no addresses of its own. Leave them to DHCP."),
        Problem::NotAnAddress(text) => gettext_f("{text} is no IPv4 address.", &[("text", text)]),
        Problem::Address(problem) => address(*problem),
        Problem::Subnet(problem) => subnet(problem),
        _ => text_of_size(problem),
    }
}

fn text_of_size(problem: &Problem) -> String {
    match problem {
        Problem::NoSize => gettext("A machine needs memory and one virtual CPU at least."),
        Problem::TooMuchMemory(memory) => {
            gettext_f("{size} for one machine are more than the host has.", &[("size", &memory.to_string())])
        }
        Problem::TooManyVcpus(most) => {
            gettext_f("The host gives a machine {n} virtual CPUs at most.", &[("n", &most.to_string())])
        }
        Problem::MemoryOfAll(memory) => gettext_f(
            "All together have {size}, more than the host: they cannot all be on at once.",
            &[("size", &memory.to_string())],
        ),
        Problem::MemoryNow(memory) => gettext_f(
            "Those that are started need {size}, more than is free now. The host may swap.",
            &[("size", &memory.to_string())],
        ),
        _ => text_of_place(problem),
    }
}

fn text_of_place(problem: &Problem) -> String {
    match problem {
        Problem::OverlaySmaller(base) => gettext_f(
            "The overlay must be at least as large as the template's disk: {size}.",
            &[("size", &base.to_string())],
        ),
        Problem::NoPool => gettext("Choose a storage pool for the new disks."),
        Problem::PoolClosed => gettext("The storage pool is not started, or nothing can be made in it."),
        Problem::DiskFull => gettext("Not even the empty overlays fit into the storage pool."),
        Problem::DiskMayFill(most) => gettext_f(
            "The new disks can grow to {size}, more than is free in the storage pool.",
            &[("size", &most.to_string())],
        ),
        Problem::FlavorNotForProject(name) => {
            gettext_f("The flavor {name} is not for this project.", &[("name", name)])
        }
        Problem::Untold(what) => super::guest::untold(*what),
        Problem::Place(refusal) => errors::project::refusal(refusal),
        // All others are said above.
        _ => String::new(),
    }
}

fn count(problem: CountProblem) -> String {
    match problem {
        CountProblem::Empty => gettext("Enter how many to clone!"),
        CountProblem::NotANumber => gettext("Enter a correct number!"),
        CountProblem::Negative | CountProblem::Zero => gettext("Enter a correct number: at least 1."),
        CountProblem::TooMany => gettext_f("At most {n} machines at once.", &[("n", &MAX_COUNT.to_string())]),
    }
}

fn pattern(problem: &PatternProblem) -> String {
    match problem {
        PatternProblem::Empty => gettext("Say how the machines are called, as in node{N}."),
        PatternProblem::Braces | PatternProblem::TwoNumbers | PatternProblem::NotANumber(_) => {
            gettext("Write one number in braces, as in node{1..30} or node{N}.")
        }
        PatternProblem::Backwards => gettext("The range goes backwards."),
        PatternProblem::NoNumber => gettext("Several machines need a place for a number: write {N} into the name."),
        PatternProblem::NoCount => gettext("Enter how many to clone!"),
        PatternProblem::TooMany(_) => gettext_f("At most {n} machines at once.", &[("n", &MAX_COUNT.to_string())]),
        PatternProblem::BadName { name, problem } => {
            gettext_f("{name}: {problem}", &[("name", name), ("problem", &name_problem(*problem))])
        }
        PatternProblem::Taken(names) => gettext_f(
            "These names are in use: {names}",
            &[("names", &names.iter().take(5).cloned().collect::<Vec<_>>().join(", "))],
        ),
        _ => gettext("No free number is left."),
    }
}

fn subnet(problem: &SubnetProblem) -> String {
    match problem {
        SubnetProblem::TooFew { wanted, free } => gettext_f(
            "{wanted} networks are needed, and {free} of these ranges are free.",
            &[("wanted", &wanted.to_string()), ("free", &free.to_string())],
        ),
        _ => gettext("These are no ranges: write one number in braces, as in 10.1.{N}.0/24."),
    }
}

fn address(problem: AddressProblem) -> String {
    match problem {
        AddressProblem::Outside => gettext("This address is not in the network."),
        AddressProblem::NotAHost => gettext("No machine can have this address."),
        AddressProblem::Gateway => gettext("This address is the gateway's."),
        AddressProblem::InUse => gettext("This address is in use."),
    }
}

/// What is wrong with a row.
pub(super) fn clashes(all: &[Clash]) -> String {
    all.iter().map(clash).collect::<Vec<_>>().join(" ")
}

fn clash(clash: &Clash) -> String {
    match clash {
        Clash::Name(problem) => name_problem(*problem),
        Clash::EqualName => gettext("Another row has this name."),
        Clash::EqualHostName(name) => gettext_f("Another row is called {name} inside, too.", &[("name", name)]),
        Clash::DiskExists(file) => gettext_f("There is a file {name} already.", &[("name", file)]),
        Clash::NotAnAddress(text) => gettext_f("{text} is no IPv4 address.", &[("text", text)]),
        Clash::Address(problem) => address(*problem),
        Clash::EqualAddress(ip) => gettext_f("Another row has {address}, too.", &[("address", &ip.to_string())]),
        Clash::NotAMac(text) => gettext_f("{text} is no MAC address.", &[("text", text)]),
        Clash::MacInUse => gettext("A machine has this MAC address."),
        Clash::EqualMac => gettext("Another row has this MAC address."),
        Clash::NoAddress => gettext("The network has no free address left."),
        Clash::NetworkExists => gettext("There is a virtual network of this name already."),
        Clash::NoNumber => gettext("This student has no number."),
    }
}

/// What is wrong with the roster: the first few lines of it.
pub(super) fn roster(problem: &RosterProblem) -> String {
    let said = fault(&problem.kind);
    if problem.line == 0 {
        return said;
    }
    gettext_f("Line {line}: {problem}", &[("line", &problem.line.to_string()), ("problem", &said)])
}

fn fault(fault: &RosterFault) -> String {
    match fault {
        RosterFault::Empty => gettext("Nobody is in the roster."),
        RosterFault::TooMany => gettext_f("At most {n} machines at once.", &[("n", &MAX_COUNT.to_string())]),
        RosterFault::Undecodable => gettext("Some of the file is text in no encoding that is known here."),
        RosterFault::NoName => gettext("There is neither a name nor a number."),
        RosterFault::EqualName { name, first } => {
            gettext_f("{name} is on line {first} already.", &[("name", name), ("first", &first.to_string())])
        }
        RosterFault::EqualNumber { number, first } => gettext_f(
            "The number {number} is on line {first} already.",
            &[("number", number), ("first", &first.to_string())],
        ),
        RosterFault::Odd(text) => gettext_f("{text} is no name.", &[("text", text)]),
        _ => gettext("This line cannot be read as columns."),
    }
}

/// Why there is no plan although the fields are in order.
pub(super) fn refused(refused: &Refused) -> String {
    match refused {
        Refused::Problems(all) => all.iter().map(text).collect::<Vec<_>>().join("\n"),
        Refused::Clone(error) => crate::clone::words::refused(error).title,
        Refused::Network(_) => gettext("A text in it has a character that XML cannot hold. Take it out and try again."),
        Refused::Seed(error) => errors::plan::storage(error).title,
        Refused::Running => {
            gettext("The template is on, or its memory is saved: its disks change. Shut it down first.")
        }
    }
}
