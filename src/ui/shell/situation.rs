//! How the connection stands, and what the pages say of it: pure, so that it is tested without a display.

use lectern_services::host::{ConnectionState, HostInfo};

use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f, ngettext_f},
};

/// The connection as the pages see it.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    uri: String,
    phase: Phase,
    info: Option<HostInfo>,
    machines: u32,
    /// The seconds until the next try, where one comes by itself.
    wait: Option<u64>,
}

#[derive(Clone, Debug)]
enum Phase {
    Connecting,
    Connected,
    /// It was connected; what is shown is the last picture.
    Lost(UserText),
    /// It was never connected; `retry` where another try may help.
    Failed {
        text: UserText,
        retry: bool,
    },
}

impl Default for Situation {
    fn default() -> Self {
        Self { uri: String::new(), phase: Phase::Connecting, info: None, machines: 0, wait: None }
    }
}

impl Situation {
    /// Connecting to `uri`.
    pub(crate) fn connecting(uri: &str) -> Self {
        Self { uri: uri.to_owned(), ..Self::default() }
    }

    /// Nothing can be connected to, as what the user gave is wrong.
    pub(crate) fn refused(uri: &str, text: UserText) -> Self {
        Self { uri: uri.to_owned(), phase: Phase::Failed { text, retry: false }, ..Self::default() }
    }

    /// Follows the connection; a try to come back leaves the last picture and its banner as they are.
    pub(crate) fn follow(&mut self, state: ConnectionState) {
        self.wait = match &state {
            ConnectionState::Lost { retry_in, .. } => Some(retry_in.as_secs()),
            ConnectionState::Failed { retry_in, .. } => retry_in.map(|time| time.as_secs()),
            ConnectionState::Connecting | ConnectionState::Connected(_) => None,
        };
        self.phase = match state {
            ConnectionState::Connecting => return,
            ConnectionState::Connected(info) => {
                self.info = Some(info);
                Phase::Connected
            }
            ConnectionState::Lost { error, .. } => Phase::Lost(UserText::from(&error)),
            ConnectionState::Failed { error, .. } if self.info.is_some() => Phase::Lost(UserText::from(&error)),
            ConnectionState::Failed { error, .. } => Phase::Failed { text: UserText::from(&error), retry: true },
        };
    }

    /// A second went by. Whether there is one more to be waited for.
    pub(crate) fn tick(&mut self) -> bool {
        self.wait = self.wait.and_then(|seconds| seconds.checked_sub(1));
        self.wait.is_some()
    }

    /// Whether the next try is waited for.
    pub(crate) const fn waits(&self) -> bool {
        self.wait.is_some()
    }

    /// When the next try is, where one comes by itself.
    fn next_try(&self) -> Option<String> {
        let seconds = usize::try_from(self.wait.filter(|seconds| *seconds > 0)?).ok()?;
        Some(ngettext_f("The next try is in {n} second.", "The next try is in {n} seconds.", seconds, &[]))
    }

    /// The user asked for another try.
    pub(crate) fn retry(&mut self) {
        self.wait = None;
        if matches!(self.phase, Phase::Failed { retry: true, .. }) {
            self.phase = Phase::Connecting;
        }
    }

    /// Notes how many machines are listed.
    pub(crate) const fn set_machines(&mut self, machines: u32) {
        self.machines = machines;
    }

    /// The connection's URI.
    pub(crate) fn uri(&self) -> String {
        self.uri.clone()
    }

    /// What the host said of itself.
    pub(crate) const fn info(&self) -> Option<&HostInfo> {
        self.info.as_ref()
    }

    /// Whether there is a list to search and filter.
    pub(crate) const fn has_machines(&self) -> bool {
        self.machines > 0 && !matches!(self.phase, Phase::Failed { .. })
    }

    /// Whether what is shown is of the past.
    pub(crate) const fn is_stale(&self) -> bool {
        matches!(self.phase, Phase::Lost(_))
    }

