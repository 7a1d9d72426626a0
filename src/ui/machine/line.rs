//! When a machine's serial line or screen is opened, closed and opened again: pure rules.

use lectern_model::domain::DomainState;

use crate::errors::UserText;

/// A line that closes sooner than it was heard is not opened again by itself more often than this.
const TRIES: u32 = 3;

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Nothing.
    Nothing,
    /// Give up the line.
    Close,
    /// Open the line, as this number; with `force` even where somebody else has it.
    Open {
        /// Which opening this is; answers to older ones are ignored.
        number: u64,
        /// Whether to take the line from whoever has it.
        force: bool,
    },
}

/// How the line stands.
#[derive(Debug, Default)]
enum Phase {
    #[default]
    Off,
    Opening,
    Open {
        silent: bool,
    },
    InUse,
    Failed(UserText),
}

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand<'l> {
    /// The machine is off.
    Off,
    /// The machine runs, and the line is closed.
    Closed,
    /// The host was asked for it.
    Opening,
    /// It is open.
    Open {
        /// Whether it gave nothing for a while.
        silent: bool,
    },
    /// Somebody else has it.
    InUse,
    /// It could not be opened.
    Failed(&'l UserText),
    /// It could not be opened, and the machine has none.
    NoPort,
}

/// The line's rules.
#[derive(Debug, Default)]
pub(crate) struct Line {
    phase: Phase,
    number: u64,
    active: bool,
    shown: bool,
    tries: u32,
    /// Whether the machine is known to have no port that can be opened.
    no_port: bool,
}

impl Line {
    /// The present opening's number.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The machine is in this state.
    pub(crate) fn state(&mut self, state: DomainState) -> Want {
        let was = std::mem::replace(&mut self.active, state.is_active());
        match (was, self.active) {
            (true, false) => self.close(),
            (false, true) => self.first_open(),
            _ => Want::Nothing,
        }
    }

    /// The page came to the screen, or left it; the line stays open behind other pages.
    pub(crate) fn shown(&mut self, shown: bool) -> Want {
        self.shown = shown;
        if matches!(self.phase, Phase::Off) { self.first_open() } else { Want::Nothing }
    }

    /// The other side broke its word: the line is not opened again unasked.
    pub(crate) fn broke(&mut self, number: u64, text: UserText) {
        if number == self.number {
            self.phase = Phase::Failed(text);
        }
    }

    /// The page was left for good.
    pub(crate) const fn leave(&mut self) {
        self.shown = false;
    }

    /// The user takes the line from somebody else, or tries again after a failure.
    pub(crate) fn take_over(&mut self) -> Want {
        let force = matches!(self.phase, Phase::InUse);
        self.tries = 0;
        self.open(force)
    }

    /// The host is connected again: a line that broke with it is opened again.
    pub(crate) fn reconnected(&mut self) -> Want {
        if matches!(self.phase, Phase::Off | Phase::Failed(_)) { self.first_open() } else { Want::Nothing }
    }

    /// Whether the machine has a port that can be opened as text.
    pub(crate) const fn has_port(&mut self, has: bool) {
        self.no_port = !has;
    }

    /// The host's answer to opening `number`; `refused` says whether somebody else has the line, and the error.
    /// True if the answer is to the present opening.
    pub(crate) fn opened(&mut self, number: u64, refused: Option<(bool, UserText)>) -> bool {
        if number != self.number {
            return false;
        }
        self.phase = match refused {
            None => Phase::Open { silent: false },
            Some((true, _)) => Phase::InUse,
            Some((false, text)) => Phase::Failed(text),
        };
        true
    }

    /// The line gave something.
    pub(crate) fn heard(&mut self, number: u64) {
        if number == self.number {
            self.tries = 0;
            self.phase = Phase::Open { silent: false };
        }
    }

    /// The line gave nothing for a while; only an open line is silent, and only until it is heard.
    pub(crate) fn silent(&mut self, number: u64) {
        if number == self.number && matches!(self.phase, Phase::Open { .. }) && !self.was_heard() {
            self.phase = Phase::Open { silent: true };
        }
    }

    const fn was_heard(&self) -> bool {
        self.tries == 0
    }

    /// The line was closed by the other side: a reboot keeps it, a stop or a take-over ends it.
    pub(crate) fn closed(&mut self, number: u64) -> Want {
        if number != self.number {
            return Want::Nothing;
        }
        self.phase = Phase::Off;
        if self.active && self.shown && self.tries < TRIES { self.open(false) } else { Want::Nothing }
    }

