//! What the list leaves out where there is little room.

use relm4::{adw, adw::prelude::*, gtk};

/// From which width down which columns go, by their place; a later line holds where both do.
const FOLDS: [(f64, &[u32]); 2] = [(680.0, &[3, 4]), (530.0, &[2, 3, 4])];

/// Has `view` in `bin` leave out columns rather than run off the side; a machine's page tells all of it.
pub(super) fn fold(bin: &adw::BreakpointBin, view: &gtk::ColumnView) {
    let columns = view.columns();
    for (width, places) in FOLDS {
        let condition = adw::BreakpointCondition::new_length(
            adw::BreakpointConditionLengthType::MaxWidth,
            width,
            adw::LengthUnit::Sp,
        );
        let breakpoint = adw::Breakpoint::new(condition);
        for column in places.iter().filter_map(|place| columns.item(*place)) {
            breakpoint.add_setter(&column, "visible", Some(&false.to_value()));
        }
        bin.add_breakpoint(breakpoint);
    }
}