    /// Whether changes can be made now.
    pub(crate) const fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Connected)
    }

    /// The page that stands in place of the list, if any.
    pub(crate) const fn page(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Connecting => Some("connecting"),
            Phase::Failed { .. } => Some("failed"),
            Phase::Connected | Phase::Lost(_) => None,
        }
    }

    /// The banner over the list: what is lost, or what a session lacks.
    pub(crate) fn banner(&self) -> Option<String> {
        match &self.phase {
            Phase::Lost(text) => Some(self.with_next_try(
                gettext_f("{problem} What is shown is the last known state.", &[("problem", &text.title)]),
                " ",
            )),
            Phase::Connected if self.info.as_ref().is_some_and(|info| info.is_session) => Some(gettext(
                "Your own session: it has no virtual networks. For the whole system, join its group and log in again: sudo usermod -aG libvirt $USER",
            )),
            _ => None,
        }
    }

    /// The banner's button.
    pub(crate) fn banner_button(&self) -> Option<String> {
        self.is_stale().then(|| gettext("Reconnect Now"))
    }

    /// One line for the sidebar.
    pub(crate) fn line(&self) -> String {
        match self.phase {
            Phase::Connecting => gettext("Connecting…"),
            Phase::Connected => gettext("Connected"),
            Phase::Lost(_) => gettext("Connection lost"),
            Phase::Failed { .. } => gettext("Not connected"),
        }
    }

    /// The title of the page that says what is wrong.
    pub(crate) fn problem_title(&self) -> String {
        self.problem().map(|text| text.title.clone()).unwrap_or_default()
    }

    /// Its text: why, and what to do.
    pub(crate) fn problem_body(&self) -> String {
        let body = self.problem().map(|text| text.body.clone()).unwrap_or_default();
        self.with_next_try(body, "\n\n")
    }

    fn with_next_try(&self, text: String, between: &str) -> String {
        std::iter::once(text).chain(self.next_try()).collect::<Vec<_>>().join(between)
    }

    /// Whether another try may help.
    pub(crate) const fn can_retry(&self) -> bool {
        matches!(self.phase, Phase::Failed { retry: true, .. })
    }

    /// Whether libvirt said more than the page shows.
    pub(crate) fn has_details(&self) -> bool {
        self.problem().is_some_and(|text| text.raw.is_some())
    }

    /// The problem as it is to be shown.
    pub(crate) const fn problem(&self) -> Option<&UserText> {
        match &self.phase {
            Phase::Failed { text, .. } | Phase::Lost(text) => Some(text),
            Phase::Connecting | Phase::Connected => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_services::host::HostError;
    use std::time::Duration;

    fn lost() -> ConnectionState {
        ConnectionState::Lost { error: HostError::NotConnected, retry_in: Duration::from_secs(1) }
    }

    #[test]
    fn a_lost_connection_keeps_the_last_picture() {
        let mut situation = Situation::connecting("qemu:///system");
        assert_eq!(situation.page(), Some("connecting"));
        situation.follow(lost());
        assert!(situation.is_stale() && situation.page().is_none());
        assert!(situation.banner().is_some() && situation.banner_button().is_some());
        situation.follow(ConnectionState::Connecting);
        assert!(situation.is_stale(), "trying again must not hide the last picture");
    }

    #[test]
    fn the_next_try_is_counted_down() {
        let mut situation = Situation::connecting("qemu:///system");
        situation.follow(ConnectionState::Failed {
            error: HostError::NotConnected,
            retry_in: Some(Duration::from_millis(2500)),
        });
        assert!(situation.problem_body().contains("2 seconds"));
        assert!(situation.tick() && situation.problem_body().contains("1 second."));
        assert!(situation.tick() && !situation.problem_body().contains("second"));
        assert!(!situation.tick() && !situation.waits());
        situation.follow(lost());
        assert!(situation.banner().is_some_and(|text| text.contains("1 second.")));
        situation.follow(ConnectionState::Connecting);
        assert!(!situation.waits());
    }

    #[test]
    fn a_refused_uri_offers_no_retry() {
        let text = UserText { title: "t".into(), body: "b".into(), raw: None };
        let situation = Situation::refused("x", text);
        assert_eq!(situation.page(), Some("failed"));
        assert!(!situation.can_retry() && !situation.has_details());
    }
}
