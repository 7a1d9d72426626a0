//! One machine on the wall: its screen or its last lines, and beneath what it is and whose.

use relm4::gtk::{self, gdk, glib, pango, prelude::*};

use lectern_model::{
    domain::{Domain, DomainState},
    id::DomainId,
    wall::{Attention, Faces, Thumbnail},
};

use super::words;
use crate::{buttons, i18n::gettext, texts};

/// The size of a tile's picture.
const WIDTH: i32 = 240;
const HEIGHT: i32 = 150;

/// What of a machine is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Its screen.
    Screen,
    /// The last lines of its console.
    Lines,
    /// Only its state.
    State,
}

impl Face {
    /// What is shown of a machine that is in this state, has these, and of which the user chose that.
    pub(super) const fn of(state: DomainState, faces: Faces, chosen: Option<Self>) -> Self {
        match (state.is_active(), faces.screen, faces.console, chosen) {
            (true, false, true, _) | (true, true, true, Some(Self::Lines)) => Self::Lines,
            (true, true, _, _) => Self::Screen,
            _ => Self::State,
        }
    }
}

/// The widgets of a tile.
pub(super) struct Tile {
    pub(super) child: gtk::FlowBoxChild,
    stack: gtk::Stack,
    picture: gtk::Picture,
    lines: gtk::Label,
    icon: gtk::Image,
    state: gtk::Label,
    name: gtk::Label,
    about: gtk::Label,
    attention: gtk::Label,
    other: gtk::Button,
    told: String,
}

impl Tile {
    /// An empty one; `other` is called where the user wants its other face.
    pub(super) fn new(id: DomainId, other: impl Fn() + 'static) -> Self {
        let label = |classes: &[&str]| {
            // The tile's width is the picture's, whatever is said.
            let label =
                gtk::Label::builder().xalign(0.0).ellipsize(pango::EllipsizeMode::End).max_width_chars(8).build();
            label.set_css_classes(classes);
            label
        };
        let tile = Self {
            child: gtk::FlowBoxChild::builder().name(id.to_string()).build(),
            stack: gtk::Stack::new(),
            picture: gtk::Picture::builder().content_fit(gtk::ContentFit::Contain).can_shrink(true).build(),
            lines: label(&["wall-lines", "monospace"]),
            icon: gtk::Image::builder().pixel_size(32).build(),
            state: label(&["dimmed"]),
            name: label(&["heading"]),
            about: label(&["caption"]),
            attention: label(&["caption-heading", "error"]),
            other: buttons::flat("view-refresh-symbolic", &gettext("Screen or Last Lines")),
            told: String::new(),
        };
        tile.other.connect_clicked(move |_| other());
        tile.child.set_child(Some(&tile.build()));
        tile.child.add_css_class("wall-tile");
        tile
    }

    fn build(&self) -> gtk::Box {
        self.lines.set_valign(gtk::Align::End);
        let rest = gtk::Box::builder().orientation(gtk::Orientation::Vertical).spacing(6).build();
        rest.set_valign(gtk::Align::Center);
        rest.append(&self.icon);
        self.state.set_halign(gtk::Align::Center);
        self.state.set_max_width_chars(-1);
        rest.append(&self.state);
        self.stack.add_named(&self.picture, Some("screen"));
        self.stack.add_named(&self.lines, Some("lines"));
        self.stack.add_named(&rest, Some("state"));
        self.stack.set_css_classes(&["wall-face", "card"]);
        self.stack.set_overflow(gtk::Overflow::Hidden);
        self.stack.set_visible_child_name("state");
        // What lies over a box of one size takes that size.
        let face = gtk::Overlay::new();
        face.set_child(Some(&gtk::Box::builder().width_request(WIDTH).height_request(HEIGHT).build()));
        face.add_overlay(&self.stack);
        let row = gtk::Box::builder().spacing(6).css_classes(["wall-name"]).build();
        self.name.set_hexpand(true);
        row.append(&self.name);
        row.append(&self.other);
        let whole = gtk::Box::builder().orientation(gtk::Orientation::Vertical).spacing(3).build();
        for part in [face.upcast_ref::<gtk::Widget>(), row.upcast_ref(), self.about.upcast_ref()] {
            whole.append(part);
        }
        whole.append(&self.attention);
        whole
    }

