//! What the last page says of this draft and its plan.

use lectern_model::{
    draft::import::{Facts, ImportDraft, Source, Usage},
    units::KiB,
};
use lectern_services::plan::Plan;

use super::{network, system};
use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    texts,
    wizards::frame::{Cost, ReviewText},
};

/// What will be made, what it costs, and how.
pub(super) fn text(draft: &ImportDraft, facts: &Facts, system: &str, plan: &Plan) -> ReviewText {
    ReviewText {
        made: made(draft, facts, system),
        costs: costs(draft, facts),
        steps: plan.texts().iter().map(texts::step).collect(),
        commands: plan.commands(),
    }
}

fn made(draft: &ImportDraft, facts: &Facts, system: &str) -> Vec<(String, String)> {
    let start = if draft.start { gettext("It is started at once.") } else { gettext("It stays off.") };
    let n = usize::try_from(draft.vcpus).unwrap_or(usize::MAX);
    let memory = draft.memory.to_string();
    let hardware =
        ngettext_f("{n} virtual CPU, {memory} memory", "{n} virtual CPUs, {memory} memory", n, &[("memory", &memory)]);
    vec![
        (gettext("Machine"), draft.name.clone()),
        (gettext("Guest System"), system.to_owned()),
        (gettext("Hardware"), format!("{hardware} · {}", system::way_name(draft.way))),
        (gettext("Disk"), disk(draft)),
        (gettext("Network"), network::name(&draft.network, facts)),
        (gettext("Start"), start),
    ]
}

fn disk(draft: &ImportDraft) -> String {
    let path = draft.source.as_ref().map(Source::path).unwrap_or_default();
    let (pool, file) = (draft.pool.clone().unwrap_or_default(), draft.new_file().unwrap_or_default());
    let args = [("path", path), ("pool", pool.as_str()), ("file", file.as_str())];
    match draft.usage {
        Usage::Itself => gettext_f("{path} itself", &args),
        Usage::Copy => gettext_f("{file} in {pool}, a copy of {path}", &args),
        Usage::Overlay => gettext_f("{file} in {pool}, an overlay on {path}", &args),
    }
}

fn costs(draft: &ImportDraft, facts: &Facts) -> Vec<Cost> {
    let mut costs = vec![memory(draft.memory, facts)];
    let pool = draft.pool.as_deref().and_then(|name| facts.pool(name));
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

fn memory(wanted: KiB, facts: &Facts) -> Cost {
    let host = &facts.host;
    let args = [("size", wanted.to_string()), ("all", host.memory.to_string())];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    let much = match host.free {
        Some(free) => {
            let free = free.to_string();
            gettext_f("{size} of {all}, {free} free now", &[args[0], args[1], ("free", &free)])
        }
        None => gettext_f("{size} of {all}", &args),
    };
    Cost { what: gettext("Memory"), much, fits: Some(wanted <= host.free.unwrap_or(host.memory)) }
}

fn room(takes: &str, free: &str, fits: bool) -> Cost {
    let much = gettext_f("{size}; {free} free", &[("size", takes), ("free", free)]);
    Cost { what: gettext("Disk"), much, fits: Some(fits) }
}
