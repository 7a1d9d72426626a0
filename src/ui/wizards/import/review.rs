//! What the last page says of this draft and its plan.

use lectern_model::draft::import::{Facts, ImportDraft, Source, Usage};
use lectern_services::making::Planned;

use crate::{
    i18n::{gettext, gettext_f},
    texts,
    wizards::{
        frame::{Cost, ReviewText},
        machine::review::{flavor, hardware, memory, network, room, shortfall, start, with_flavors_disks},
        place,
    },
};

/// What will be made, what it costs, and how.
pub(super) fn text(draft: &ImportDraft, facts: &Facts, system: &str, planned: &Planned) -> ReviewText {
    let plan = &planned.plan;
    ReviewText {
        made: made(draft, facts, system),
        lacks: planned.lacks.iter().map(shortfall).collect(),
        costs: costs(draft, facts),
        steps: plan.summary().iter().map(texts::step).collect(),
        commands: plan.commands(),
    }
}

fn made(draft: &ImportDraft, facts: &Facts, system: &str) -> Vec<(String, String)> {
    let machine = &draft.machine;
    vec![
        (gettext("Machine"), machine.name.clone()),
        (gettext("Guest System"), system.to_owned()),
        (gettext("Project"), machine.counts_in().to_owned()),
        (gettext("Flavor"), flavor(machine)),
        (gettext("Hardware"), hardware(machine)),
        (gettext("Disk"), with_flavors_disks(disks(draft, facts), machine.flavor.as_ref())),
        (gettext("Network"), network(machine, facts)),
        (gettext("First Boot"), first_boot(draft)),
        (gettext("Start"), start(machine)),
    ]
}

/// What cloud-init does, if anything.
fn first_boot(draft: &ImportDraft) -> String {
    match &draft.cloud {
        None => gettext("as the disk has it"),
        Some(cloud) => gettext_f("cloud-init makes the user {user}", &[("user", &cloud.user)]),
    }
}

/// Its disk, and an appliance's others.
fn disks(draft: &ImportDraft, facts: &Facts) -> String {
    let others = facts.usable_disk().map(|disk| draft.other_files(disk)).unwrap_or_default();
    let others = others.into_iter().filter(|_| draft.usage == Usage::Copy);
    let others = others.map(|file| gettext_f("{file}, a copy too", &[("file", &file)]));
    std::iter::once(disk(draft, facts)).chain(others).collect::<Vec<_>>().join("\n")
}

/// A copy, and its size where a flavor makes it larger.
fn copy(draft: &ImportDraft, facts: &Facts, args: &[(&str, &str)]) -> String {
    let size = facts.usable_disk().map(|disk| (draft.size(disk), disk.virtual_size));
    match size.filter(|(size, image)| size > image) {
        Some((size, _)) => {
            let size = size.to_string();
            let args: Vec<_> = args.iter().copied().chain([("size", size.as_str())]).collect();
            gettext_f("{file} in {pool}, a copy of {path}, made larger: {size}", &args)
        }
        None => gettext_f("{file} in {pool}, a copy of {path}", args),
    }
}

fn disk(draft: &ImportDraft, facts: &Facts) -> String {
    let path = draft.source.as_ref().map(Source::path).unwrap_or_default();
    let (pool, file) = (draft.pool.clone().unwrap_or_default(), draft.new_file().unwrap_or_default());
    let args = [("path", path), ("pool", pool.as_str()), ("file", file.as_str())];
    match draft.usage {
        Usage::Itself => gettext_f("{path} itself", &args),
        Usage::Copy => copy(draft, facts, &args),
        Usage::Overlay => gettext_f("{file} in {pool}, an overlay on {path}", &args),
    }
}

fn costs(draft: &ImportDraft, facts: &Facts) -> Vec<Cost> {
    let mut costs = vec![memory(draft.machine.memory, facts)];
    let asked = facts.usable_disk().map(|disk| draft.asked(disk)).unwrap_or_default();
    costs.extend(place::cost(&facts.projects, draft.machine.counts_in(), &asked));
    // A pool that is stopped does not tell what is free in it.
    let pool = draft.pool.as_deref().and_then(|name| facts.pool(name)).filter(|pool| pool.active);
    if let (Some(disk), Some(pool)) = (facts.usable_disk(), pool) {
        costs.extend(match draft.usage {
            Usage::Itself => None,
            Usage::Copy => {
                Some(room(&disk.real_size.to_string(), &pool.available.to_string(), disk.real_size <= pool.available))
            }
            Usage::Overlay => {
                let size = draft.overlay_size.unwrap_or(disk.virtual_size);
                let now = gettext_f("almost nothing now, up to {size} later", &[("size", &size.to_string())]);
                Some(room(&now, &pool.available.to_string(), size <= pool.available))
            }
        });
    }
    costs
}
