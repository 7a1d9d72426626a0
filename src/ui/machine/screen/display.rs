//! The picture of a guest's screen: drawn a frame at a time, with the guest's pointer over it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use relm4::gtk::{self, cairo, gdk, glib, prelude::*};

use lectern_model::screen::Fit;
use lectern_services::screen::{Area, Cursor, Frame, Screen, ScreenEvent};

use super::clipboard::SharedClipboard;
use crate::{i18n::gettext, machine::clock::next_frame};

/// The style class of the widget that has the keyboard for a guest.
pub(crate) const GUEST_SCREEN: &str = "guest-screen";
/// The longest edge of a pointer's shape that desktops take.
const CURSOR_EDGE: u16 = 256;

/// The smallest picture that a guest is wished: firmware has none below.
const LEAST: (u16, u16) = (640, 400);

/// The picture and the screen behind it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Display(Rc<Inner>);

struct Inner {
    picture: gtk::Picture,
    screen: RefCell<Option<Rc<Screen>>>,
    /// What is drawn, and whether the next frame's changes are changes of it.
    texture: RefCell<Option<gdk::Texture>>,
    continues: Cell<bool>,
    size: Cell<(u16, u16)>,
    enlarged: Cell<bool>,
    absolute: Cell<bool>,
    view_only: Cell<bool>,
    /// Shared with the guest, while the user wants that.
    clipboard: RefCell<Option<SharedClipboard>>,
}

impl Display {
    pub(super) fn new() -> Self {
        let picture = gtk::Picture::builder().focusable(true).hexpand(true).vexpand(true).build();
        picture.add_css_class(GUEST_SCREEN);
        let name = gettext("Screen of the machine");
        picture.set_alternative_text(Some(&name));
        picture.update_property(&[gtk::accessible::Property::Label(&name)]);
        let display = Self(Rc::new(Inner {
            picture,
            screen: RefCell::default(),
            texture: RefCell::default(),
            continues: Cell::default(),
            size: Cell::new((1, 1)),
            enlarged: Cell::default(),
            absolute: Cell::new(true),
            view_only: Cell::default(),
            clipboard: RefCell::default(),
        }));
        display.scale(true);
        display
    }

    pub(super) fn picture(&self) -> &gtk::Picture {
        &self.0.picture
    }

    /// Shows another screen from now on, or none; the last picture stays.
    pub(super) fn set_screen(&self, screen: Option<Rc<Screen>>) {
        self.0.continues.set(false);
        self.0.absolute.set(true);
        self.0.screen.replace(screen);
        self.0.picture.set_cursor(None);
    }

    /// The screen that the user's keys and pointer go to; none while they are not to go anywhere.
    pub(super) fn listener(&self) -> Option<Rc<Screen>> {
        if self.0.view_only.get() { None } else { self.0.screen.borrow().clone() }
    }

    pub(super) fn set_view_only(&self, on: bool) {
        self.0.view_only.set(on);
    }

    /// Whether the guest is told where the pointer is, and not how far it moved.
    pub(super) fn is_absolute(&self) -> bool {
        self.0.absolute.get()
    }

    /// The picture as it is now.
    pub(super) fn texture(&self) -> Option<gdk::Texture> {
        self.0.texture.borrow().clone()
    }

    /// The picture fills the page, or each of its points is one of the window's.
    pub(super) fn scale(&self, to_window: bool) {
        let picture = &self.0.picture;
        self.0.enlarged.set(to_window);
        picture.set_can_shrink(to_window);
        picture.set_content_fit(if to_window { gtk::ContentFit::Contain } else { gtk::ContentFit::ScaleDown });
    }

    /// Where the picture lies in its widget.
    pub(super) fn fit(&self) -> Fit {
        let area = (f64::from(self.0.picture.width()), f64::from(self.0.picture.height()));
        Fit::within(area, self.0.size.get(), self.0.enlarged.get())
    }

