//! What is wrong with a flavor as it is written, by OpenStack's rules (`nova/compute/flavors.py` and
//! `nova/api/openstack/compute/schemas/flavor_manage.py`).

use super::{Access, Flavor};
use crate::project::bad_character;

/// The longest name and identifier.
const NAME_MAX: usize = 255;
/// The longest description.
const DESCRIPTION_MAX: usize = 65_535;
/// The highest number (`nova.db.constants.MAX_INT`).
const NUMBER_MAX: u64 = 0x7fff_ffff;

/// The numbers of a flavor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Virtual CPUs.
    Vcpus,
    /// Memory.
    Ram,
    /// The root disk.
    Disk,
    /// The second disk.
    Ephemeral,
    /// The swap disk.
    Swap,
}

impl Number {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Vcpus, Self::Ram, Self::Disk, Self::Ephemeral, Self::Swap];
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlavorProblem {
    /// It has no name.
    NoName,
    /// The name begins or ends with a space.
    NameEdgeSpace,
    /// The name has more characters than the number.
    NameTooLong(usize),
    /// The name holds a character that cannot be written.
    NameCharacter(char),
    /// Another flavor has the name.
    NameTaken,
    /// It has no identifier.
    NoId,
    /// The identifier begins or ends with a space.
    IdEdgeSpace,
    /// The identifier has more characters than the number.
    IdTooLong(usize),
    /// Only letters and digits of English, spaces, points, hyphens and underscores stand in an identifier.
    IdCharacter(char),
    /// Another flavor has the identifier.
    IdTaken,
    /// The identifier of a flavor that is there does not change.
    IdStays,
    /// The number is too small: it is at least 1.
    TooSmall(Number),
    /// The number is too large.
    TooLarge(Number),
    /// The description has more characters than the number.
    DescriptionTooLong(usize),
    /// There is no such project.
    NoSuchProject(String),
    /// No project may use it: worth knowing, and allowed.
    ForNobody,
}

impl FlavorProblem {
    /// Whether it stops the flavor from being kept.
    #[must_use]
    pub const fn stops(&self) -> bool {
        !matches!(self, Self::ForNobody)
    }
}

/// What is wrong with `flavor`, where `others` are all others and `projects` the names of all projects; `was` is its
/// identifier so far, if it is there.
#[must_use]
pub fn problems<'f>(
    flavor: &Flavor,
    was: Option<&str>,
    others: impl IntoIterator<Item = &'f Flavor>,
    projects: impl Fn(&str) -> bool,
) -> Vec<FlavorProblem> {
    let mut all = name(&flavor.name);
    all.extend(id(&flavor.id));
    for other in others {
        all.extend((other.name == flavor.name).then_some(FlavorProblem::NameTaken));
        all.extend((other.id == flavor.id).then_some(FlavorProblem::IdTaken));
    }
    all.extend(was.filter(|was| *was != flavor.id).map(|_| FlavorProblem::IdStays));
    all.extend(numbers(flavor));
    let long = flavor.description.chars().count() > DESCRIPTION_MAX;
    all.extend(long.then_some(FlavorProblem::DescriptionTooLong(DESCRIPTION_MAX)));
    if let Access::Projects(named) = &flavor.access {
        let gone = named.iter().filter(|name| !projects(name));
        all.extend(gone.map(|name| FlavorProblem::NoSuchProject(name.clone())));
        all.extend(named.is_empty().then_some(FlavorProblem::ForNobody));
    }
    all
}

fn name(name: &str) -> Vec<FlavorProblem> {
    let checks = [
        name.trim().is_empty().then_some(FlavorProblem::NoName),
        (!name.trim().is_empty() && name.trim() != name).then_some(FlavorProblem::NameEdgeSpace),
        (name.chars().count() > NAME_MAX).then_some(FlavorProblem::NameTooLong(NAME_MAX)),
        bad_character(name).map(FlavorProblem::NameCharacter),
    ];
    checks.into_iter().flatten().collect()
}

fn id(id: &str) -> Vec<FlavorProblem> {
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_');
    let checks = [
        id.trim().is_empty().then_some(FlavorProblem::NoId),
        (!id.trim().is_empty() && id.trim() != id).then_some(FlavorProblem::IdEdgeSpace),
        (id.chars().count() > NAME_MAX).then_some(FlavorProblem::IdTooLong(NAME_MAX)),
        id.chars().find(|c| !fits(c)).map(FlavorProblem::IdCharacter),
    ];
    checks.into_iter().flatten().collect()
}

fn numbers(flavor: &Flavor) -> Vec<FlavorProblem> {
    let all = [
        (Number::Vcpus, u64::from(flavor.vcpus), 1),
        (Number::Ram, flavor.ram, 1),
        (Number::Disk, flavor.disk, 0),
        (Number::Ephemeral, flavor.ephemeral, 0),
        (Number::Swap, flavor.swap, 0),
    ];
    let check = |(number, value, least): (Number, u64, u64)| {
        let small = (value < least).then_some(FlavorProblem::TooSmall(number));
        small.or_else(|| (value > NUMBER_MAX).then_some(FlavorProblem::TooLarge(number)))
    };
    all.into_iter().filter_map(check).collect()
}
