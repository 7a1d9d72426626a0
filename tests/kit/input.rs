//! Keys and the pointer, as a person would use them: X test events, never events sent to a window.

use crate::{atspi::Element, desktop::Desktop, process};

impl Desktop {
    fn xdotool<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> String {
        process::output(self.command("xdotool").args(args))
    }

    /// Presses keys by name, one after the other, such as `["ctrl+f", "Return"]`.
    pub fn keys(&self, keys: &[&str]) {
        self.xdotool(["key", "--delay", "20"].into_iter().chain(keys.iter().copied()));
    }

    /// Whether the keyboard is given to a window of the process `pid`: the window manager does that some time after a
    /// window has come, or another one has gone.
    pub fn is_active(&self, pid: u32) -> bool {
        let found = self.command("xdotool").args(["getactivewindow", "getwindowpid"]).output();
        found.is_ok_and(|found| String::from_utf8_lossy(&found.stdout).trim() == pid.to_string())
    }

    /// Types `text`; where a line ends, Return is pressed.
    pub fn type_text(&self, text: &str) {
        for piece in text.split_inclusive('\n') {
            let line = piece.trim_end_matches('\n');
            if !line.is_empty() {
                self.xdotool(["type", "--delay", "12", "--", line]);
            }
            if line.len() < piece.len() {
                self.keys(&["Return"]);
            }
        }
    }

    /// Clicks on `element`, which is in the window called `window`, with pointer button `button`.
    ///
    /// # Panics
    /// When the element is not on the screen.
    pub fn click_on(&self, window: &str, element: &Element, button: u8) {
        let (x, y) = self.place_of(window, element);
        self.xdotool(["mousemove", &x.to_string(), &y.to_string(), "click", &button.to_string()]);
    }

    /// Drags the pointer over `element` by so many points downwards, which selects text.
    ///
    /// # Panics
    /// When the element is not on the screen.
    pub fn drag_over(&self, window: &str, element: &Element, down: i32) {
        let (x, y) = self.place_of(window, element);
        let (left, start, end) = ((x - 100).to_string(), y.to_string(), (y + down).to_string());
        self.xdotool(["mousemove", &left, &start, "mousedown", "1", "mousemove", &left, &end, "mouseup", "1"]);
    }

    /// Turns the wheel `steps` times over `element`; downwards if positive.
    pub fn wheel_over(&self, window: &str, element: &Element, steps: i32) {
        let (x, y) = self.place_of(window, element);
        let button = if steps > 0 { "5" } else { "4" };
        self.xdotool(["mousemove", &x.to_string(), &y.to_string()]);
        self.xdotool(["click", "--repeat", &steps.abs().to_string(), "--delay", "15", button]);
    }

    /// The window called `window` gets the width and height; the window manager may round them.
    pub fn resize(&self, window: &str, width: u32, height: u32) {
        let id = self.window_id(window);
        self.xdotool(["windowsize", "--sync", &id, &width.to_string(), &height.to_string()]);
    }

    fn window_id(&self, window: &str) -> String {
        let found = self.xdotool(["search", "--onlyvisible", "--name", window]);
        found.lines().next_back().expect("xdotool lists what it finds").to_owned()
    }

    /// A point inside the element. GTK 4.18 counts from the surface, which is wider than the frame by its shadow,
    /// and leaves out the padding: the far two thirds are inside in every case that was tried.
    fn place_of(&self, window: &str, element: &Element) -> (i32, i32) {
        let id = self.window_id(window);
        let geometry = self.xdotool(["getwindowgeometry", "--shell", &id]);
        let value = |name: &str| -> i32 {
            let line = geometry.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix('='));
            line.and_then(|v| v.parse().ok()).expect("xdotool prints the geometry")
        };
        let Some(place) = element.extents() else { panic!("{element:?} is not on the screen") };
        let x = value("X") + 10 + place.x + place.width * 2 / 3;
        let y = value("Y") + 10 + place.y + place.height * 2 / 3;
        (x, y)
    }
}