    /// Shows what is new; after a frame, asks for the next one as soon as this one was drawn.
    pub(super) async fn take(&self, event: ScreenEvent) {
        match event {
            ScreenEvent::Frame(frame) => self.frame(frame).await,
            ScreenEvent::Cursor(cursor) => self.0.picture.set_cursor(shape(&cursor).as_ref()),
            ScreenEvent::Absolute(absolute) => self.0.absolute.set(absolute),
            ScreenEvent::Bell => self.0.picture.error_bell(),
            ScreenEvent::TextOffered => self.with_clipboard(SharedClipboard::offered),
            ScreenEvent::Text(text) => self.with_clipboard(|shared, _| shared.take(&text)),
            // The page shows what can be done.
            ScreenEvent::TakesWishes | ScreenEvent::SharesClipboard => {}
        }
    }

    /// Shares the clipboard with the guest, or no longer.
    pub(super) fn share_clipboard(&self, on: bool) {
        let weak = Rc::downgrade(&self.0);
        let offer = move |text: Option<String>| {
            if let Some(screen) = weak.upgrade().and_then(|inner| inner.screen.borrow().clone()) {
                screen.offer_text(text);
            }
        };
        let before = self.0.clipboard.take();
        if on {
            self.0.clipboard.replace(Some(SharedClipboard::new(&self.0.picture.clipboard(), offer)));
        } else if let Some(screen) = self.0.screen.borrow().as_ref().filter(|_| before.is_some()) {
            screen.offer_text(None);
        }
    }

    fn with_clipboard(&self, act: impl FnOnce(&SharedClipboard, &Screen)) {
        if let (Some(shared), Some(screen)) = (&*self.0.clipboard.borrow(), &*self.0.screen.borrow()) {
            act(shared, screen);
        }
    }

    /// Wishes the guest a picture as large as its place in the window.
    pub(super) fn wish(&self, width: i32, height: i32) {
        let scale = self.0.picture.scale_factor();
        let edge = |length: i32, least: u16| u16::try_from(length.saturating_mul(scale)).unwrap_or(u16::MAX).max(least);
        if let Some(screen) = &*self.0.screen.borrow() {
            screen.wish(edge(width, LEAST.0), edge(height, LEAST.1));
        }
    }

    async fn frame(&self, frame: Frame) {
        let size = (frame.width, frame.height);
        self.draw(frame);
        next_frame(&self.0.picture).await;
        if let Some(screen) = &*self.0.screen.borrow() {
            screen.next(size.0, size.1);
        }
    }

    fn draw(&self, frame: Frame) {
        let inner = &self.0;
        let before = inner.texture.take().filter(|_| inner.continues.get());
        let before = before.filter(|_| inner.size.get() == (frame.width, frame.height));
        let region = region(&frame.changed);
        let texture = texture((frame.width, frame.height), frame.points, gdk::MemoryFormat::B8g8r8x8)
            .set_update_region(before.as_ref().map(|_| &region))
            .set_update_texture(before.as_ref())
            .build();
        inner.size.set((frame.width, frame.height));
        inner.continues.set(true);
        inner.picture.set_paintable(Some(&texture));
        inner.texture.replace(Some(texture));
    }
}

fn region(changed: &[Area]) -> cairo::Region {
    let rectangles: Vec<cairo::RectangleInt> = changed
        .iter()
        .map(|area| cairo::RectangleInt::new(area.x.into(), area.y.into(), area.width.into(), area.height.into()))
        .collect();
    cairo::Region::create_rectangles(&rectangles)
}

fn texture(size: (u16, u16), points: Vec<u8>, format: gdk::MemoryFormat) -> gdk::MemoryTextureBuilder {
    gdk::MemoryTextureBuilder::new()
        .set_width(size.0.into())
        .set_height(size.1.into())
        .set_stride(usize::from(size.0) * 4)
        .set_format(format)
        .set_bytes(Some(&glib::Bytes::from_owned(points)))
}

/// The guest's pointer; hidden where it has none, and the desktop's own where it is too large.
fn shape(cursor: &Cursor) -> Option<gdk::Cursor> {
    if cursor.width == 0 || cursor.height == 0 {
        return gdk::Cursor::from_name("none", None);
    }
    if cursor.width > CURSOR_EDGE || cursor.height > CURSOR_EDGE {
        return None;
    }
    let format = gdk::MemoryFormat::B8g8r8a8;
    let texture = texture((cursor.width, cursor.height), cursor.points.clone(), format).build();
    Some(gdk::Cursor::from_texture(&texture, cursor.tip.0.into(), cursor.tip.1.into(), None))
}
