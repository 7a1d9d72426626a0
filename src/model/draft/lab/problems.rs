//! What is wrong with a lab's draft, as the host is.

use super::fit::size;
use super::guest::untold;
use super::preview::{NoRows, rows};
use super::{Addresses, LabDraft, LabFacts, LabNetwork, NameSource, Size, Start, Untold, asked, fit};
use crate::draft::{Bound, Severity};
use crate::names::{self, NameKind, NameProblem};
use crate::pattern::{CountProblem, PatternProblem};
use crate::project::{self, Refusal};
use crate::subnet::{AddressProblem, SubnetProblem};
use crate::template::{Verdict, Why};
use crate::units::{Bytes, KiB};

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The template.
    Template,
    /// The lab's name.
    Name,
    /// The machines' pattern.
    Pattern,
    /// How many.
    Count,
    /// The roster.
    Roster,
    /// The network.
    Network,
    /// The first address, or the pattern of networks.
    Addresses,
    /// Memory and CPUs.
    Size,
    /// The overlay's size.
    Overlay,
    /// The pool.
    Pool,
    /// The project.
    Project,
    /// Which are started.
    Start,
    /// What the guests are told.
    Guest,
    /// The preview's rows.
    Rows,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No template was chosen.
    NoTemplate,
    /// The template is still being looked at.
    Looking,
    /// Overlays cannot be made on the template's disks.
    TemplateRefused(Vec<Why>),
    /// They can, but somebody should know this.
    TemplateDoubtful(Vec<Why>),
    /// The template has no disk that machines could have overlays of.
    NoDisk,
    /// The lab's name cannot be given.
    LabName(NameProblem),
    /// The pattern gives no names.
    Pattern(PatternProblem),
    /// How many is no number that can be.
    Count(CountProblem),
    /// Nobody is in the roster.
    NoStudents,
    /// Rows of the preview clash: their places, from 0.
    Clashes(Vec<usize>),
    /// There are fewer fresh addresses of network cards than the machines need.
    NoMacs,
    /// There is no such network.
    NoNetwork,
    /// The network does not run: it is started with the lab.
    InactiveNetwork,
    /// The network has no addresses that could be given.
    NoSubnet,
    /// The first address is none.
    NotAnAddress(String),
    /// The first address cannot be given.
    Address(AddressProblem),
    /// The pattern gives too few networks.
    Subnet(SubnetProblem),
    /// The machines have no memory or no CPU.
    NoSize,
    /// One machine alone has more memory than the host.
    TooMuchMemory(KiB),
    /// One machine alone has more virtual CPUs than there may be.
    TooManyVcpus(u32),
    /// All together have more memory than the host.
    MemoryOfAll(KiB),
    /// Those that will be started have more memory than is free.
    MemoryNow(KiB),
    /// The overlay is smaller than its base, whose size this is.
    OverlaySmaller(Bytes),
    /// No pool was chosen, or there is none of that name.
    NoPool,
    /// The pool does not run, or nothing can be made in it.
    PoolClosed,
    /// The empty overlays do not fit into the pool.
    DiskFull,
    /// The overlays may outgrow the pool.
    DiskMayFill(Bytes),
    /// The flavor of this name is not for the project.
    FlavorNotForProject(String),
    /// Something cannot be told to the guests.
    Untold(Untold),
    /// The project does not take the machines.
    Place(Refusal),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::NoTemplate | Self::Looking | Self::NoDisk | Self::TemplateRefused(_) | Self::TemplateDoubtful(_) => {
                Field::Template
            }
            Self::LabName(_) => Field::Name,
            Self::Pattern(PatternProblem::NoCount) | Self::Count(_) => Field::Count,
            Self::Pattern(_) => Field::Pattern,
            Self::NoStudents => Field::Roster,
            Self::Clashes(_) | Self::NoMacs => Field::Rows,
            Self::NoNetwork | Self::InactiveNetwork | Self::NoSubnet => Field::Network,
            Self::NotAnAddress(_) | Self::Address(_) | Self::Subnet(_) => Field::Addresses,
            Self::NoSize
            | Self::TooMuchMemory(_)
            | Self::TooManyVcpus(_)
            | Self::MemoryOfAll(_)
            | Self::FlavorNotForProject(_) => Field::Size,
            Self::MemoryNow(_) => Field::Start,
            Self::OverlaySmaller(_) => Field::Overlay,
            Self::NoPool | Self::PoolClosed | Self::DiskFull | Self::DiskMayFill(_) => Field::Pool,
            Self::Place(_) => Field::Project,
            Self::Untold(_) => Field::Guest,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::TemplateDoubtful(_)
            | Self::InactiveNetwork
            | Self::MemoryOfAll(_)
            | Self::MemoryNow(_)
            | Self::DiskMayFill(_) => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// All that is wrong.
#[must_use]
pub fn problems(draft: &LabDraft, facts: &LabFacts) -> Vec<Problem> {
    let mut all = Vec::new();
    all.extend(template(draft, facts));
    let taken = |name: &str| facts.labs.contains(name);
    all.extend(names::check_free(&draft.name, NameKind::Domain, taken).err().map(Problem::LabName));
    all.extend(machines(draft, facts));
    all.extend(network(draft, facts));
    all.extend(sizes(draft, facts));
    all.extend(storage(draft, facts));
    all.extend(foreign_flavor(draft));
    all.extend(untold(draft, facts).into_iter().map(Problem::Untold));
    all.extend(project::refusal(&facts.projects, draft.counts_in(), &asked(draft, facts)).map(Problem::Place));
    all
}

