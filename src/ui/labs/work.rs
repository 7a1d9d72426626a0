//! How the page follows its host: labs are what is noted on machines.

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{domain::Domain, id::DomainId, metadata::LabMark};
use lectern_services::host::{DomainChanges, Host};

use super::{Labs, LabsMsg, page::Page, words};
use crate::{i18n::gettext, shell::situation::Situation};

/// The lab that a machine is a member of.
pub(super) fn lab_of(domain: &Domain) -> Option<&LabMark> {
    domain.notes.as_ref()?.lab.as_ref()
}

impl Labs {
    /// Whether something can be made or changed now.
    pub(super) fn can_change(&self) -> bool {
        self.met && self.situation.is_connected()
    }

    pub(super) fn waiting(&self) -> String {
        if self.situation.is_connected() { gettext("Loading…") } else { gettext("The Host Is Not Connected") }
    }

    pub(super) fn set_host(&mut self, host: Host) {
        self.host = Some(host);
        self.members.clear();
        self.met = false;
        self.navigation.pop_to_tag("lab-list");
        self.show_list();
    }

    pub(super) fn follow(&mut self, situation: Situation) {
        self.situation = situation;
        self.show_page();
    }

    pub(super) fn changed(&mut self, changes: DomainChanges, sender: &ComponentSender<Self>) {
        if changes.complete {
            self.members.clear();
        }
        for id in &changes.removed {
            self.members.remove(id);
        }
        for domain in &changes.changed {
            if lab_of(domain).is_some() {
                self.members.insert(domain.id, domain.clone());
            } else {
                self.members.remove(&domain.id);
            }
        }
        self.met = true;
        self.list_again(sender);
        self.pass_on(changes);
        self.show_page();
    }

    /// Tells the open page of its members, and of those that are no longer.
    fn pass_on(&mut self, changes: DomainChanges) {
        let Some((mark, page)) = &mut self.open else { return };
        let (own, others): (Vec<Domain>, Vec<Domain>) =
            changes.changed.into_iter().partition(|domain| lab_of(domain).is_some_and(|lab| lab.id == mark.id));
        let removed = changes.removed.into_iter().chain(others.into_iter().map(|domain| domain.id)).collect();
        page.apply(DomainChanges { complete: changes.complete, changed: own, removed });
    }

    fn show_list(&self) {
        let shown = match (self.met, self.members.is_empty()) {
            (false, _) => "waiting",
            (true, true) => "empty",
            (true, false) => "list",
        };
        self.stack.set_visible_child_name(shown);
    }

    /// All labs, by name, with their members.
    fn labs(&self) -> Vec<(LabMark, Vec<&Domain>)> {
        let mut labs: Vec<(LabMark, Vec<&Domain>)> = Vec::new();
        for (mark, domain) in self.members.values().filter_map(|domain| Some((lab_of(domain)?, domain))) {
            match labs.iter_mut().find(|(known, _)| known.id == mark.id) {
                Some((_, members)) => members.push(domain),
                None => labs.push((mark.clone(), vec![domain])),
            }
        }
        labs.sort_by(|(a, _), (b, _)| (&a.name, a.id).cmp(&(&b.name, b.id)));
        labs
    }

    /// The members of a lab.
    pub(super) fn members_of(&self, lab: DomainId) -> Vec<Domain> {
        let own = self.members.values().filter(|domain| lab_of(domain).is_some_and(|mark| mark.id == lab));
        own.cloned().collect()
    }

    /// Makes the rows anew where they say something else: a host has few labs.
    fn list_again(&self, sender: &ComponentSender<Self>) {
        let had = self.list.focus_child().map(|row| row.widget_name());
        let labs = self.labs();
        let told: Vec<String> = labs.iter().map(|(mark, members)| words::told(mark, members)).collect();
        let mut shown = Vec::new();
        let mut row = self.list.first_child();
        while let Some(known) = row {
            shown.push(known.tooltip_text().unwrap_or_default().to_string());
            row = known.next_sibling();
        }
        if shown != told {
            self.list.remove_all();
            for (mark, members) in &labs {
                let row = row_of(mark, members, sender);
                self.list.append(&row);
                if had.as_deref() == Some(mark.name.as_str()) {
                    row.grab_focus();
                }
            }
        }
        self.show_list();
    }

    pub(super) fn open(&mut self, lab: DomainId, sender: &ComponentSender<Self>) {
        let members = self.members_of(lab);
        let Some(mark) = members.first().and_then(lab_of).cloned().filter(|_| self.open.is_none()) else { return };
        let mut page = Page::new(&mark, sender.input_sender());
        page.apply(DomainChanges { complete: true, changed: members, removed: Vec::new() });
        self.navigation.push(&page.root);
        self.open = Some((mark, page));
        self.show_page();
    }

    /// Shows what the open page can do now; a lab without members is no more.
    pub(super) fn show_page(&mut self) {
        let can = self.can_change();
        let Some((mark, page)) = &mut self.open else { return };
        let members: Vec<&Domain> =
            self.members.values().filter(|domain| lab_of(domain).is_some_and(|lab| lab.id == mark.id)).collect();
        if members.is_empty() && self.met {
            self.navigation.pop_to_tag("lab-list");
            return;
        }
        page.show(&members, can);
    }
}

fn row_of(mark: &LabMark, members: &[&Domain], sender: &ComponentSender<Labs>) -> adw::ActionRow {
    let row = adw::ActionRow::builder()
        .title(&mark.name)
        .subtitle(words::summary(members))
        .use_markup(false)
        .activatable(true)
        .build();
    row.set_widget_name(&mark.name);
    row.set_tooltip_text(Some(&words::told(mark, members)));
    row.add_prefix(&gtk::Image::from_icon_name("system-users-symbolic"));
    row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
    let (input, id) = (sender.input_sender().clone(), mark.id);
    row.connect_activated(move |_| input.emit(LabsMsg::Open(id)));
    row
}
