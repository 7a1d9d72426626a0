//! What the server says once both sides know each other (RFC 6143, section 7.6 to 7.8).

use std::io::Read;

use super::{
    Cursor,
    clipboard::{self, Clip},
    error::ScreenError,
    picture::{Area, POINT, Picture},
    request::form,
    wire::{TEXT, Wire as _},
};

/// The longest edge of a pointer's shape.
const CURSOR_EDGE: u16 = 512;
/// A size that is told in answer to this side's own wish.
const OWN_WISH: u16 = 1;

/// What a message brought beside changes of the picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The pointer has another shape.
    Cursor(Cursor),
    /// The pointer is told by its place, or by its movement.
    Absolute(bool),
    /// Keys may be told with their scan codes.
    ScanCodes,
    /// The picture has another size, and is empty.
    Resized,
    /// The guest rang its bell.
    Bell,
    /// The server takes wishes about the size.
    TakesWishes,
    /// About the guest's clipboard.
    Clip(Clip),
}

/// Reads the message that begins with `kind`.
pub(super) fn read(kind: u8, from: &mut impl Read, picture: &mut Picture) -> Result<Vec<News>, ScreenError> {
    match kind {
        0 => update(from, picture),
        1 => colours(from).map(|()| Vec::new()),
        2 => Ok(vec![News::Bell]),
        3 => clip(from),
        other => Err(ScreenError::BadMessage(other)),
    }
}

fn update(from: &mut impl Read, picture: &mut Picture) -> Result<Vec<News>, ScreenError> {
    from.byte()?;
    let mut news = Vec::new();
    for _ in 0..from.short()? {
        let area = Area { x: from.short()?, y: from.short()?, width: from.short()?, height: from.short()? };
        let form = from.long()?.cast_signed();
        match form {
            form::LAYOUT => news.extend(layout(area, from, picture)?),
            _ => news.extend(part(form, area, from, picture)?),
        }
    }
    Ok(news)
}

fn part(form: i32, area: Area, from: &mut impl Read, picture: &mut Picture) -> Result<Option<News>, ScreenError> {
    match form {
        form::RAW => picture.read(area, from).map(|()| None),
        form::COPY => {
            let (x, y) = (from.short()?, from.short()?);
            picture.copy(area, x, y).map(|()| None)
        }
        form::SIZE => resize(area, picture).map(Some),
        form::CURSOR => cursor(area, from).map(|cursor| Some(News::Cursor(cursor))),
        form::POINTER => Ok(Some(News::Absolute(area.x != 0))),
        form::KEYS => Ok(Some(News::ScanCodes)),
        other => Err(ScreenError::BadForm(other)),
    }
}

fn resize(area: Area, picture: &mut Picture) -> Result<News, ScreenError> {
    *picture = Picture::new(area.width, area.height)?;
    Ok(News::Resized)
}

/// The size and the monitors; where a wish was refused, they are as before. The height tells whether it was.
fn layout(area: Area, from: &mut impl Read, picture: &mut Picture) -> Result<Vec<News>, ScreenError> {
    let monitors = from.byte()?;
    from.array::<3>()?;
    from.several(usize::from(monitors) * 16)?;
    let mut news = vec![News::TakesWishes];
    let refused = area.x == OWN_WISH && area.y != 0;
    if !refused && picture.size() != (area.width, area.height) {
        news.push(resize(area, picture)?);
    }
    Ok(news)
}

/// Points, and a bit for each that says whether it is seen; the area's place is the tip.
fn cursor(area: Area, from: &mut impl Read) -> Result<Cursor, ScreenError> {
    if area.width > CURSOR_EDGE || area.height > CURSOR_EDGE {
        return Err(ScreenError::BadSize(area.width, area.height));
    }
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut points = from.several(width * height * POINT)?;
    let mask = from.several(width.div_ceil(8) * height)?;
    for (at, point) in points.chunks_mut(POINT).enumerate() {
        let (column, row) = (at % width, at / width);
        let seen = mask[row * width.div_ceil(8) + column / 8] & (0x80 >> (column % 8)) != 0;
        if seen {
            point[3] = 0xff;
        } else {
            point.fill(0);
        }
    }
    let tip = (area.x.min(area.width.saturating_sub(1)), area.y.min(area.height.saturating_sub(1)));
    Ok(Cursor { width: area.width, height: area.height, tip, points })
}

/// A table of colours, which true colours do not need.
fn colours(from: &mut impl Read) -> Result<(), ScreenError> {
    from.array::<3>()?;
    let count = from.short()?;
    from.several(usize::from(count) * 6).map(drop)
}

/// A plain text of the guest's clipboard is not taken over: nobody asked for it. What has a negative length is more.
fn clip(from: &mut impl Read) -> Result<Vec<News>, ScreenError> {
    from.array::<3>()?;
    let length = from.long()?.cast_signed();
    let bytes = length.unsigned_abs();
    if bytes > TEXT {
        return Err(ScreenError::TooLong(bytes.into()));
    }
    let content = from.several(usize::try_from(bytes).unwrap_or_default())?;
    Ok(if length < 0 { vec![News::Clip(clipboard::read(&content)?)] } else { Vec::new() })
}
