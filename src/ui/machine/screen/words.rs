//! What the page says where there is no picture, and which button helps.

use lectern_services::screen::{ScreenEnd, ScreenError};

use super::Screens;
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f},
    machine::line::Stand,
};

/// The words instead of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) icon: &'static str,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) help: Option<Help>,
}

/// What a button under the words does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Help {
    /// Opens the screen again.
    Again,
    /// Starts the machine.
    Start,
    /// Gives the machine a screen that can be shown.
    Give,
}

impl Help {
    pub(super) fn label(self) -> String {
        match self {
            Self::Again => gettext("Open Again"),
            Self::Start => gettext("Start"),
            Self::Give => gettext("Give It a Screen…"),
        }
    }
}

const SCREEN: &str = "video-display-symbolic";
const TROUBLE: &str = "dialog-warning-symbolic";

/// The words; `None` where the picture is to be seen.
pub(super) fn words(stand: Stand<'_>, screens: &Screens) -> Option<Words> {
    let words = |icon, title, body, help| Some(Words { icon, title, body, help });
    match (screens, stand) {
        (Screens::Elsewhere(command), _) => words(
            SCREEN,
            gettext("The Screen Is on Another Host"),
            gettext_f(
                "libvirt hands out screens only on its own computer. This shows it in a window of its own: {command}",
                &[("command", command)],
            ),
            None,
        ),
        (Screens::None(kinds, _), _) if kinds.is_empty() => words(
            SCREEN,
            gettext("No Screen"),
            gettext("This machine has no screen. Its serial console may be all that it needs."),
            Some(Help::Give),
        ),
        (Screens::None(kinds, command), _) => words(
            SCREEN,
            gettext_f("The Screen Speaks {kinds}", &[("kinds", &kinds.join(", ").to_uppercase())]),
            gettext_f(
                "Lectern shows VNC. The machine can have that from its next start on. This shows the other one in a window of its own: {command}",
                &[("command", command)],
            ),
            Some(Help::Give),
        ),
        (_, Stand::Off) => words(
            SCREEN,
            gettext("The Machine Is Off"),
            gettext("Its screen opens when it is started."),
            Some(Help::Start),
        ),
        (_, Stand::Failed(text)) => words(TROUBLE, text.title.clone(), full(text), Some(Help::Again)),
        (Screens::Unknown, _) => None,
        (_, Stand::Closed) => words(SCREEN, gettext("The Screen Was Closed"), String::new(), Some(Help::Again)),
        _ => None,
    }
}

fn full(text: &UserText) -> String {
    [Some(&text.body), text.raw.as_ref()].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// Why an open screen broke; `None` for a plain end.
pub(super) fn broken(end: &ScreenEnd) -> Option<UserText> {
    let ScreenEnd::Failed(error) = end else { return None };
    let title = gettext("The Screen Was Closed");
    let body = match error {
        ScreenError::CutOff(_) => gettext("The machine’s VNC server ended in the middle of a picture."),
        ScreenError::TimedOut => gettext("The machine’s VNC server does not answer. QEMU may hang."),
        ScreenError::Refused(_) => gettext("The machine’s VNC server refused."),
        ScreenError::WantsSecurity(_) => {
            gettext("The machine’s VNC server wants a password or certificates although libvirt has let you in.")
        }
        ScreenError::System(_) => gettext("This computer is short of threads or memory."),
        ScreenError::NotVnc(_)
        | ScreenError::BadSize(..)
        | ScreenError::Outside
        | ScreenError::BadForm(_)
        | ScreenError::BadMessage(_)
        | ScreenError::TooLong(_) => {
            gettext("What the machine’s VNC server sends is no picture. It may be broken, or not to be trusted.")
        }
    };
    Some(UserText { title, body, raw: Some(error.to_string()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_that_cannot_be_shown_is_told_whatever_the_machine_does() {
        let none = Screens::None(vec!["spice".into()], "virt-viewer node1".into());
        for stand in [Stand::Off, Stand::Closed, Stand::Opening] {
            let words = words(stand, &none).unwrap();
            assert!(words.title.contains("SPICE") && words.help == Some(Help::Give), "{words:?}");
        }
        let far = Screens::Elsewhere("virt-viewer -c qemu+ssh://far/system node1".into());
        let words = words(Stand::Off, &far).unwrap();
        assert!(words.body.contains("virt-viewer") && words.help.is_none(), "{words:?}");
    }

    #[test]
    fn the_picture_is_seen_while_it_is_open_and_while_it_opens() {
        for stand in [Stand::Opening, Stand::Open { silent: true }] {
            assert_eq!(words(stand, &Screens::Vnc(0)), None);
        }
        assert_eq!(words(Stand::Off, &Screens::Vnc(0)).unwrap().help, Some(Help::Start));
    }

    #[test]
    fn a_plain_end_is_no_failure_and_any_other_has_a_reason() {
        assert_eq!(broken(&ScreenEnd::Closed), None);
        let text = broken(&ScreenEnd::Failed(ScreenError::BadForm(16))).unwrap();
        assert!(text.raw.unwrap().contains("16") && !text.body.is_empty());
    }
}
