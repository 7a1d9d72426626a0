//! The questions about versions of a template: a new one, and which machines move to it.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{domain::Domain, id::DomainId};
use lectern_services::plan::make::versions::{VersionError, Wish};

use super::words;
use crate::{
    clone::words as clones,
    dialogs,
    errors::{self, UserText},
    i18n::{gettext, gettext_f, ngettext_f},
};

/// A template's name with its version.
pub(crate) fn label(domain: &Domain) -> String {
    let version = domain.notes.as_ref().and_then(|notes| notes.template).unwrap_or(1).to_string();
    gettext_f("{name} (version {version})", &[("name", &domain.name), ("version", &version)])
}

/// The line of versions that a template belongs to: the UUID of its first.
pub(crate) fn line(domain: &Domain) -> DomainId {
    domain.notes.as_ref().and_then(|notes| notes.line).unwrap_or(domain.id)
}

/// Asks how the next version of a template begins.
pub(crate) fn ask_new(template: &Domain, parent: &adw::ApplicationWindow, then: impl Fn(Wish) + 'static) {
    let name = adw::EntryRow::builder().title(gettext("Name of the Copy, or Empty for the Usual One")).build();
    let linked = adw::SwitchRow::builder().title(gettext("Linked Copy")).build();
    linked.set_subtitle(&gettext("Made at once and small, but the version before must then stay"));
    let group = adw::PreferencesGroup::new();
    group.add(&name);
    group.add(&linked);
    let title = gettext_f("New Version of {name}", &[("name", &template.name)]);
    let body = gettext(
        "A copy is made that is no template: start it, change in it what is to change, shut it down, and lock it as a template. It is then the next version, and machines can be moved to it.",
    );
    let verb = gettext("_Make Copy");
    dialogs::propose((&title, &body, &verb), group.upcast_ref(), parent, move || {
        then(Wish { name: name.text().trim().to_owned(), linked: linked.is_active() });
    });
}

/// Asks to which template machines move, and whether their old overlays are kept. The first is proposed.
pub(crate) fn ask_move(
    machines: &[String],
    templates: Vec<Domain>,
    parent: &adw::ApplicationWindow,
    then: impl Fn(DomainId, bool) + 'static,
) {
    let names: Vec<String> = templates.iter().map(label).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let choice = adw::ComboRow::builder().title(gettext("Template")).model(&gtk::StringList::new(&names)).build();
    let keep = keep();
    let group = adw::PreferencesGroup::new();
    group.add(&choice);
    group.add(&keep);
    let (title, body) = (moving(machines.len()), consequence());
    dialogs::confirm((&title, &body, &gettext("_Move")), Some(group.upcast_ref()), parent, move || {
        let chosen = usize::try_from(choice.selected()).ok().and_then(|nth| templates.get(nth));
        if let Some(template) = chosen {
            then(template.id, keep.is_active());
        }
    });
}

/// Asks which machines of other versions move to a template; all are proposed.
pub(crate) fn ask_take(
    template: &Domain,
    machines: &[Domain],
    parent: &adw::ApplicationWindow,
    then: impl Fn(Vec<DomainId>, bool) + 'static,
) {
    let group = adw::PreferencesGroup::new();
    let rows: Vec<(DomainId, adw::SwitchRow)> =
        machines.iter().map(|domain| (domain.id, row(domain, &group))).collect();
    let scrolled = gtk::ScrolledWindow::builder().child(&group).propagate_natural_height(true).max_content_height(280);
    let scrolled = scrolled.hscrollbar_policy(gtk::PolicyType::Never).build();
    let keep = keep();
    let last = adw::PreferencesGroup::new();
    last.add(&keep);
    let all = gtk::Box::new(gtk::Orientation::Vertical, 12);
    all.append(&scrolled);
    all.append(&last);
    let title = gettext_f("Move machines to {template}?", &[("template", &label(template))]);
    dialogs::confirm((&title, &consequence(), &gettext("_Move")), Some(all.upcast_ref()), parent, move || {
        let chosen = rows.iter().filter(|(_, row)| row.is_active()).map(|(id, _)| *id).collect::<Vec<_>>();
        if !chosen.is_empty() {
            then(chosen, keep.is_active());
        }
    });
}

fn row(domain: &Domain, group: &adw::PreferencesGroup) -> adw::SwitchRow {
    let notes = domain.notes.as_deref().cloned().unwrap_or_default();
    let from = notes.origin.map(|origin| origin.name).unwrap_or_default();
    let row = adw::SwitchRow::builder().title(&domain.name).subtitle(from).use_markup(false).active(true).build();
    group.add(&row);
    row
}

fn keep() -> adw::SwitchRow {
    let keep = adw::SwitchRow::builder().title(gettext("Keep the Old Overlays")).build();
    keep.set_subtitle(&gettext("Only then can it be undone"));
    keep
}

fn moving(count: usize) -> String {
    ngettext_f("Move {n} machine to a template version?", "Move {n} machines to a template version?", count, &[])
}

fn consequence() -> String {
    gettext(
        "Each gets a fresh overlay on that version: all that was written on its disk is gone. It keeps its name, UUID, MAC and IP address.",
    )
}

/// Why no copy is made.
pub(crate) fn failure(error: &VersionError) -> UserText {
    match error {
        VersionError::Look(lectern_services::plan::make::clone::CloneError::Storage(error)) => {
            errors::plan::storage(error)
        }
        VersionError::Look(lectern_services::plan::make::clone::CloneError::Xml(error)) => clones::refused(error),
        VersionError::NoTemplate => {
            UserText::new(gettext("It is no template."), gettext("Lock it as a template first, or clone it."))
        }
        VersionError::Refused(refused) => {
            UserText::new(gettext("The copy cannot be made."), clones::plan_refused(refused))
        }
        VersionError::Notes(error) => {
            let text = words::failure(&lectern_services::plan::make::chains::ChainError::Notes(error.clone()));
            UserText { raw: Some(error.to_string()), ..text }
        }
    }
}
