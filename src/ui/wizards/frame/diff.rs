//! Two texts compared, line by line: signs before the lines tell what the colours tell.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::diff::{self, DiffLine, Side};

use crate::i18n::{gettext, ngettext_f};

/// Unchanged lines that are shown around a change.
const AROUND: usize = 2;

/// A group with a comparison in it.
pub(crate) struct DiffView {
    group: adw::PreferencesGroup,
    text: gtk::TextView,
    frame: gtk::ScrolledWindow,
}

impl DiffView {
    /// An empty one, called `title`.
    pub(crate) fn new(title: &str) -> Self {
        let text = gtk::TextView::builder()
            .editable(false)
            .cursor_visible(false)
            .monospace(true)
            .left_margin(12)
            .right_margin(12)
            .top_margin(9)
            .bottom_margin(9)
            .build();
        text.update_property(&[gtk::accessible::Property::Label(title)]);
        let buffer = text.buffer();
        for (name, colour) in [("gone", "#c01c28"), ("new", "#26a269")] {
            buffer.create_tag(Some(name), &[("foreground", &colour), ("weight", &700)]);
        }
        let frame = gtk::ScrolledWindow::builder()
            .child(&text)
            .min_content_height(220)
            .propagate_natural_height(true)
            .max_content_height(360)
            .vscrollbar_policy(gtk::PolicyType::Automatic)
            .build();
        frame.add_css_class("card");
        let group = adw::PreferencesGroup::builder().title(title).build();
        group.add(&frame);
        Self { group, text, frame }
    }

    /// The widget.
    pub(crate) const fn widget(&self) -> &adw::PreferencesGroup {
        &self.group
    }

    /// Shows what differs.
    pub(crate) fn show(&self, lines: &[DiffLine]) {
        let changes = lines.iter().filter(|line| !matches!(line.side, Side::Both(..))).count();
        let words = match changes {
            0 => gettext("Nothing: it is defined as it is in the file."),
            n => ngettext_f("{n} line differs.", "{n} lines differ.", n, &[]),
        };
        self.group.set_description(Some(&words));
        self.frame.set_visible(changes > 0);
        let buffer = self.text.buffer();
        buffer.set_text("");
        let mut end = buffer.end_iter();
        for (nth, hunk) in diff::hunks(lines, AROUND).into_iter().enumerate() {
            if nth > 0 {
                buffer.insert(&mut end, "…\n");
            }
            for line in lines.get(hunk).unwrap_or_default() {
                let (sign, tag) = match line.side {
                    Side::Both(..) => (' ', None),
                    Side::Old(_) => ('-', Some("gone")),
                    Side::New(_) => ('+', Some("new")),
                };
                let text = format!("{sign} {}\n", line.text);
                match tag {
                    Some(tag) => buffer.insert_with_tags_by_name(&mut end, &text, &[tag]),
                    None => buffer.insert(&mut end, &text),
                }
            }
        }
    }
}
