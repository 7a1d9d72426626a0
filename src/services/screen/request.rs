//! What this side says: RFB's messages to the server (RFC 6143, section 7.5; QEMU's extended key event).

use super::picture::Area;

/// The forms of pictures and the additions that this side understands, best first.
const FORMS: [i32; 8] =
    [form::RAW, form::COPY, form::SIZE, form::CURSOR, form::POINTER, form::KEYS, form::LAYOUT, form::CLIPBOARD];

/// RFB's numbers of forms and additions.
pub(super) mod form {
    /// Each point as it is.
    pub(in crate::screen) const RAW: i32 = 0;
    /// A part of the picture from elsewhere in it.
    pub(in crate::screen) const COPY: i32 = 1;
    /// The picture's size changed.
    pub(in crate::screen) const SIZE: i32 = -223;
    /// The shape of the pointer.
    pub(in crate::screen) const CURSOR: i32 = -239;
    /// Whether the pointer is told by its place or by its movement.
    pub(in crate::screen) const POINTER: i32 = -257;
    /// Keys may be told with their scan codes.
    pub(in crate::screen) const KEYS: i32 = -258;
    /// The picture's size and its monitors; a server that tells them takes wishes too.
    pub(in crate::screen) const LAYOUT: i32 = -308;
    /// The clipboard can be shared. `0xC0A1E5CE`.
    pub(in crate::screen) const CLIPBOARD: i32 = -1_063_131_698;
}

/// 32 bits a point, true colours, little-endian: blue, green, red and a byte without meaning.
pub(super) fn format() -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 0, 32, 24, 0, 1];
    bytes.extend([0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    bytes
}

pub(super) fn forms() -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 8];
    bytes.extend(FORMS.iter().flat_map(|form| form.to_be_bytes()));
    bytes
}

/// Asks for the part `area`; where `changes`, only for what changed in it, once something does.
pub(super) fn update(area: Area, changes: bool) -> Vec<u8> {
    let mut bytes = vec![3, u8::from(changes)];
    bytes.extend([area.x, area.y, area.width, area.height].iter().flat_map(|part| part.to_be_bytes()));
    bytes
}

/// A key by its symbol, and by its scan code where the server takes that.
pub(super) fn key(down: bool, symbol: u32, code: Option<u16>) -> Vec<u8> {
    let mut bytes = match code {
        Some(_) => vec![255, 0, 0, u8::from(down)],
        None => vec![4, u8::from(down), 0, 0],
    };
    bytes.extend(symbol.to_be_bytes());
    bytes.extend(code.into_iter().flat_map(|code| u32::from(code).to_be_bytes()));
    bytes
}

pub(super) fn pointer(buttons: u8, x: u16, y: u16) -> Vec<u8> {
    let mut bytes = vec![5, buttons];
    bytes.extend([x, y].iter().flat_map(|part| part.to_be_bytes()));
    bytes
}

/// Asks for a picture of this size, on one monitor (rfbproto, "`SetDesktopSize`").
pub(super) fn size(width: u16, height: u16) -> Vec<u8> {
    let edges = [width, height].map(u16::to_be_bytes).concat();
    // One monitor, its number and its place; its flags.
    [&[251, 0], edges.as_slice(), &[1, 0], &[0; 8], &edges, &[0; 4]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_lengths_of_the_standard() {
        assert_eq!(format().len(), 20);
        assert_eq!(forms().len(), 4 + 4 * FORMS.len());
        assert_eq!(usize::from(forms()[3]), FORMS.len());
        assert_eq!(update(Area { x: 1, y: 2, width: 3, height: 4 }, true), [3, 1, 0, 1, 0, 2, 0, 3, 0, 4]);
        assert_eq!(key(true, 0xff0d, None), [4, 1, 0, 0, 0, 0, 0xff, 0x0d]);
        assert_eq!(key(false, 0x61, Some(0x1e)), [255, 0, 0, 0, 0, 0, 0, 0x61, 0, 0, 0, 0x1e]);
        assert_eq!(pointer(1, 258, 3), [5, 1, 1, 2, 0, 3]);
        let wish = size(0x0102, 0x0304);
        assert_eq!(
            (wish.len(), &wish[..8], &wish[16..20]),
            (8 + 16, &[251, 0, 1, 2, 3, 4, 1, 0][..], &[1, 2, 3, 4][..])
        );
    }
}
