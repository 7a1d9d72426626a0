//! What is wrong with a clone's draft, as the host is.

use super::{CloneDraft, CloneFacts};
use crate::clone::{Answer, DiskView, Subject, Treatment};
use crate::draft::{Bound, Severity};
use crate::names::{self, NameKind, NameProblem};
use crate::project::{self, Refusal};
use crate::resize;
use crate::template::{Verdict, Why};
use crate::units::Bytes;
use crate::xml::Path;

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The source itself.
    Source,
    /// The name.
    Name,
    /// The title.
    Title,
    /// Full or linked.
    Kind,
    /// The disk at this place, from 0.
    Disk(usize),
    /// The new size of the first disk.
    Size,
    /// The pool.
    Pool,
    /// The questions.
    Questions,
    /// The project.
    Project,
    /// The flavor.
    Flavor,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The source runs: its disks change while they are copied.
    Running,
    /// The source may not be copied or linked.
    Refused(Vec<Why>),
    /// It may, but somebody should know this.
    Doubtful(Vec<Why>),
    /// The name cannot be given.
    Name(NameProblem),
    /// libvirt refuses a title of more than one line.
    TitleLines,
    /// The treatment that was chosen is not possible for this disk.
    Impossible(usize),
    /// Two machines would write to this disk.
    RiskyShare(usize),
    /// The disk's image is gone.
    Missing(usize),
    /// A file of the new image's name is in the pool.
    FileExists {
        /// The disk.
        disk: usize,
        /// The file's name.
        file: String,
    },
    /// No disk is left to start from.
    Diskless,
    /// The new size is smaller than the source's disk, whose size this is.
    Smaller(Bytes),
    /// New images are made, and no pool was chosen.
    NoPool,
    /// The pool does not run, or nothing can be made in it.
    PoolClosed,
    /// The copies do not fit into the pool: this much is needed.
    DiskFull(Bytes),
    /// The new images may outgrow the pool.
    DiskMayFill(Bytes),
    /// Something that only one machine can have is kept in both: they cannot run at once.
    KeptInBoth(Path),
    /// The project does not take it.
    Project(Refusal),
    /// The flavor of this name is not for the project.
    FlavorNotForProject(String),
    /// A file of this name, which one of the flavor's disks would have, is in the pool.
    FlavorFileExists(String),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::Running => Field::Source,
            Self::Refused(_) | Self::Doubtful(_) => Field::Kind,
            Self::Name(_) => Field::Name,
            Self::TitleLines => Field::Title,
            Self::Impossible(disk) | Self::RiskyShare(disk) | Self::Missing(disk) | Self::FileExists { disk, .. } => {
                Field::Disk(*disk)
            }
            Self::Diskless => Field::Disk(0),
            Self::Smaller(_) => Field::Size,
            Self::NoPool | Self::PoolClosed | Self::DiskFull(_) | Self::DiskMayFill(_) => Field::Pool,
            Self::KeptInBoth(_) => Field::Questions,
            Self::Project(_) => Field::Project,
            Self::FlavorNotForProject(_) | Self::FlavorFileExists(_) => Field::Flavor,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Doubtful(_) | Self::RiskyShare(_) | Self::Diskless | Self::DiskMayFill(_) | Self::KeptInBoth(_) => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }
}

/// All that is wrong.
#[must_use]
pub fn problems(draft: &CloneDraft, facts: &CloneFacts) -> Vec<Problem> {
    let taken = |name: &str| facts.names.contains(name);
    let mut all = source(draft, facts);
    all.extend(names::check_free(&draft.name, NameKind::Domain, taken).err().map(Problem::Name));
    all.extend(draft.title.trim().contains('\n').then_some(Problem::TitleLines));
    facts.disks.iter().for_each(|view| all.extend(disk(draft, facts, view)));
    let keeps = |view: &DiskView| view.device == "disk" && draft.treatment(view) != Treatment::LeaveOut;
    let had = facts.disks.iter().any(|view| view.device == "disk");
    all.extend((had && !facts.disks.iter().any(keeps)).then_some(Problem::Diskless));
    all.extend(size(draft, facts));
    all.extend(pool(draft, facts));
    all.extend(kept(draft, facts));
    let asked = draft.asked(facts);
    all.extend(project::refusal(&facts.projects, draft.counts_in(), &asked).map(Problem::Project));
    all.extend(flavor(draft, facts));
    all
}

