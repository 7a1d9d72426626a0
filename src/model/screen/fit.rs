//! Where the guest's picture lies in the area that shows it, and which of its points is under the pointer.

/// A picture in the middle of an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    scale: f64,
    left: f64,
    top: f64,
    guest: (u16, u16),
}

impl Fit {
    /// The picture of `guest` as large as `area` takes it whole; `enlarge` where it may be larger than it is.
    #[must_use]
    pub fn within(area: (f64, f64), guest: (u16, u16), enlarge: bool) -> Self {
        let (width, height) = (f64::from(guest.0.max(1)), f64::from(guest.1.max(1)));
        let fitting = (area.0 / width).min(area.1 / height).max(f64::EPSILON);
        let scale = if enlarge { fitting } else { fitting.min(1.0) };
        Self { scale, left: (area.0 - width * scale) / 2.0, top: (area.1 - height * scale) / 2.0, guest }
    }

    /// The guest's point under a point of the area; beside the picture, the nearest one.
    #[must_use]
    pub fn point(&self, x: f64, y: f64) -> (u16, u16) {
        (along((x - self.left) / self.scale, self.guest.0), along((y - self.top) / self.scale, self.guest.1))
    }

    /// A distance of the area in the guest's points.
    #[must_use]
    pub fn distance(&self, dx: f64, dy: f64) -> (f64, f64) {
        (dx / self.scale, dy / self.scale)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and the size")]
fn along(value: f64, size: u16) -> u16 {
    value.clamp(0.0, f64::from(size.saturating_sub(1))) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_stays_the_middle_and_the_edges_are_the_edges() {
        // Twice as large, with bars at the left and the right.
        let fit = Fit::within((1000.0, 600.0), (400, 300), true);
        assert_eq!(fit.point(500.0, 300.0), (200, 150));
        assert_eq!(fit.point(100.0, 0.0), (0, 0));
        assert_eq!(fit.point(0.0, 0.0), (0, 0), "beside it is its edge");
        assert_eq!(fit.point(999.0, 599.0), (399, 299));
        assert_eq!(fit.distance(10.0, 4.0), (5.0, 2.0));
    }

    #[test]
    fn a_small_picture_is_enlarged_only_where_that_is_wanted() {
        let fit = Fit::within((800.0, 600.0), (400, 300), false);
        assert_eq!(fit.point(200.0, 150.0), (0, 0));
        assert_eq!(fit.point(201.5, 150.0), (1, 0));
    }

    #[test]
    fn no_area_and_no_picture_do_no_harm() {
        assert_eq!(Fit::within((0.0, 0.0), (640, 480), true).point(5.0, 5.0), (639, 479));
        assert_eq!(Fit::within((100.0, 100.0), (0, 0), true).point(5.0, f64::NAN), (0, 0));
    }
}
