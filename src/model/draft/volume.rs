//! The draft of a volume: a new one, or a copy of one; and what is wrong with it.

use super::{Bound, Severity};
use crate::{
    names::{self, NameKind, NameProblem},
    storage::{ImageFormat, new_volume::NewVolume, pool::PoolKind},
    units::Bytes,
};

/// The formats that images are converted to, the usual first.
pub const CONVERTED: [ImageFormat; 6] =
    [ImageFormat::Qcow2, ImageFormat::Raw, ImageFormat::Vdi, ImageFormat::Vmdk, ImageFormat::Vhd, ImageFormat::Vhdx];

/// The formats in which libvirt makes a volume in a pool of this kind. It knows nothing of VHDX (`virStorageFileFormat`,
/// tried with 11.3).
#[must_use]
pub fn formats(kind: PoolKind) -> &'static [ImageFormat] {
    const FILES: [ImageFormat; 5] =
        [ImageFormat::Qcow2, ImageFormat::Raw, ImageFormat::Vdi, ImageFormat::Vmdk, ImageFormat::Vhd];
    if kind.has_files() { &FILES } else { &[ImageFormat::Raw] }
}

/// Whether all of its space can be set aside when it is made.
#[must_use]
pub const fn can_be_allocated(format: ImageFormat) -> bool {
    matches!(format, ImageFormat::Raw | ImageFormat::Qcow2)
}

/// What the form holds, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeDraft {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: ImageFormat,
    /// Its size; of a copy, its source's.
    pub size: String,
    /// Whether all of its space is set aside at once.
    pub allocate: bool,
}

/// What the draft is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The names in the pool.
    pub names: Vec<String>,
    /// What is free there.
    pub free: Option<Bytes>,
    /// What a copy will take at least; of a new volume, nothing.
    pub needs: Option<Bytes>,
    /// The size of an overlay's base, below which it is not made: the guest would miss the end of its disk.
    pub base: Option<Bytes>,
}

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The name.
    Name,
    /// The format.
    Format,
    /// The size.
    Size,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The name cannot be given.
    Name(NameProblem),
    /// The name's ending promises another format.
    OtherEnding(ImageFormat),
    /// It is no size.
    NoSize,
    /// Less than QEMU makes a disk of.
    TooSmall,
    /// Smaller than the base of this size.
    BelowBase(Bytes),
    /// It cannot be set aside: so much is free.
    NoSpace(Bytes),
    /// It may fill the pool in time: so much is free.
    MayFill(Bytes),
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::Name(_) | Self::OtherEnding(_) => Field::Name,
            Self::NoSize | Self::TooSmall | Self::BelowBase(_) | Self::NoSpace(_) | Self::MayFill(_) => Field::Size,
        }
    }

    fn severity(&self) -> Severity {
        if matches!(self, Self::OtherEnding(_) | Self::MayFill(_)) { Severity::Warning } else { Severity::Error }
    }
}

/// The least that makes sense as a disk: a sector would do for QEMU, and nothing fits on it.
const LEAST: Bytes = Bytes(1 << 20);

impl VolumeDraft {
    /// A new disk in a pool with these names.
    #[must_use]
    pub fn suggested(kind: PoolKind, taken: &[String]) -> Self {
        let format = formats(kind).first().copied().unwrap_or(ImageFormat::Raw);
        let wanted = if kind.has_files() { "disk.qcow2" } else { "disk" };
        let name = names::free_file_name(wanted, |name| taken.iter().any(|known| known == name));
        Self { name, format, size: "20 GiB".into(), allocate: false }
    }

    /// The volume that it means; `None` while its size is none.
    #[must_use]
    pub fn volume(&self) -> Option<NewVolume> {
        let size = Bytes::parse(&self.size)?;
        let allocation = (self.allocate && can_be_allocated(self.format)).then_some(size);
        Some(NewVolume { allocation, ..NewVolume::thin(&self.name, self.format, size) })
    }
}

/// The ending that a file of this format usually has.
#[must_use]
pub const fn ending(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Raw | ImageFormat::Iso | ImageFormat::Other => "img",
        ImageFormat::Vhd => "vhd",
        other => other.driver(),
    }
}

/// `name` with the ending of `format`, in the place of another format's.
#[must_use]
pub fn renamed(name: &str, format: ImageFormat) -> String {
    let known = ["qcow2", "img", "raw", "vdi", "vmdk", "vhd", "vpc", "vhdx"];
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && known.contains(&end.to_ascii_lowercase().as_str()) => stem,
        _ => name,
    };
    format!("{stem}.{}", ending(format))
}

/// What is wrong with `draft`.
#[must_use]
pub fn problems(draft: &VolumeDraft, facts: &Facts) -> Vec<Problem> {
    let mut found = Vec::new();
    let taken = |name: &str| facts.names.iter().any(|known| known == name);
    if let Err(problem) = names::check_free(&draft.name, NameKind::Volume, taken) {
        found.push(Problem::Name(problem));
    } else {
        let promised = ImageFormat::promised_by(&draft.name);
        found.extend(promised.filter(|promised| *promised != draft.format).map(Problem::OtherEnding));
    }
    match Bytes::parse(&draft.size) {
        None => found.push(Problem::NoSize),
        Some(size) if size < LEAST => found.push(Problem::TooSmall),
        Some(size) if facts.base.is_some_and(|base| size < base) => {
            found.extend(facts.base.map(Problem::BelowBase));
        }
        Some(size) => found.extend(space(draft, size, facts)),
    }
    found
}

