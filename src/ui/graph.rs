//! A small graph of one or two quantities over the last minute.

use std::{cell::RefCell, rc::Rc};

use relm4::{
    adw,
    gtk::{self, cairo, prelude::*},
};

use lectern_model::stats::History;

/// How many values a graph keeps: a minute, at one a second.
const KEEP: usize = 60;

/// The lines' opacities: the second quantity is paler than the first.
const SHADES: [f64; 2] = [1.0, 0.5];

/// A titled graph with its newest value in words.
#[derive(Clone)]
pub(crate) struct Graph {
    root: gtk::Box,
    area: gtk::DrawingArea,
    value: gtk::Label,
    lines: Rc<RefCell<Vec<History>>>,
    title: String,
}

impl Graph {
    /// An empty graph; with `top` the scale is fixed, else it follows the largest value.
    pub(crate) fn new(title: &str, lines: usize, top: Option<f64>) -> Self {
        let histories = Rc::new(RefCell::new(vec![History::new(KEEP); lines]));
        let area = gtk::DrawingArea::builder().hexpand(true).accessible_role(gtk::AccessibleRole::Img).build();
        area.update_property(&[gtk::accessible::Property::Label(title)]);
        area.add_css_class("usage-graph");
        let shown = Rc::clone(&histories);
        area.set_draw_func(move |area, context, width, height| {
            draw(&shown.borrow(), top, context, (f64::from(width), f64::from(height)), area.color());
        });
        let heading = gtk::Label::builder().label(title).xalign(0.0).hexpand(true).build();
        heading.add_css_class("heading");
        let value = gtk::Label::builder().xalign(1.0).build();
        value.add_css_class("numeric");
        value.add_css_class("dimmed");
        Self { root: card(&heading, &value, &area), area, value, lines: histories, title: title.to_owned() }
    }

    /// The widget.
    pub(crate) const fn widget(&self) -> &gtk::Box {
        &self.root
    }

    /// Adds one value to each line, and says the newest in `words`.
    pub(crate) fn push(&self, values: &[f64], words: &str) {
        for (line, value) in self.lines.borrow_mut().iter_mut().zip(values) {
            line.push(*value);
        }
        self.value.set_label(words);
        self.area.update_property(&[gtk::accessible::Property::Label(&format!("{}: {words}", self.title))]);
        self.area.queue_draw();
    }

    /// Forgets everything, as after a stop.
    pub(crate) fn clear(&self) {
        self.lines.borrow_mut().iter_mut().for_each(History::clear);
        self.value.set_label("");
        self.area.update_property(&[gtk::accessible::Property::Label(&self.title)]);
        self.area.queue_draw();
    }
}

fn card(heading: &gtk::Label, value: &gtk::Label, area: &gtk::DrawingArea) -> gtk::Box {
    let head = gtk::Box::new(gtk::Orientation::Horizontal, 6);
    head.append(heading);
    head.append(value);
    let root = gtk::Box::new(gtk::Orientation::Vertical, 6);
    root.append(&head);
    root.append(area);
    root.set_hexpand(true);
    root
}

fn draw(
    lines: &[History],
    top: Option<f64>,
    context: &cairo::Context,
    (width, height): (f64, f64),
    text: gtk::gdk::RGBA,
) {
    let accent = adw::StyleManager::default().accent_color_rgba();
    let top = top.unwrap_or_else(|| lines.iter().map(History::max).fold(1024.0, f64::max) * 1.1);
    frame(context, (width, height), text);
    for (line, shade) in lines.iter().zip(SHADES) {
        let colour = [accent.red(), accent.green(), accent.blue()].map(f64::from);
        trace(context, line, top, (width, height), colour, shade);
    }
}

/// The box and a line at half height, in a faint shade of the text's own colour.
fn frame(context: &cairo::Context, (width, height): (f64, f64), text: gtk::gdk::RGBA) {
    context.set_source_rgba(f64::from(text.red()), f64::from(text.green()), f64::from(text.blue()), 0.15);
    context.set_line_width(1.0);
    context.rectangle(0.5, 0.5, width - 1.0, height - 1.0);
    let middle = (height / 2.0).floor() + 0.5;
    context.move_to(0.0, middle);
    context.line_to(width, middle);
    finish(context.stroke());
}

/// The newest value stands at the right edge.
fn trace(
    context: &cairo::Context,
    line: &History,
    top: f64,
    (width, height): (f64, f64),
    [red, green, blue]: [f64; 3],
    shade: f64,
) {
    let count = line.iter().len();
    if count < 2 {
        return;
    }
    let step = width / whole(line.capacity() - 1);
    let start = step.mul_add(-whole(count - 1), width);
    for (nth, value) in line.iter().enumerate() {
        let y = (height - 2.0).mul_add(-(value / top).clamp(0.0, 1.0), height - 1.0);
        context.line_to(step.mul_add(whole(nth), start), y);
    }
    context.set_source_rgba(red, green, blue, shade);
    context.set_line_width(2.0);
    finish(context.stroke_preserve());
    context.line_to(width, height);
    context.line_to(start, height);
    context.close_path();
    context.set_source_rgba(red, green, blue, shade * 0.2);
    finish(context.fill());
}

#[expect(clippy::cast_precision_loss, reason = "at most KEEP")]
const fn whole(value: usize) -> f64 {
    value as f64
}

fn finish(drawn: Result<(), cairo::Error>) {
    if let Err(error) = drawn {
        tracing::debug!(%error, "graph not drawn");
    }
}
