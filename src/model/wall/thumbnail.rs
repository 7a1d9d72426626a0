//! A small picture of a screen.

/// The longest edge that is believed: more than 8K screens have.
const EDGE: usize = 8192;
/// Bytes of a point: red, green, blue.
const POINT: usize = 3;

/// A small picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// Its width in points.
    pub width: usize,
    /// Its height in points.
    pub height: usize,
    /// Three bytes a point: red, green, blue.
    pub points: Vec<u8>,
}

impl std::fmt::Debug for Thumbnail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Thumbnail({}x{})", self.width, self.height)
    }
}

impl Thumbnail {
    /// Makes a PPM (`P6`, 8 bits a colour) at most this wide and high; `None` where it is none, or not whole.
    #[must_use]
    pub fn of_ppm(ppm: &[u8], width: usize, height: usize) -> Option<Self> {
        let (size, points) = header(ppm)?;
        Self::of_points(size, points, width, height)
    }

    /// Makes a picture of this size, three bytes a point, at most that wide and high; `None` where it is not whole.
    #[must_use]
    pub fn of_points(size: (usize, usize), points: &[u8], width: usize, height: usize) -> Option<Self> {
        let edges = (1..=EDGE).contains(&size.0) && (1..=EDGE).contains(&size.1);
        if !edges || points.len() < size.0 * size.1 * POINT {
            return None;
        }
        Some(shrink(points, size, fit(size, (width, height))))
    }
}

/// The largest size of this shape that fits; never larger than it is.
fn fit(size: (usize, usize), room: (usize, usize)) -> (usize, usize) {
    if size.0 <= room.0 && size.1 <= room.1 {
        return size;
    }
    let scaled = |edge: usize, part: usize, whole: usize| ((edge * part + whole / 2) / whole).max(1);
    if room.0 * size.1 <= room.1 * size.0 {
        (room.0.max(1), scaled(size.1, room.0, size.0))
    } else {
        (scaled(size.0, room.1, size.1), room.1.max(1))
    }
}

/// The size that a PPM says, and its points.
fn header(ppm: &[u8]) -> Option<((usize, usize), &[u8])> {
    let mut rest = ppm.strip_prefix(b"P6")?;
    let mut numbers = [0_usize; 3];
    for number in &mut numbers {
        rest = skip(rest);
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *number = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
        rest = &rest[digits..];
    }
    let [width, height, depth] = numbers;
    let points = rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b" "))?;
    (depth == 255).then_some(((width, height), points))
}

/// What is left after blanks and comments.
fn skip(mut rest: &[u8]) -> &[u8] {
    while let Some(first) = rest.first() {
        if *first == b'#' {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            rest = &rest[end..];
        } else if first.is_ascii_whitespace() {
            rest = &rest[1..];
        } else {
            break;
        }
    }
    rest
}

/// Each new point is the mean of those that it stands for, so that thin letters stay grey and do not vanish.
fn shrink(points: &[u8], from: (usize, usize), to: (usize, usize)) -> Thumbnail {
    let span = |at: usize, small: usize, large: usize| {
        let start = at * large / small;
        start..((at + 1) * large / small).max(start + 1)
    };
    let mut small = Vec::with_capacity(to.0 * to.1 * POINT);
    for y in 0..to.1 {
        let rows = span(y, to.1, from.1);
        for x in 0..to.0 {
            let columns = span(x, to.0, from.0);
            let mut sums = [0_usize; POINT];
            for row in rows.clone() {
                let start = row * from.0;
                for point in points[(start + columns.start) * POINT..(start + columns.end) * POINT].chunks(POINT) {
                    for (sum, value) in sums.iter_mut().zip(point) {
                        *sum += usize::from(*value);
                    }
                }
            }
            let count = rows.len() * columns.len();
            small.extend(sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX)));
        }
    }
    Thumbnail { width: to.0, height: to.1, points: small }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ppm(width: usize, height: usize, value: impl Fn(usize, usize) -> u8) -> Vec<u8> {
        let mut ppm = format!("P6\n# made here\n{width} {height}\n255\n").into_bytes();
        for y in 0..height {
            for x in 0..width {
                ppm.extend([value(x, y); POINT]);
            }
        }
        ppm
    }

    #[test]
    fn points_are_means_and_the_shape_stays() {
        let stripes = ppm(720, 400, |x, _| if x % 2 == 0 { 0 } else { 200 });
        let small = Thumbnail::of_ppm(&stripes, 360, 360).unwrap();
        assert_eq!((small.width, small.height, small.points.len()), (360, 200, 360 * 200 * POINT));
        assert!(small.points.iter().all(|value| *value == 100));
    }

    #[test]
    fn a_small_picture_is_not_enlarged() {
        let small = Thumbnail::of_ppm(&ppm(3, 2, |x, y| u8::try_from(x + 3 * y).unwrap()), 300, 300).unwrap();
        assert_eq!((small.width, small.height), (3, 2));
        assert_eq!(small.points.iter().step_by(POINT).copied().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn what_is_no_picture_is_none() {
        let whole = ppm(4, 4, |_, _| 7);
        for end in 0..whole.len() {
            assert!(Thumbnail::of_ppm(&whole[..end], 2, 2).is_none(), "{end}");
        }
        for header in
            ["P5\n1 1\n255\n", "P6\n0 1\n255\n", "P6\n1 1\n65535\n", "P6\n99999 99999\n255\n", "P6\n-1 1\n255\n"]
        {
            assert!(Thumbnail::of_ppm(header.as_bytes(), 2, 2).is_none(), "{header}");
        }
    }
}
