//! What the user chose, taken into the draft; a field that shows what the draft has is no choice.

use lectern_model::units::Bytes;

use super::ImportWizard;

impl ImportWizard {
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