fn flavor(draft: &CloneDraft, facts: &CloneFacts) -> Vec<Problem> {
    let foreign = draft.flavor.as_ref().filter(|flavor| !flavor.is_for(draft.counts_in()));
    let foreign = foreign.map(|flavor| Problem::FlavorNotForProject(flavor.name.clone()));
    let pool = facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref());
    let files = draft.given(facts).into_iter().map(|(serial, _)| resize::file_name(serial, &draft.name));
    let taken = files.filter(|file| pool.is_some_and(|pool| pool.volumes.contains(file)));
    foreign.into_iter().chain(taken.map(Problem::FlavorFileExists)).collect()
}

fn uses(draft: &CloneDraft, facts: &CloneFacts, treatment: Treatment) -> bool {
    facts.disks.iter().any(|view| draft.treatment(view) == treatment)
}

fn source(draft: &CloneDraft, facts: &CloneFacts) -> Vec<Problem> {
    let verdicts = [(Treatment::Copy, &facts.copy), (Treatment::Link, &facts.link)];
    let used = verdicts.into_iter().filter(|(treatment, _)| uses(draft, facts, *treatment));
    let said = used.filter_map(|(_, verdict)| match verdict.as_ref()? {
        Verdict::Yes => None,
        Verdict::Ask(why) => Some(Problem::Doubtful(why.clone())),
        Verdict::No(why) => Some(Problem::Refused(why.clone())),
    });
    (!facts.shut_off).then_some(Problem::Running).into_iter().chain(said).collect()
}

fn disk(draft: &CloneDraft, facts: &CloneFacts, view: &DiskView) -> Vec<Problem> {
    let chosen = draft.disks.get(&view.index);
    let impossible = chosen.is_some_and(|treatment| !view.possible.contains(treatment));
    let treatment = draft.treatment(view);
    let risky = treatment == Treatment::Share && view.sharing_is_risky();
    let image = facts.images.get(&view.index);
    let missing = treatment != Treatment::LeaveOut && image.is_some_and(|image| image.missing);
    let volumes = facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref()).map(|pool| &pool.volumes);
    let file = draft.file_name(view, facts).filter(|file| volumes.is_some_and(|all| all.contains(file)));
    let all = [
        impossible.then_some(Problem::Impossible(view.index)),
        risky.then_some(Problem::RiskyShare(view.index)),
        missing.then_some(Problem::Missing(view.index)),
        file.map(|file| Problem::FileExists { disk: view.index, file }),
    ];
    all.into_iter().flatten().collect()
}

fn size(draft: &CloneDraft, facts: &CloneFacts) -> Option<Problem> {
    let is_new = |view: &&DiskView| matches!(draft.treatment(view), Treatment::Copy | Treatment::Link);
    let base = facts.images.get(&facts.disks.iter().find(is_new)?.index)?.size;
    (draft.size? < base).then_some(Problem::Smaller(base))
}

fn pool(draft: &CloneDraft, facts: &CloneFacts) -> Option<Problem> {
    if !uses(draft, facts, Treatment::Copy) && !uses(draft, facts, Treatment::Link) {
        return None;
    }
    let Some(pool) = facts.pools.iter().find(|pool| Some(&pool.name) == draft.pool.as_ref()) else {
        return Some(Problem::NoPool);
    };
    if !pool.active || pool.writable == Some(false) {
        return Some(Problem::PoolClosed);
    }
    let (now, grown) = draft.cost(facts);
    if now > pool.available {
        Some(Problem::DiskFull(now))
    } else {
        (grown > pool.available).then_some(Problem::DiskMayFill(grown))
    }
}

/// Kept although the default is not to: harmless for numbers that only the guest reads, not for what the host has once.
fn kept(draft: &CloneDraft, facts: &CloneFacts) -> Vec<Problem> {
    let harmless = |subject: &Subject| matches!(subject, Subject::DiskSerial { .. } | Subject::MachineSerial { .. });
    let asked = facts.questions.iter().filter(|q| q.default != Answer::Keep && !harmless(&q.subject));
    let kept = asked.filter(|q| draft.answers.get(&q.place) == Some(&Answer::Keep));
    kept.map(|q| Problem::KeptInBoth(q.place.clone())).collect()
}
