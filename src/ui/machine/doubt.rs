//! Whether KVM is to blame for how a machine stands, so that its page offers emulation.

use relm4::prelude::*;

use lectern_model::kvm::{self, KvmTrouble};
use lectern_services::probe::Verdict;

use super::{MachineCmd, MachinePage};

impl MachinePage {
    /// What was found out about KVM earlier; no guest is run for it here.
    pub(super) fn ask_probe(&self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            let known = host.probed().await.ok().flatten();
            MachineCmd::KvmBroken(known.is_some_and(|report| report.verdict == Verdict::Broken))
        });
    }

    /// Whether KVM is to blame for how the machine stands.
    pub(super) fn suspects_kvm(&self) -> bool {
        match kvm::trouble(self.virt_type, self.domain.state, self.domain.reason) {
            KvmTrouble::None => false,
            KvmTrouble::Possible => self.kvm_broken && !self.gone,
            KvmTrouble::Likely => !self.gone,
        }
    }
}