fn foreign_flavor(draft: &LabDraft) -> Option<Problem> {
    let Size::Flavor(flavor) = &draft.size else { return None };
    (!flavor.is_for(draft.counts_in())).then(|| Problem::FlavorNotForProject(flavor.name.clone()))
}

fn template(draft: &LabDraft, facts: &LabFacts) -> Vec<Problem> {
    if draft.template.is_none() {
        return vec![Problem::NoTemplate];
    }
    let Some(template) = facts.template.as_ref().filter(|t| Some(t.id) == draft.template) else {
        return vec![Problem::Looking];
    };
    let link = match &template.link {
        Verdict::Yes => None,
        Verdict::Ask(why) => Some(Problem::TemplateDoubtful(why.clone())),
        Verdict::No(why) => Some(Problem::TemplateRefused(why.clone())),
    };
    let diskless = template.disks.is_empty().then_some(Problem::NoDisk);
    link.into_iter().chain(diskless).collect()
}

fn machines(draft: &LabDraft, facts: &LabFacts) -> Vec<Problem> {
    match rows(draft, facts) {
        Err(NoRows::Pattern(problem)) => vec![Problem::Pattern(problem)],
        Err(NoRows::Count(problem)) => vec![Problem::Count(problem)],
        Err(NoRows::NoStudents) => vec![Problem::NoStudents],
        Err(NoRows::Subnet(problem)) => vec![Problem::Subnet(problem)],
        Ok(preview) => {
            let clashing = preview.rows.iter().enumerate().filter(|(_, row)| !row.clashes.is_empty());
            let clashing: Vec<_> = clashing.map(|(index, _)| index).collect();
            let nics = facts.template.as_ref().map_or(0, |template| template.nics);
            let macless = preview.rows.iter().any(|row| row.macs.len() < nics).then_some(Problem::NoMacs);
            let clashing = (!clashing.is_empty()).then_some(Problem::Clashes(clashing));
            clashing.into_iter().chain(macless).collect()
        }
    }
}

fn network(draft: &LabDraft, facts: &LabFacts) -> Vec<Problem> {
    let LabNetwork::One { network, addresses } = &draft.network else { return Vec::new() };
    let Some(network) = facts.networks.iter().find(|n| n.name == *network) else {
        return vec![Problem::NoNetwork];
    };
    let inactive = (!network.active).then_some(Problem::InactiveNetwork);
    let address = match (addresses, network.subnet) {
        (Addresses::Any, _) => None,
        (Addresses::Fixed { .. }, None) => Some(Problem::NoSubnet),
        (Addresses::Fixed { first }, Some(_)) if first.trim().is_empty() => None,
        (Addresses::Fixed { first }, Some(net)) => match first.trim().parse() {
            Err(_) => Some(Problem::NotAnAddress(first.clone())),
            // Where it counts from may be in use: the next free one is taken.
            Ok(first) => crate::subnet::check(&net, None, first, |_| false).err().map(Problem::Address),
        },
    };
    inactive.into_iter().chain(address).collect()
}

fn sizes(draft: &LabDraft, facts: &LabFacts) -> Vec<Problem> {
    let (memory, vcpus) = size(draft, facts);
    let fit = fit(draft, facts);
    let known = facts.template.is_some() && fit.host_memory.0 > 0;
    let alone = known && memory > fit.host_memory;
    let starting = KiB(memory.0.saturating_mul(u64::from(fit.starting)));
    let now = draft.start == Start::All && fit.free_memory.is_some_and(|free| starting > free);
    let checks = [
        (facts.template.is_some() && (memory.0 == 0 || vcpus == 0)).then_some(Problem::NoSize),
        alone.then_some(Problem::TooMuchMemory(memory)),
        facts.host.most_vcpus.filter(|most| vcpus > *most).map(Problem::TooManyVcpus),
        (known && !alone && fit.memory > fit.host_memory).then_some(Problem::MemoryOfAll(fit.memory)),
        now.then_some(Problem::MemoryNow(starting)),
    ];
    checks.into_iter().flatten().collect()
}

fn storage(draft: &LabDraft, facts: &LabFacts) -> Vec<Problem> {
    let base = facts.template.as_ref().and_then(|template| template.disks.first()).map(|disk| disk.size);
    let smaller = base.filter(|base| draft.overlay.is_some_and(|overlay| overlay < *base)).map(Problem::OverlaySmaller);
    let pool = match facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref()) {
        None => Some(Problem::NoPool),
        Some(pool) if !pool.active || pool.writable == Some(false) => Some(Problem::PoolClosed),
        Some(pool) => {
            let (fit, free) = (fit(draft, facts), pool.available);
            let full = (fit.allocated_disk > free).then_some(Problem::DiskFull);
            full.or_else(|| (fit.virtual_disk > free).then_some(Problem::DiskMayFill(fit.virtual_disk)))
        }
    };
    smaller.into_iter().chain(pool).collect()
}

impl LabDraft {
    /// Whether closing the wizard would lose anything that took the user some care.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        let named = match &self.names {
            NameSource::Pattern { pattern, .. } => !pattern.is_empty(),
            NameSource::Roster { students, .. } => !students.is_empty(),
        };
        named || !self.name.is_empty() || !self.edits.is_empty()
    }
}