    /// Shows what the machine is; only what differs is set.
    pub(super) fn show(&mut self, domain: &Domain, faces: Faces, face: Face, attention: Option<Attention>) {
        let told = words::told(domain, attention);
        self.other.set_visible(faces.screen && faces.console && domain.state.is_active());
        if face == Face::State {
            self.stack.set_visible_child_name("state");
        }
        if self.told == told {
            return;
        }
        self.name.set_label(&domain.name);
        self.about.set_label(&words::about(domain));
        self.icon.set_icon_name(Some(texts::state_icon(domain.state)));
        self.icon.set_css_classes(texts::state_classes(domain.state));
        self.state.set_label(&texts::state(domain.state));
        self.attention.set_label(&attention.map(words::attention).unwrap_or_default());
        self.attention.set_visible(attention.is_some());
        if attention.is_some() {
            self.child.add_css_class("attention");
        } else {
            self.child.remove_css_class("attention");
        }
        self.child.update_property(&[gtk::accessible::Property::Label(&told)]);
        self.told = told;
    }

    /// Shows a picture of its screen, or that there is none.
    pub(super) fn show_picture(&self, thumbnail: Option<&Thumbnail>) {
        let Some(small) = thumbnail else { return self.say(&gettext("No picture")) };
        let texture = texture(small);
        self.picture.set_paintable(texture.as_ref());
        self.stack.set_visible_child_name(if texture.is_some() { "screen" } else { "state" });
    }

    /// Shows the last lines of its console.
    pub(super) fn show_lines(&self, lines: &[String]) {
        if lines.is_empty() {
            return self.say(&gettext("The console is silent"));
        }
        self.lines.set_label(&lines.join("\n"));
        self.stack.set_visible_child_name("lines");
    }

    /// Says something in the place of the picture.
    pub(super) fn say(&self, text: &str) {
        self.state.set_label(text);
        self.stack.set_visible_child_name("state");
    }

    /// Whether some of it is in the part of `view` that is seen.
    pub(super) fn is_seen(&self, view: &impl IsA<gtk::Widget>) -> bool {
        let height = view.as_ref().height();
        let bounds = self.child.is_mapped().then(|| self.child.compute_bounds(view)).flatten();
        bounds.is_some_and(|bounds| {
            let (top, bottom) = (f64::from(bounds.y()), f64::from(bounds.y() + bounds.height()));
            bottom > 0.0 && top < f64::from(height)
        })
    }
}

fn texture(small: &Thumbnail) -> Option<gdk::Texture> {
    let (width, height) = (i32::try_from(small.width).ok()?, i32::try_from(small.height).ok()?);
    let bytes = glib::Bytes::from(&small.points);
    Some(gdk::MemoryTexture::new(width, height, gdk::MemoryFormat::R8g8b8, &bytes, small.width * 3).upcast())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_shows_what_it_has_and_what_the_user_chose() {
        let all = Faces { screen: true, console: true, network: false };
        let of = |faces, chosen| Face::of(DomainState::Running, faces, chosen);
        assert_eq!(of(all, None), Face::Screen);
        assert_eq!(of(all, Some(Face::Lines)), Face::Lines);
        assert_eq!(of(Faces { screen: false, ..all }, Some(Face::Screen)), Face::Lines);
        assert_eq!(of(Faces { console: false, ..all }, Some(Face::Lines)), Face::Screen);
        assert_eq!(of(Faces::default(), None), Face::State);
        assert_eq!(Face::of(DomainState::ShutOff, all, None), Face::State);
    }
}
