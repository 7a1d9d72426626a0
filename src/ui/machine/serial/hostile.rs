//! What a hostile guest writes does nothing but draw.

use std::{cell::RefCell, rc::Rc, time::Duration};

use relm4::gtk::{self, glib, prelude::*};
use vte4::TerminalExt;

use super::terminal;
use crate::settings::Settings;

/// What stands on the screen and on the clipboard, and must not come out again.
const SECRET: &str = "hunter2";

/// Each sequence asks for something that a terminal could do, or could be made to do.
const CORPUS: &[&[u8]] = &[
    // The clipboard: set, set as all selections, asked for, cleared.
    b"\x1b]52;c;c3RvbGVu\x07",
    b"\x1b]52;;c3RvbGVu\x1b\\",
    b"\x1b]52;cps01234567;c3RvbGVu\x1b\\",
    b"\x1b]52;c;?\x07",
    b"\x1b]52;p;?\x1b\\",
    b"\x1b]52;c;!\x07",
    // Titles: set, kept, asked for.
    b"\x1b]0;owned\x07\x1b]1;owned\x07\x1b]2;owned\x07\x1b]L\x1b\\\x1b]l\x1b\\",
    b"\x1b[21t\x1b[20t\x1b[22;0t\x1b[23;0t",
    // The screen: its checksum, its settings, its colours, its state.
    b"\x1b[1;1;1;1;24;80*y\x1b[?63n",
    b"\x1bP$qm\x1b\\\x1bP$q\"p\x1b\\\x1bP+q544e\x1b\\",
    b"\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x07\x1b]104\x07",
    b"\x1b[?2026$p\x1b[4$p\x1b[1$w\x1b[2$w",
    // Keys that the guest defines, and the answer to "who are you".
    b"\x1bP0;1|17/726d202d7266\x1b\\\x05",
    b"\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[?15n\x1b[?25n\x1b[x",
    // The window: moved, made small, made large, asked for.
    b"\x1b[3;0;0t\x1b[4;1;1t\x1b[8;500;500t\x1b[9;1t\x1b[2t\x1b[5t\x1b[10;1t\x1b[11t\x1b[13t\x1b[14t\x1b[18t\x1b[19t",
    // Links and messages of the desktop.
    b"\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\\x1b]8;;javascript:alert(1)\x07x",
    b"\x1b]777;notify;you;lost\x07\x1b]9;lost\x07\x1b]99;;lost\x1b\\\x1b]7;file://evil/\x07\x1b]6;file://evil/x\x07",
    // Pictures, fonts, files, programs.
    b"\x1bPq#0;2;0;0;0!99999999~\x1b\\\x1b]1337;File=name=YQ==:AAAA\x07\x1b]50;?\x07\x1b]46;/tmp/evil\x07",
    b"\x1b[5i\x1b[4i\x1b[?5i\x1b_Gi=1,a=q;AAAA\x1b\\",
    // Numbers that are too large, and strings that never end.
    b"\x1b[99999999999999999999;99999999999999999999H\x1b[2147483647@\x1b[2147483647L\x1b[4294967295b\x1b[1;2147483647r",
    b"\x1b#8\x1b[?3h\x1b[?1049h\x1b[?2004h\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[12h\x1b[!p",
    b"\xc3\x28\xf0\x9f\xff\xfe\xed\xa0\x80\xf8\x88\x80\x80\x80\xc0\xaf\xe2\x80\xae\xf4\x90\x80\x80",
    b"\x1bP\x1b]\x1b_\x1b^\x1bX unfinished",
];

fn pass_time(length: Duration) {
    let done = Rc::new(std::cell::Cell::new(false));
    let late = Rc::clone(&done);
    glib::timeout_add_local_once(length, move || late.set(true));
    while !done.get() {
        glib::MainContext::default().iteration(true);
    }
}

#[gtk::test]
fn no_guest_reaches_beyond_its_terminal() {
    let terminal = terminal::build(&Settings::none());
    let window = gtk::Window::builder().title(SECRET).child(&terminal).default_width(800).default_height(500).build();
    window.present();
    window.clipboard().set_text(SECRET);
    let said = Rc::new(RefCell::new(Vec::<u8>::new()));
    let heard = Rc::clone(&said);
    terminal::connect_typed(&terminal, move |bytes| heard.borrow_mut().extend(bytes));
    pass_time(Duration::from_millis(200));
    let size = (window.width(), window.height());
    terminal.feed(SECRET.as_bytes());
    for sequence in CORPUS {
        terminal.feed(format!("\x1b]2;{SECRET}\x07").as_bytes());
        terminal.feed(sequence);
        pass_time(Duration::from_millis(20));
        // What a sequence left unfinished must not swallow the next one.
        terminal.feed(b"\x18\x1b\\");
    }
    for number in 0..20_000 {
        terminal.feed(format!("\x1b]0;flood {number}\x07").as_bytes());
    }
    terminal.feed(&noise(8 << 20));
    pass_time(Duration::from_millis(500));
    terminal.feed(b"\x18\x1b\\\x1bc\x1b[?1049lstill here\r\n");
    pass_time(Duration::from_millis(300));
    let said = String::from_utf8_lossy(&said.borrow()).into_owned();
    assert!(!said.contains(SECRET) && !said.contains("owned") && !said.contains("rm -rf"), "{said:?}");
    assert_eq!((window.width(), window.height()), size, "the window is as large as it was");
    assert_eq!(window.title().as_deref(), Some(SECRET));
    let clipboard = glib::MainContext::default().block_on(window.clipboard().read_text_future());
    assert_eq!(clipboard.ok().flatten().as_deref(), Some(SECRET), "the clipboard is the user's");
    let text = terminal.text_format(vte4::Format::Text).unwrap_or_default();
    assert!(text.contains("still here"), "{text:?}");
    window.destroy();
}

/// Random bytes, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}
