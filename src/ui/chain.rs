//! The one drawing of images that stand on each other: template disk (read-only) ← overlay (changes only).

use relm4::{adw, gtk, gtk::prelude::*};

use lectern_model::storage::name_of;

use crate::i18n::gettext;

/// Draws a chain of images by their paths, the uppermost first, as chains are kept; an image alone is drawn alone.
/// `is_base` if others stand on the uppermost, which is then read only as well.
pub(crate) fn drawing(images: &[String], is_base: bool) -> adw::WrapBox {
    let all =
        adw::WrapBox::builder().child_spacing(9).line_spacing(9).accessible_role(gtk::AccessibleRole::Img).build();
    // The lowest stands first: an arrow leads from each image to what it stands on.
    let parts: Vec<(&str, String)> =
        images.iter().enumerate().rev().map(|(nth, path)| part(images, nth, path, is_base)).collect();
    for (nth, (name, role)) in parts.iter().enumerate() {
        if nth > 0 {
            let arrow = gtk::Label::new(Some("←"));
            arrow.add_css_class("title-2");
            arrow.add_css_class("dimmed");
            all.append(&arrow);
        }
        all.append(&image(name, role));
    }
    let spoken: Vec<String> = parts.iter().map(|(name, role)| format!("{name}: {role}")).collect();
    let widget: &gtk::Widget = all.upcast_ref();
    widget.update_property(&[gtk::accessible::Property::Label(&spoken.join(" ← "))]);
    all
}

fn part<'a>(images: &[String], nth: usize, path: &'a str, is_base: bool) -> (&'a str, String) {
    let is_base = nth > 0 || is_base;
    let has_base = nth + 1 < images.len();
    let role = match (is_base, has_base) {
        (false, false) => gettext("disk of its own"),
        (false, true) => gettext("overlay (changes only)"),
        (true, true) => gettext("overlay (read-only)"),
        (true, false) => gettext("template disk (read-only)"),
    };
    (name_of(path), role)
}

fn image(name: &str, role: &str) -> gtk::Box {
    let title = gtk::Label::builder()
        .label(name)
        .max_width_chars(24)
        .ellipsize(gtk::pango::EllipsizeMode::Middle)
        .tooltip_text(name)
        .build();
    title.add_css_class("heading");
    let caption = gtk::Label::builder().label(role).wrap(true).build();
    caption.add_css_class("caption");
    let image = gtk::Box::builder().orientation(gtk::Orientation::Vertical).spacing(3).build();
    image.add_css_class("card");
    image.add_css_class("chain-image");
    image.append(&title);
    image.append(&caption);
    image
}
