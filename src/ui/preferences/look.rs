//! How the program looks: light or dark, and how large its texts are.

use std::sync::OnceLock;

use relm4::{adw, gtk};

use crate::settings::Settings;

/// The setting `appearance`.
pub(super) const APPEARANCE: &str = "appearance";
/// The setting `presenting-size`, in per cent.
pub(super) const SIZE: &str = "presenting-size";
/// Of [`SIZE`] where nothing was chosen.
pub(super) const NORMAL: i32 = 100;

/// GTK's own resolution where the desktop tells none: 96 dots an inch, in 1024ths (GtkSettings:gtk-xft-dpi).
const USUAL_DPI: i32 = 96 * 1024;

/// The desktop's resolution as it was at the start.
static DESKTOP_DPI: OnceLock<i32> = OnceLock::new();

/// Makes the program look as the user chose.
pub(crate) fn apply(settings: &Settings) {
    let scheme = match settings.text(APPEARANCE, "default").as_str() {
        "light" => adw::ColorScheme::ForceLight,
        "dark" => adw::ColorScheme::ForceDark,
        _ => adw::ColorScheme::Default,
    };
    adw::StyleManager::default().set_color_scheme(scheme);
    if let Some(toolkit) = gtk::Settings::default() {
        resize(&toolkit, settings.number(SIZE, NORMAL));
    }
}

/// Makes all texts this large for now, in per cent, whatever the user chose.
pub(crate) fn present_at(percent: i32) {
    if let Some(toolkit) = gtk::Settings::default() {
        resize(&toolkit, percent);
    }
}

/// Texts, and all that libadwaita measures by them, grow with the resolution; pictures and borders stay sharp.
fn resize(toolkit: &gtk::Settings, percent: i32) {
    let desktop = *DESKTOP_DPI.get_or_init(|| match toolkit.gtk_xft_dpi() {
        dpi if dpi > 0 => dpi,
        _ => USUAL_DPI,
    });
    let wanted = scaled(desktop, percent);
    if toolkit.gtk_xft_dpi() != wanted {
        toolkit.set_gtk_xft_dpi(wanted);
    }
}

fn scaled(dpi: i32, percent: i32) -> i32 {
    let wanted = i64::from(dpi) * i64::from(percent) / 100;
    i32::try_from(wanted).unwrap_or(dpi)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_share_of_the_desktops() {
        assert_eq!(scaled(USUAL_DPI, NORMAL), USUAL_DPI);
        assert_eq!(scaled(USUAL_DPI, 150), 144 * 1024);
        assert_eq!(scaled(i32::MAX, 200), i32::MAX);
    }
}
