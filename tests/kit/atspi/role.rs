//! The names of AT-SPI's roles, as libatspi and the accessibility inspectors print them.

/// The name of role `number`; `?` for those that GTK does not use.
pub(super) const fn name(number: u32) -> &'static str {
    match number {
        2 => "alert",
        7 => "check box",
        8 => "check menu item",
        10 => "column header",
        11 => "combo box",
        16 => "dialog",
        20 => "filler",
        23 => "frame",
        26 => "icon",
        27 => "image",
        29 => "label",
        31 => "list",
        32 => "list item",
        33 => "menu",
        34 => "menu bar",
        35 => "menu item",
        37 => "page tab",
        38 => "page tab list",
        39 => "panel",
        40 => "password text",
        42 => "progress bar",
        43 => "button",
        44 => "radio button",
        45 => "radio menu item",
        47 => "row header",
        48 => "scroll bar",
        49 => "scroll pane",
        50 => "separator",
        51 => "slider",
        52 => "spin button",
        54 => "status bar",
        other => later(other),
    }
}

const fn later(number: u32) -> &'static str {
    match number {
        55 => "table",
        56 => "table cell",
        57 => "table column header",
        60 => "terminal",
        61 => "text",
        62 => "toggle button",
        63 => "tool bar",
        64 => "tool tip",
        65 => "tree",
        66 => "tree table",
        69 => "window",
        75 => "application",
        79 => "entry",
        83 => "heading",
        85 => "section",
        88 => "link",
        90 => "table row",
        91 => "tree item",
        98 => "list box",
        99 => "grouping",
        101 => "notification",
        103 => "level bar",
        109 => "article",
        110 => "landmark",
        116 => "static",
        130 => "switch",
        _ => "?",
    }
}

/// Bits of the answer to `GetState`.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    Checked = 4,
    Expanded = 10,
    Focused = 12,
    Pressed = 20,
    Selected = 23,
    Sensitive = 24,
    Showing = 25,
}