fn space(draft: &VolumeDraft, size: Bytes, facts: &Facts) -> Option<Problem> {
    let free = facts.free?;
    let allocated = draft.allocate && can_be_allocated(draft.format);
    let least = if allocated { size } else { facts.needs.unwrap_or_default() };
    if least > free {
        return Some(Problem::NoSpace(free));
    }
    (size > free).then_some(Problem::MayFill(free))
}

/// Why a volume is not given another size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoResize {
    /// It is no size.
    NoSize,
    /// It would become smaller: what lies behind the new end would be lost.
    Smaller,
    /// It has this size.
    Same,
}

/// The new size of a volume, which only grows. A disk's size is rounded up to a sector, as qemu-img does.
///
/// # Errors
/// Why not.
pub fn grown(text: &str, now: Bytes) -> Result<Bytes, NoResize> {
    let wanted = Bytes::parse(text).ok_or(NoResize::NoSize)?;
    let wanted = Bytes(wanted.0.div_ceil(512).saturating_mul(512));
    match wanted.cmp(&now) {
        std::cmp::Ordering::Less => Err(NoResize::Smaller),
        std::cmp::Ordering::Equal => Err(NoResize::Same),
        std::cmp::Ordering::Greater => Ok(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { names: vec!["disk.qcow2".into()], free: Some(Bytes::from_gib(10)), needs: None, base: None }
    }

    fn draft(change: impl FnOnce(&mut VolumeDraft)) -> Vec<Problem> {
        let mut draft = VolumeDraft::suggested(PoolKind::Dir, &facts().names);
        draft.size = "5 GiB".into();
        change(&mut draft);
        problems(&draft, &facts())
    }

    #[test]
    fn what_is_suggested_is_free_and_thin() {
        let suggested = VolumeDraft::suggested(PoolKind::Dir, &facts().names);
        assert_eq!((suggested.name.as_str(), suggested.format), ("disk-2.qcow2", ImageFormat::Qcow2));
        assert_eq!(suggested.volume().unwrap().allocation, None);
        assert_eq!(VolumeDraft::suggested(PoolKind::Logical, &[]).format, ImageFormat::Raw);
        assert_eq!(draft(|_| ()), []);
    }

    #[test]
    fn names_sizes_and_space_are_looked_at() {
        assert_eq!(draft(|d| d.name = "disk.qcow2".into()), [Problem::Name(NameProblem::InUse)]);
        assert_eq!(draft(|d| d.name = "a.vdi".into()), [Problem::OtherEnding(ImageFormat::Vdi)]);
        assert_eq!(draft(|d| d.size = "much".into()), [Problem::NoSize]);
        assert_eq!(draft(|d| d.size = "4 KiB".into()), [Problem::TooSmall]);
        assert_eq!(draft(|d| d.size = "20".into()), [Problem::MayFill(Bytes::from_gib(10))]);
        let base = Facts { base: Some(Bytes::from_gib(2)), ..facts() };
        let small = VolumeDraft { size: "1".into(), ..VolumeDraft::suggested(PoolKind::Dir, &base.names) };
        assert_eq!(problems(&small, &base), [Problem::BelowBase(Bytes::from_gib(2))]);
        let all = |d: &mut VolumeDraft| (d.size, d.allocate) = ("20".into(), true);
        assert_eq!(draft(all), [Problem::NoSpace(Bytes::from_gib(10))]);
        let copy = Facts { needs: Some(Bytes::from_gib(11)), ..facts() };
        let suggested = VolumeDraft::suggested(PoolKind::Dir, &copy.names);
        assert_eq!(problems(&suggested, &copy), [Problem::NoSpace(Bytes::from_gib(10))]);
    }

    #[test]
    fn only_what_can_set_space_aside_does() {
        let draft = VolumeDraft { name: "a".into(), format: ImageFormat::Vdi, size: "1".into(), allocate: true };
        assert_eq!(draft.volume().unwrap().allocation, None);
        let draft = VolumeDraft { format: ImageFormat::Raw, ..draft };
        assert_eq!(draft.volume().unwrap().allocation, Some(Bytes::from_gib(1)));
    }

    #[test]
    fn a_copy_has_the_ending_of_its_format() {
        for (name, format, renamed_to) in [
            ("cent7.qcow2", ImageFormat::Vdi, "cent7.vdi"),
            (".cent7.img", ImageFormat::Qcow2, ".cent7.qcow2"),
            ("centos-7.9", ImageFormat::Raw, "centos-7.9.img"),
            ("a.VMDK", ImageFormat::Vhd, "a.vhd"),
            (".img", ImageFormat::Vhdx, ".img.vhdx"),
        ] {
            assert_eq!(renamed(name, format), renamed_to);
        }
    }

    #[test]
    fn a_disk_only_grows() {
        let now = Bytes::from_gib(2);
        assert_eq!(grown("3 GiB", now), Ok(Bytes::from_gib(3)));
        assert_eq!(grown("1", now), Err(NoResize::Smaller));
        assert_eq!(grown("2048 MiB", now), Err(NoResize::Same));
        assert_eq!(grown("x", now), Err(NoResize::NoSize));
        assert_eq!(grown("2147483649 B", now), Ok(Bytes((2 << 30) + 512)));
    }
}
