//! The colours of consoles: the schemes that can be chosen, and their sixteen colours.

use relm4::gtk::gdk;
use vte4::{TerminalExt, TerminalExtManual};

use crate::i18n::gettext;

/// A set of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// The terminal's own: light grey on black.
    #[default]
    Usual,
    /// White on black, bright, for a projector in a dark room.
    Contrast,
    /// Black on white, for a projector in a bright one.
    Light,
    /// Green on black.
    Green,
    /// Ethan Schoonover's Solarized, dark.
    SolarizedDark,
    /// Ethan Schoonover's Solarized, light.
    SolarizedLight,
}

/// The eight colours and their bright forms.
type Palette = [u32; 16];

/// The Tango palette, as desktops' terminals have it; its yellow is dark enough for white.
const TANGO: Palette = [
    0x2e_3436, 0xcc_0000, 0x4e_9a06, 0xc4_a000, 0x34_65a4, 0x75_507b, 0x06_989a, 0xd3_d7cf, 0x55_5753, 0xef_2929,
    0x8a_e234, 0xfc_e94f, 0x72_9fcf, 0xad_7fa8, 0x34_e2e2, 0xee_eeec,
];
/// <https://ethanschoonover.com/solarized/>
const SOLARIZED: Palette = [
    0x07_3642, 0xdc_322f, 0x85_9900, 0xb5_8900, 0x26_8bd2, 0xd3_3682, 0x2a_a198, 0xee_e8d5, 0x00_2b36, 0xcb_4b16,
    0x58_6e75, 0x65_7b83, 0x83_9496, 0x6c_71c4, 0x93_a1a1, 0xfd_f6e3,
];

impl Scheme {
    /// All of them, in the order in which they are offered.
    pub(crate) const ALL: [Self; 6] =
        [Self::Usual, Self::Contrast, Self::Light, Self::Green, Self::SolarizedDark, Self::SolarizedLight];

    /// The value in the setting `console-scheme`.
    pub(crate) const fn value(self) -> &'static str {
        match self {
            Self::Usual => "default",
            Self::Contrast => "contrast",
            Self::Light => "light",
            Self::Green => "green",
            Self::SolarizedDark => "solarized-dark",
            Self::SolarizedLight => "solarized-light",
        }
    }

    /// The scheme of a value; the usual one for a value that is none.
    pub(crate) fn of(value: &str) -> Self {
        Self::ALL.into_iter().find(|scheme| scheme.value() == value).unwrap_or_default()
    }

    /// Text, ground and palette.
    const fn colours(self) -> Option<(u32, u32, &'static Palette)> {
        Some(match self {
            Self::Usual => return None,
            Self::Contrast => (0xff_ffff, 0x00_0000, &TANGO),
            Self::Light => (0x17_1421, 0xff_ffff, &TANGO),
            Self::Green => (0x33_ff33, 0x00_0000, &TANGO),
            Self::SolarizedDark => (0x83_9496, 0x00_2b36, &SOLARIZED),
            Self::SolarizedLight => (0x65_7b83, 0xfd_f6e3, &SOLARIZED),
        })
    }

    /// Gives a terminal these colours.
    pub(crate) fn apply(self, terminal: &vte4::Terminal) {
        let Some((text, ground, palette)) = self.colours() else { return terminal.set_default_colors() };
        let palette = palette.map(rgba);
        let palette: Vec<&gdk::RGBA> = palette.iter().collect();
        terminal.set_colors(Some(&rgba(text)), Some(&rgba(ground)), &palette);
    }
}

/// The name of a scheme.
pub(crate) fn name(scheme: Scheme) -> String {
    match scheme {
        Scheme::Usual => gettext("Grey on Black"),
        Scheme::Contrast => gettext("White on Black"),
        Scheme::Light => gettext("Black on White"),
        Scheme::Green => gettext("Green on Black"),
        Scheme::SolarizedDark => gettext("Solarized Dark"),
        Scheme::SolarizedLight => gettext("Solarized Light"),
    }
}

/// A colour from `0xRRGGBB`.
fn rgba(value: u32) -> gdk::RGBA {
    let [_, red, green, blue] = value.to_be_bytes().map(|part| f32::from(part) / 255.0);
    gdk::RGBA::new(red, green, blue, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back() {
        for scheme in Scheme::ALL {
            assert_eq!(Scheme::of(scheme.value()), scheme);
        }
        assert_eq!(Scheme::of("nope"), Scheme::Usual);
    }

    #[test]
    fn parts_of_a_colour_are_in_order() {
        assert_eq!(rgba(0xff_0080), gdk::RGBA::new(1.0, 0.0, 128.0 / 255.0, 1.0));
    }
}
