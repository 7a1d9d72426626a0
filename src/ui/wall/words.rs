//! What is said on the wall.

use lectern_model::{domain::Domain, wall::Attention};

use crate::{
    i18n::{gettext, gettext_f, ngettext_f},
    texts,
};

/// Why a machine needs attention.
pub(super) fn attention(attention: Attention) -> String {
    match attention {
        Attention::Crashed => gettext("Needs attention: crashed"),
        Attention::DiskError => gettext("Needs attention: disk error"),
        Attention::Stopped => gettext("Needs attention: stopped by an error"),
        Attention::NoAddress => gettext("Needs attention: no address"),
    }
}

/// Under its name: state, and whose it is.
pub(super) fn about(domain: &Domain) -> String {
    let student = domain.notes.as_ref().and_then(|notes| notes.student.as_ref());
    let student = student.map(|student| [student.number.as_str(), &student.name].join(" ").trim().to_owned());
    let parts = [Some(texts::state_with_reason(domain.state, domain.reason)), student];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// All that a tile says, for a screen reader.
pub(super) fn told(domain: &Domain, needs: Option<Attention>) -> String {
    let needs = needs.map(attention);
    [Some(domain.name.clone()), Some(about(domain)), needs].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Under the page's title: how many, how many of them on, and how many need attention.
pub(super) fn summary(all: usize, on: usize, needy: usize) -> String {
    let machines = ngettext_f("{n} machine", "{n} machines", all, &[]);
    let on = ngettext_f("{n} on", "{n} on", on, &[]);
    let needy =
        if needy > 0 { ngettext_f("{n} needs attention", "{n} need attention", needy, &[]) } else { String::new() };
    [machines, on, needy].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The page's title.
pub(super) fn title(lab: Option<&str>) -> String {
    lab.map_or_else(|| gettext("Wall"), |lab| gettext_f("Wall of {lab}", &[("lab", lab)]))
}
