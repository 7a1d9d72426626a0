//! Combinations of keys that the own desktop would keep, and that a menu sends to the guest.

/// One key, as a VNC server is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// The X11 key symbol.
    pub symbol: u32,
    /// The scan code, see [`super::scancode`].
    pub code: u16,
}

const CONTROL: Stroke = Stroke { symbol: 0xffe3, code: 0x1d };
const ALT: Stroke = Stroke { symbol: 0xffe9, code: 0x38 };
const SUPER: Stroke = Stroke { symbol: 0xffeb, code: 0xdb };
const DELETE: Stroke = Stroke { symbol: 0xffff, code: 0xd3 };
const BACKSPACE: Stroke = Stroke { symbol: 0xff08, code: 0x0e };
const TAB: Stroke = Stroke { symbol: 0xff09, code: 0x0f };
const PRINT: Stroke = Stroke { symbol: 0xff61, code: 0x54 };
/// The function keys' first symbol: F1; the others follow.
const F1: u32 = 0xffbe;

/// A combination that can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combination {
    /// Ctrl+Alt+Delete
    CtrlAltDelete,
    /// Ctrl+Alt+Backspace
    CtrlAltBackspace,
    /// Ctrl+Alt and a function key, 1 to 12: a Linux guest's text consoles.
    CtrlAltFunction(u8),
    /// Alt+Tab
    AltTab,
    /// Alt+F4
    AltF4,
    /// The key with a logo.
    Super,
    /// Print Screen
    Print,
}

impl Combination {
    /// All of them, in a menu's order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::CtrlAltDelete, Self::CtrlAltBackspace];
        all.extend((1..=12).map(Self::CtrlAltFunction));
        all.extend([Self::AltTab, Self::AltF4, Self::Super, Self::Print]);
        all
    }

    /// What stands on the keys.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::CtrlAltDelete => "Ctrl+Alt+Delete".into(),
            Self::CtrlAltBackspace => "Ctrl+Alt+Backspace".into(),
            Self::CtrlAltFunction(n) => format!("Ctrl+Alt+F{n}"),
            Self::AltTab => "Alt+Tab".into(),
            Self::AltF4 => "Alt+F4".into(),
            Self::Super => "Super".into(),
            Self::Print => "Print".into(),
        }
    }

    /// The keys in the order in which they are pressed; they are let go in the reverse one.
    #[must_use]
    pub fn strokes(self) -> Vec<Stroke> {
        match self {
            Self::CtrlAltDelete => vec![CONTROL, ALT, DELETE],
            Self::CtrlAltBackspace => vec![CONTROL, ALT, BACKSPACE],
            Self::CtrlAltFunction(n) => vec![CONTROL, ALT, function(n)],
            Self::AltTab => vec![ALT, TAB],
            Self::AltF4 => vec![ALT, function(4)],
            Self::Super => vec![SUPER],
            Self::Print => vec![PRINT],
        }
    }
}

/// The function key of a number; F11 and F12 came later than the PC's first ten.
fn function(number: u8) -> Stroke {
    let number = number.clamp(1, 12);
    let code = if number <= 10 { 0x3a + u16::from(number) } else { 0x4c + u16::from(number) };
    Stroke { symbol: F1 + u32::from(number) - 1, code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_keys_have_the_codes_of_the_keyboard() {
        let codes = [(1, 0x3b), (10, 0x44), (11, 0x57), (12, 0x58)];
        for (number, code) in codes {
            assert_eq!(function(number).code, code);
        }
        assert_eq!(function(12).symbol, 0xffc9);
    }

    #[test]
    fn each_has_a_label_of_its_own_and_ends_with_its_key() {
        let all = Combination::all();
        let labels: std::collections::BTreeSet<_> = all.iter().map(|one| one.label()).collect();
        assert_eq!(labels.len(), all.len());
        assert_eq!(Combination::CtrlAltDelete.strokes().last(), Some(&DELETE));
    }
}
