//! What the last page says of this draft and its plan.

use lectern_model::{
    draft::lab::{Addresses, Fit, LabDraft, LabFacts, LabNetwork, Size, Start, asked, fit, preview, way},
    units::KiB,
};
use lectern_services::plan::Plan;

use super::guest;
use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    texts,
    wizards::{
        frame::{Cost, ReviewText},
        machine::review::with_flavors_disks,
        place,
    },
};

/// What will be made, what it costs, and how.
pub(super) fn text(draft: &LabDraft, facts: &LabFacts, plan: &Plan) -> ReviewText {
    let fit = fit(draft, facts);
    ReviewText {
        made: made(draft, facts, &fit),
        lacks: Vec::new(),
        costs: costs(draft, facts, &fit),
        steps: plan.summary().iter().map(texts::step).collect(),
        commands: plan.commands(),
    }
}

fn made(draft: &LabDraft, facts: &LabFacts, fit: &Fit) -> Vec<(String, String)> {
    let rows = preview(draft, facts).rows;
    let (first, last) = (rows.first(), rows.last());
    let name = |row: Option<&lectern_model::draft::lab::Row>| row.map(|row| row.name.clone()).unwrap_or_default();
    let args = [("first", name(first)), ("last", name(last))];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    let machines = ngettext_f("{n} machine: {first} to {last}", "{n} machines: {first} to {last}", rows.len(), &args);
    let template = facts.template.as_ref().map(|template| template.name.clone()).unwrap_or_default();
    let flavor = if let Size::Flavor(flavor) = &draft.size { Some(flavor) } else { None };
    vec![
        (gettext("Lab"), draft.name.clone()),
        (gettext("Machines"), machines),
        (
            gettext("Disks"),
            with_flavors_disks(
                gettext_f("overlays (changes only) on the disks of {name} (read-only)", &[("name", &template)]),
                flavor,
            ),
        ),
        (gettext("Project"), draft.counts_in().to_owned()),
        (gettext("Flavor"), size(&draft.size)),
        (gettext("Network"), network(draft)),
        (gettext("The Guests Are Told"), guest::said(way(draft, facts))),
        (gettext("Start"), start(draft.start, fit)),
    ]
}

fn size(size: &Size) -> String {
    match size {
        Size::AsTemplate => gettext("As the template"),
        Size::Flavor(flavor) => flavor.name.clone(),
        Size::Own { .. } => gettext("None, a size of its own"),
    }
}

fn network(draft: &LabDraft) -> String {
    match &draft.network {
        LabNetwork::AsTemplate => gettext("As the template"),
        LabNetwork::One { network, addresses: Addresses::Any } => {
            gettext_f("{name}, addresses as its DHCP gives them", &[("name", network)])
        }
        LabNetwork::One { network, addresses: Addresses::Fixed { .. } } => {
            gettext_f("{name}, a fixed address for each", &[("name", network)])
        }
        LabNetwork::Each { pattern, .. } => {
            gettext_f("a new network for each machine, of {ranges}", &[("ranges", pattern)])
        }
    }
}

fn start(start: Start, fit: &Fit) -> String {
    match (start, fit.starting) {
        (Start::None, _) | (_, 0) => gettext("All stay off."),
        (_, n) => ngettext_f(
            "{n} is started, when all are made.",
            "{n} are started one after the other, when all are made.",
            usize::try_from(n).unwrap_or(usize::MAX),
            &[],
        ),
    }
}

fn costs(draft: &LabDraft, facts: &LabFacts, fit: &Fit) -> Vec<Cost> {
    let memory = [
        ("size", fit.memory.to_string()),
        ("all", fit.host_memory.to_string()),
        ("free", fit.free_memory.unwrap_or(fit.host_memory).to_string()),
    ];
    let memory = memory.each_ref().map(|(name, value)| (*name, value.as_str()));
    let cpus = [("asked", fit.vcpus.to_string()), ("cpus", fit.host_cpus.to_string())];
    let cpus = cpus.each_ref().map(|(name, value)| (*name, value.as_str()));
    let disk = [
        ("now", fit.allocated_disk.to_string()),
        ("most", fit.virtual_disk.to_string()),
        ("free", fit.free_disk.map(|free| free.to_string()).unwrap_or_default()),
    ];
    let disk = disk.each_ref().map(|(name, value)| (*name, value.as_str()));
    let quota = place::cost(&facts.projects, draft.counts_in(), &asked(draft, facts));
    let own = [
        Cost {
            what: gettext("Memory While All Run"),
            much: gettext_f("{size} of {all}, {free} free now", &memory),
            fits: (fit.host_memory > KiB(0)).then_some(fit.memory <= fit.free_memory.unwrap_or(fit.host_memory)),
        },
        Cost {
            what: gettext("Processors"),
            much: gettext_f("{asked} virtual CPUs while all run, on {cpus} of the host", &cpus),
            fits: None,
        },
        Cost {
            what: gettext("Disk"),
            much: gettext_f("{now} now, up to {most} later; {free} free", &disk),
            fits: fit.free_disk.map(|free| fit.virtual_disk <= free),
        },
    ];
    own.into_iter().chain(quota).collect()
}
