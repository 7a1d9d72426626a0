//! How what is typed goes to all, and how their answers are judged.

use relm4::{
    gtk::{glib, prelude::*},
    prelude::*,
};

use lectern_model::{broadcast::odd_ones, domain::Domain, id::DomainId};
use lectern_services::host::DomainChanges;

use super::{
    Broadcast, BroadcastMsg, LOOK, One,
    answer::Answer,
    member::{Member, MemberInit, MemberMsg, MemberOutput},
};
use crate::{labs::natural, shell::situation::Situation, tell::Tell};

/// So many looks without anything new mean that all have answered; after so many it is judged in any case.
const QUIET: u32 = 2;
const LATE: u32 = 20;

/// When the answers are judged.
#[derive(Debug, Default)]
pub(super) struct Judge {
    /// Whether a line was sent at all.
    asked: bool,
    /// How much had come at the last look, and at the last judgment.
    came: usize,
    judged: Option<usize>,
    quiet: u32,
    looks: u32,
}

impl Judge {
    /// A line was sent.
    pub(super) fn begin(&mut self) {
        *self = Self { asked: true, ..Self::default() };
    }

    /// Whether it is time to judge, now that so much has come.
    pub(super) fn is_time(&mut self, came: usize) -> bool {
        self.quiet = if came == self.came { self.quiet + 1 } else { 0 };
        self.came = came;
        self.looks += 1;
        let settled = self.quiet >= QUIET || self.looks >= LATE;
        if !self.asked || !settled || self.judged == Some(came) {
            return false;
        }
        self.judged = Some(came);
        self.looks = 0;
        true
    }
}

impl Broadcast {
    /// How many are switched on.
    pub(super) fn count(&self) -> usize {
        self.members.iter().filter(|one| one.on).count()
    }

    pub(super) fn listen(&mut self, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        self.ticker = Some(glib::timeout_add_local(LOOK, move || {
            if input.send(BroadcastMsg::Tick).is_ok() { glib::ControlFlow::Continue } else { glib::ControlFlow::Break }
        }));
    }

    pub(super) fn changed(&mut self, changes: &DomainChanges, sender: &ComponentSender<Self>) {
        let there = |id: DomainId| {
            let listed = changes.changed.iter().any(|domain| domain.id == id);
            !changes.removed.contains(&id) && (listed || !changes.complete)
        };
        for gone in self.members.extract_if(.., |one| !there(one.domain.id)) {
            gone.part.tell(MemberMsg::Left);
        }
        for domain in changes.changed.iter().filter(|domain| self.group.has(domain)) {
            match self.members.iter_mut().find(|one| one.domain.id == domain.id) {
                Some(one) => {
                    one.domain = domain.clone();
                    one.part.tell(MemberMsg::Changed(domain.clone()));
                }
                None => self.members.push(self.one(domain, sender)),
            }
        }
        self.order();
    }

    fn one(&self, domain: &Domain, sender: &ComponentSender<Self>) -> One {
        let (id, answer) = (domain.id, Answer::new());
        let init = MemberInit {
            host: self.host.clone(),
            domain: domain.clone(),
            settings: self.settings.clone(),
            answer: answer.clone(),
        };
        let part = Member::builder().launch(init).forward(sender.input_sender(), move |output| match output {
            MemberOutput::On(on) => BroadcastMsg::On(id, on),
            MemberOutput::Open(open) => BroadcastMsg::Open(id, open),
        });
        One { domain: domain.clone(), on: true, open: false, answer, part }
    }

    /// Puts the consoles in the order of their names, where they are not.
    fn order(&mut self) {
        self.members.sort_by_key(|one| natural(&one.domain.name));
        let wanted = self.members.iter().map(|one| one.part.widget().clone().upcast::<relm4::gtk::Widget>());
        let wanted: Vec<_> = wanted.collect();
        let at = |index: usize| self.flow.child_at_index(i32::try_from(index).ok()?)?.child();
        let same = (0..=wanted.len()).all(|index| at(index).as_ref() == wanted.get(index));
        if !same {
            self.flow.remove_all();
            for widget in wanted {
                if let Some(holder) = widget.parent().and_downcast::<relm4::gtk::FlowBoxChild>() {
                    holder.set_child(relm4::gtk::Widget::NONE);
                }
                let holder = relm4::gtk::FlowBoxChild::builder().focusable(false).child(&widget).build();
                self.flow.append(&holder);
            }
        }
    }

    pub(super) fn follow(&mut self, situation: Situation) {
        let back = situation.is_connected() && !self.situation.is_connected();
        self.situation = situation;
        if back {
            self.members.iter().for_each(|one| one.part.tell(MemberMsg::Reconnected));
        }
    }

    /// Sends to all that are switched on; the end of a line begins another answer.
    pub(super) fn typed(&mut self, bytes: &[u8]) {
        let line = bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
        if line {
            self.judge.begin();
        }
        for one in self.members.iter().filter(|one| one.on) {
            if line {
                one.answer.begin();
                one.part.tell(MemberMsg::Odd(false));
            }
            one.part.tell(MemberMsg::Typed(bytes.to_vec()));
        }
    }

    pub(super) fn switch_all(&mut self, on: bool) {
        for one in &mut self.members {
            one.on = on;
            one.part.tell(MemberMsg::On(on));
        }
        self.typewriter.grab_focus();
    }

    pub(super) fn switched(&mut self, id: DomainId, on: bool) {
        if let Some(one) = self.members.iter_mut().find(|one| one.domain.id == id) {
            one.on = on;
        }
        self.typewriter.grab_focus();
    }

    pub(super) fn opened(&mut self, id: DomainId, open: bool) {
        if let Some(one) = self.members.iter_mut().find(|one| one.domain.id == id) {
            one.open = open;
        }
    }

    /// Marks those who answer differently, once all have answered.
    pub(super) fn look(&mut self) {
        let came = self.members.iter().map(|one| one.answer.count()).sum();
        if !self.judge.is_time(came) {
            return;
        }
        let takes_part = |one: &One| one.on && one.open;
        let answers: Vec<Option<String>> =
            self.members.iter().map(|one| takes_part(one).then(|| one.answer.plain(&one.domain))).collect();
        for (one, odd) in self.members.iter().zip(odd_ones(&answers)) {
            one.part.tell(MemberMsg::Odd(odd));
        }
    }

    pub(super) fn leave(&mut self) {
        self.members.iter().for_each(|one| one.part.tell(MemberMsg::Left));
        if let Some(ticker) = self.ticker.take() {
            ticker.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged_once_they_rest_and_again_when_more_comes() {
        let mut judge = Judge::default();
        assert!(!(0..5).any(|_| judge.is_time(7)), "nothing was asked");
        judge.begin();
        assert_eq!([10, 10, 10, 10].map(|came| judge.is_time(came)), [false, false, true, false]);
        assert_eq!([20, 20, 20].map(|came| judge.is_time(came)), [false, false, true]);
        judge.begin();
        assert_eq!((0..30).filter(|came| judge.is_time(*came)).count(), 1, "what never rests is judged late");
    }
}
