//! What the last page says of this draft and its plan.

use lectern_model::draft::{
    import::Source,
    install::{DiskChoice, InstallDraft, InstallFacts, Origin},
    machine::Facts,
};
use lectern_services::making::Planned;

use super::words;
use crate::{
    i18n::{gettext, gettext_f},
    texts,
    wizards::{
        frame::{Cost, ReviewText},
        machine::review::{flavor, hardware, memory, network, room, shortfall, with_flavors_disks},
        place,
    },
};

/// What will be made, what it costs, and how.
pub(super) fn text(draft: &InstallDraft, facts: &InstallFacts, system: &str, planned: &Planned) -> ReviewText {
    let plan = &planned.plan;
    ReviewText {
        made: made(draft, facts, system),
        lacks: planned.lacks.iter().map(shortfall).collect(),
        costs: costs(draft, &facts.host),
        steps: plan.summary().iter().map(texts::step).collect(),
        commands: plan.commands(),
    }
}

fn made(draft: &InstallDraft, facts: &InstallFacts, system: &str) -> Vec<(String, String)> {
    let is_tree = draft.origin == Origin::Tree;
    let then = if is_tree && draft.serial {
        gettext("The installer starts at once, and its text is shown on the page Serial.")
    } else {
        gettext("The installer starts at once.")
    };
    let answers = if draft.answers.is_some() { gettext("Your answers") } else { gettext("The installer asks") };
    let all = [
        Some((gettext("Machine"), draft.machine.name.clone())),
        Some((gettext("Installer"), words::origin(draft, facts))),
        Some((gettext("Guest System"), system.to_owned())),
        is_tree.then(|| (gettext("Answers"), answers)),
        Some((gettext("Project"), draft.machine.counts_in().to_owned())),
        Some((gettext("Flavor"), flavor(&draft.machine))),
        Some((gettext("Hardware"), hardware(&draft.machine))),
        Some((gettext("Disk"), with_flavors_disks(disk(draft), draft.machine.flavor.as_ref()))),
        Some((gettext("Network"), network(&draft.machine, &facts.host))),
        Some((gettext("Start"), then)),
        is_tree.then(afterwards),
    ];
    all.into_iter().flatten().collect()
}

fn afterwards() -> (String, String) {
    let words = gettext("The machine restarts into what was installed by itself, also when Lectern is closed.");
    (gettext("Afterwards"), words)
}

fn disk(draft: &InstallDraft) -> String {
    match &draft.disk {
        DiskChoice::New => {
            let (file, size) = (draft.new.file(&draft.machine.name), draft.new.size.to_string());
            let args = [("file", file.as_str()), ("pool", &draft.new.pool), ("size", &size)];
            if draft.new.whole {
                gettext_f("{file} in {pool}, new, {size} allocated at once", &args)
            } else {
                gettext_f("{file} in {pool}, new, up to {size}", &args)
            }
        }
        DiskChoice::Existing(source) => {
            let path = source.as_ref().map(Source::path).unwrap_or_default();
            gettext_f("{path}, which is overwritten by the installer", &[("path", path)])
        }
        DiskChoice::None => gettext("None"),
    }
}

fn costs(draft: &InstallDraft, facts: &Facts) -> Vec<Cost> {
    let mut costs = vec![memory(draft.machine.memory, facts)];
    costs.extend(place::cost(&facts.projects, draft.machine.counts_in(), &draft.asked(facts)));
    if let (DiskChoice::New, Some(pool)) = (&draft.disk, facts.pool(&draft.new.pool)) {
        let size = draft.new.size.to_string();
        let takes = if draft.new.whole {
            size
        } else {
            gettext_f("almost nothing now, up to {size} later", &[("size", &size)])
        };
        costs.push(room(&takes, &pool.available.to_string(), draft.new.size <= pool.available));
    }
    costs
}
