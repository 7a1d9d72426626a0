//! What the user chose, taken into the draft; a field that shows what the draft has is no choice.

use relm4::prelude::*;

use lectern_model::{draft::import::Usage, units::Bytes};

use super::{ImportWizard, messages::ImportCmd};
use crate::wizards::machine::MachineMsg;

impl ImportWizard {
    pub(super) fn use_it(&mut self, usage: Usage) {
        self.draft.usage = usage;
        self.draft.fit_flavor(&self.facts);
    }

    pub(super) fn act(&mut self, message: MachineMsg) {
        let is_flavor = matches!(message, MachineMsg::Flavor(_));
        self.machine.act(message, &mut self.draft.machine, &mut self.facts);
        if is_flavor {
            self.draft.fit_flavor(&self.facts);
        }
    }

    /// Asks for projects and flavors again: somebody has changed them.
    pub(super) fn ask_places(&self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            let (projects, flavors) = host.places().await;
            ImportCmd::Places(projects, flavors)
        });
    }

    pub(super) fn resize(&mut self, size: Bytes) {
        let base = self.facts.usable_disk().map(|disk| disk.virtual_size);
        // The row is rounded: what it shows of the base's own size is the base's own size.
        let same = base.is_some_and(|base| size.0.abs_diff(base.0) < (1 << 30) / 8 && size >= base);
        self.draft.overlay_size = (!same).then_some(size);
    }

    pub(super) fn put_into(&mut self, nth: u32) {
        let pool = usize::try_from(nth).ok().and_then(|nth| self.facts.pools.get(nth));
        if let Some(pool) = pool {
            self.draft.pool = Some(pool.name.clone());
        }
    }
}
