//! Sizes of disks as a row shows them: in GiB with one digit.

use relm4::{adw, gtk};

use lectern_model::units::Bytes;

/// The largest disk that can be asked for, in GiB.
const MOST: f64 = 65_536.0;

/// A row for a size.
pub(crate) fn row(title: &str, subtitle: &str) -> adw::SpinRow {
    adw::SpinRow::builder()
        .title(title)
        .subtitle(subtitle)
        .adjustment(&gtk::Adjustment::new(0.0, 0.0, MOST, 1.0, 10.0, 0.0))
        .digits(1)
        .accessible_role(gtk::AccessibleRole::Group)
        .build()
}

/// A size as it is shown: rounded up, so that the figure is never below it.
#[expect(clippy::cast_precision_loss, reason = "a size to be read, with one digit")]
pub(crate) fn gib(size: Bytes) -> f64 {
    (size.0 as f64 / f64::from(1 << 30) * 10.0).ceil() / 10.0
}

/// The size that a row shows.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the row keeps it between 0 and 65536 GiB")]
pub(crate) fn bytes(gib: f64) -> Bytes {
    Bytes((gib * f64::from(1 << 30)).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_that_is_shown_is_never_below_the_real_one() {
        for size in [1, 96 << 20, (20 << 30) - 1, 20 << 30, 100_663_296] {
            assert!(bytes(gib(Bytes(size))) >= Bytes(size), "{size}");
        }
        assert!((gib(Bytes::from_gib(20)) - 20.0).abs() < f64::EPSILON);
    }
}
