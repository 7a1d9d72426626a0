//! What the list leaves out where there is little room.

use relm4::{adw, adw::prelude::*, gtk};

/// From which width down which columns go, by their place; a later line holds where both do.
const FOLDS: [(f64, &[u32]); 4] = [(810.0, &[6]), (710.0, &[5, 6]), (620.0, &[3, 4, 5, 6]), (530.0, &[2, 3, 4, 5, 6])];

/// The same for a lab's members: the template goes first, then the student.
const MEMBERS: [(f64, &[u32]); 2] = [(640.0, &[4]), (500.0, &[2, 4])];

/// A place for the list of a lab's members that leaves out columns where there is little room.
pub(crate) fn members(list: &gtk::ScrolledWindow, view: &gtk::ColumnView) -> adw::BreakpointBin {
    let bin = adw::BreakpointBin::builder().child(list).width_request(200).height_request(100).vexpand(true).build();
    fold_at(&bin, view, &MEMBERS);
    bin
}

/// Has `view` in `bin` leave out columns rather than run off the side; a machine's page tells all of it.
pub(super) fn fold(bin: &adw::BreakpointBin, view: &gtk::ColumnView) {
    fold_at(bin, view, &FOLDS);
}

fn fold_at(bin: &adw::BreakpointBin, view: &gtk::ColumnView, folds: &[(f64, &[u32])]) {
    let columns = view.columns();
    for (width, places) in folds.iter().copied() {
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