    fn first_open(&mut self) -> Want {
        self.tries = 0;
        if self.active && self.shown { self.open(false) } else { Want::Nothing }
    }

    fn open(&mut self, force: bool) -> Want {
        if !self.active {
            return Want::Nothing;
        }
        self.number += 1;
        self.tries += 1;
        self.phase = Phase::Opening;
        Want::Open { number: self.number, force }
    }

    /// Gives the line up until it is shown again.
    pub(crate) fn close(&mut self) -> Want {
        self.number += 1;
        self.phase = Phase::Off;
        Want::Close
    }

    /// How the line stands, for the page's words.
    pub(crate) const fn stand(&self) -> Stand<'_> {
        match &self.phase {
            Phase::Off if self.active => Stand::Closed,
            Phase::Off => Stand::Off,
            Phase::Opening => Stand::Opening,
            Phase::Open { silent } => Stand::Open { silent: *silent },
            Phase::InUse => Stand::InUse,
            Phase::Failed(_) if self.no_port => Stand::NoPort,
            Phase::Failed(text) => Stand::Failed(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(number: u64) -> Want {
        Want::Open { number, force: false }
    }

    fn running() -> Line {
        let mut line = Line::default();
        assert_eq!(line.shown(true), Want::Nothing);
        assert_eq!(line.state(DomainState::Running), open(1));
        assert!(line.opened(1, None));
        line
    }

    #[test]
    fn it_opens_with_the_machine_and_again_after_a_stop() {
        let mut line = running();
        line.heard(1);
        assert_eq!(line.state(DomainState::Paused), Want::Nothing);
        assert_eq!(line.state(DomainState::ShutOff), Want::Close);
        assert_eq!(line.closed(1), Want::Nothing, "the old line's end is no news");
        assert_eq!(line.state(DomainState::Running), open(3));
    }

    #[test]
    fn a_line_that_never_answers_is_not_opened_for_ever() {
        let mut line = running();
        let mut opened = 1;
        while let Want::Open { number, .. } = line.closed(line.number()) {
            line.opened(number, None);
            opened += 1;
            assert!(opened < 10);
        }
        assert_eq!(opened, TRIES);
        assert_eq!(line.stand(), Stand::Closed);
    }

    #[test]
    fn a_line_in_use_is_taken_over_only_when_asked() {
        let mut line = Line::default();
        line.shown(true);
        line.state(DomainState::Running);
        let text = UserText { title: String::new(), body: String::new(), raw: None };
        line.opened(1, Some((true, text)));
        assert_eq!(line.state(DomainState::Running), Want::Nothing);
        assert_eq!(line.take_over(), Want::Open { number: 2, force: true });
    }

    #[test]
    fn a_line_that_broke_with_its_host_comes_back_with_it() {
        let mut line = running();
        line.heard(1);
        assert_eq!(line.closed(1), open(2));
        let text = UserText { title: "not connected".into(), body: String::new(), raw: None };
        line.opened(2, Some((false, text)));
        assert_eq!(line.state(DomainState::Running), Want::Nothing);
        assert_eq!(line.reconnected(), open(3));
        assert_eq!(line.reconnected(), Want::Nothing, "one is being opened");
    }

    #[test]
    fn a_page_that_was_left_gives_the_line_up() {
        let mut line = running();
        line.heard(1);
        line.leave();
        assert_eq!(line.closed(1), Want::Nothing);
    }

    #[test]
    fn a_line_that_broke_its_word_waits_to_be_asked_for() {
        let mut line = running();
        let text = UserText { title: "broken".into(), body: String::new(), raw: None };
        line.broke(7, text.clone());
        assert_eq!(line.stand(), Stand::Open { silent: false }, "an older one's end is no news");
        line.broke(1, text.clone());
        assert_eq!(line.stand(), Stand::Failed(&text));
        assert_eq!(line.take_over(), open(2));
    }

    #[test]
    fn a_machine_without_a_port_is_told_so() {
        let mut line = Line::default();
        line.shown(true);
        line.state(DomainState::Running);
        let text = UserText { title: "refused".into(), body: "why".into(), raw: None };
        line.opened(1, Some((false, text.clone())));
        assert_eq!(line.stand(), Stand::Failed(&text));
        line.has_port(false);
        assert_eq!(line.stand(), Stand::NoPort);
    }

    #[test]
    fn only_a_line_that_was_never_heard_is_called_silent() {
        let mut line = running();
        line.silent(1);
        assert_eq!(line.stand(), Stand::Open { silent: true });
        line.heard(1);
        line.silent(1);
        assert_eq!(line.stand(), Stand::Open { silent: false });
    }
}
