//! The guest's picture as this side keeps it, and which parts of it changed.

use std::io::Read;

use super::error::ScreenError;

/// Bytes of a point: blue, green, red and one that means nothing.
pub(super) const POINT: usize = 4;
/// The longest edge, and the most points: more than 8K screens have.
const EDGE: u16 = 8192;
const POINTS: usize = 36 << 20;
/// More changed parts than this are told as one.
const PARTS: usize = 64;

/// A part of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// The distance from the left edge.
    pub x: u16,
    /// The distance from the upper edge.
    pub y: u16,
    /// Its width.
    pub width: u16,
    /// Its height.
    pub height: u16,
}

impl Area {
    fn right(self) -> usize {
        usize::from(self.x) + usize::from(self.width)
    }

    fn bottom(self) -> usize {
        usize::from(self.y) + usize::from(self.height)
    }

    fn around(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let span = |far: usize, near: u16| u16::try_from(far - usize::from(near)).unwrap_or(u16::MAX);
        let width = span(self.right().max(other.right()), x);
        Self { x, y, width, height: span(self.bottom().max(other.bottom()), y) }
    }
}

/// The picture.
#[derive(Debug)]
pub(super) struct Picture {
    width: u16,
    height: u16,
    points: Vec<u8>,
    changed: Vec<Area>,
}

impl Picture {
    pub(super) fn new(width: u16, height: u16) -> Result<Self, ScreenError> {
        let count = usize::from(width) * usize::from(height);
        if count == 0 || count > POINTS || width > EDGE || height > EDGE {
            return Err(ScreenError::BadSize(width, height));
        }
        let whole = Area { x: 0, y: 0, width, height };
        Ok(Self { width, height, points: vec![0; count * POINT], changed: vec![whole] })
    }

    pub(super) const fn size(&self) -> (u16, u16) {
        (self.width, self.height)
    }

    /// Reads all points of a part.
    pub(super) fn read(&mut self, area: Area, from: &mut impl Read) -> Result<(), ScreenError> {
        self.check(area)?;
        for row in 0..usize::from(area.height) {
            let place = self.row(area, row);
            from.read_exact(&mut self.points[place])?;
        }
        self.note(area);
        Ok(())
    }

    /// Moves a part from elsewhere in the picture; both places may overlap.
    pub(super) fn copy(&mut self, area: Area, x: u16, y: u16) -> Result<(), ScreenError> {
        let source = Area { x, y, ..area };
        self.check(area)?;
        self.check(source)?;
        let rows = usize::from(area.height);
        for at in 0..rows {
            let row = if y < area.y { rows - 1 - at } else { at };
            let (from, to) = (self.row(source, row), self.row(area, row));
            self.points.copy_within(from, to.start);
        }
        self.note(area);
        Ok(())
    }

    /// All points, and what changed since the last call; `None` where nothing did.
    pub(super) fn take_change(&mut self) -> Option<(Vec<u8>, Vec<Area>)> {
        let changed = std::mem::take(&mut self.changed);
        (!changed.is_empty()).then(|| (self.points.clone(), changed))
    }

    fn check(&self, area: Area) -> Result<(), ScreenError> {
        let inside = area.right() <= usize::from(self.width) && area.bottom() <= usize::from(self.height);
        if inside { Ok(()) } else { Err(ScreenError::Outside) }
    }

    /// Where a row of a part lies among the points; the part is inside.
    fn row(&self, area: Area, row: usize) -> std::ops::Range<usize> {
        let start = ((usize::from(area.y) + row) * usize::from(self.width) + usize::from(area.x)) * POINT;
        start..start + usize::from(area.width) * POINT
    }

    fn note(&mut self, area: Area) {
        if area.width == 0 || area.height == 0 {
            return;
        }
        self.changed.push(area);
        if self.changed.len() > PARTS {
            let all = self.changed.drain(..).reduce(Area::around);
            self.changed.extend(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn area(x: u16, y: u16, width: u16, height: u16) -> Area {
        Area { x, y, width, height }
    }

    /// A picture whose points have their number in the first byte.
    fn numbered(width: u16, height: u16) -> Picture {
        let mut picture = Picture::new(width, height).unwrap();
        for (number, point) in picture.points.chunks_mut(POINT).enumerate() {
            point[0] = u8::try_from(number).unwrap();
        }
        picture.take_change();
        picture
    }

    fn firsts(picture: &Picture) -> Vec<u8> {
        picture.points.chunks(POINT).map(|point| point[0]).collect()
    }

    #[test]
    fn sizes_that_no_screen_has_are_refused() {
        for (width, height) in [(0, 1), (1, 0), (EDGE + 1, 1), (EDGE, EDGE), (u16::MAX, u16::MAX)] {
            assert_eq!(Picture::new(width, height).unwrap_err(), ScreenError::BadSize(width, height));
        }
        assert!(Picture::new(7680, 4320).is_ok());
    }

    #[test]
    fn a_part_goes_to_its_place_and_no_further() {
        let mut picture = numbered(3, 2);
        picture.read(area(1, 0, 2, 2), &mut [9; 16].as_slice()).unwrap();
        assert_eq!(firsts(&picture), [0, 9, 9, 3, 9, 9]);
        assert_eq!(picture.take_change().unwrap().1, [area(1, 0, 2, 2)]);
        assert!(picture.take_change().is_none());
        for outside in [area(2, 0, 2, 1), area(0, 1, 1, 2), area(u16::MAX, 0, u16::MAX, 1)] {
            assert_eq!(picture.read(outside, &mut std::io::repeat(1)), Err(ScreenError::Outside));
            assert_eq!(picture.copy(area(0, 0, 1, 1), outside.x, 2), Err(ScreenError::Outside));
        }
        assert!(matches!(picture.read(area(0, 0, 2, 1), &mut [1; 7].as_slice()), Err(ScreenError::CutOff(_))));
    }

    #[test]
    fn a_part_is_moved_whole_though_both_places_overlap() {
        let mut picture = numbered(3, 3);
        picture.copy(area(1, 1, 2, 2), 0, 0).unwrap();
        assert_eq!(firsts(&picture), [0, 1, 2, 3, 0, 1, 6, 3, 4]);
        let mut picture = numbered(3, 3);
        picture.copy(area(0, 0, 2, 2), 1, 1).unwrap();
        assert_eq!(firsts(&picture), [4, 5, 2, 7, 8, 5, 6, 7, 8]);
    }

    #[test]
    fn very_many_changes_are_told_as_one() {
        let mut picture = numbered(10, 10);
        for at in 0..1000 {
            picture.read(area(at % 9, 2 + at % 7, 1, 1), &mut [0; 4].as_slice()).unwrap();
        }
        let (_, changed) = picture.take_change().unwrap();
        assert!(changed.len() <= PARTS + 1, "{}", changed.len());
        assert_eq!(changed.into_iter().reduce(Area::around), Some(area(0, 2, 9, 7)));
    }
}
