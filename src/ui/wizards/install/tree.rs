//! Looking at the place, and getting the installer's files from it: both off this thread, with an end and a cancel.

use std::{sync::Arc, time::Duration};

use relm4::{gtk::glib, prelude::*};

use lectern_model::{
    draft::{
        install::{Origin, Page, Sight},
        machine::DiskFacts,
    },
    guest_os::Family,
    tree::{Finding, Place},
};
use lectern_services::{
    host::{Copying, StorageError},
    install::{self, Fetched, InstallError, Limits},
    making,
    osinfo::Osinfo,
};

use super::{InstallMsg, InstallWizard, messages::InstallCmd};
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f},
};

/// How often the progress is shown.
const TICK: Duration = Duration::from_millis(250);

/// What is there, and the identifier of the system that it installs.
async fn look(place: Place, arch: String, copying: Copying) -> Result<(Finding, Option<String>), InstallError> {
    let finding = install::detect(place, arch, Limits::default(), copying).await?;
    let Finding::Tree(tree) = &finding else { return Ok((finding, None)) };
    // Without the database the system is unknown.
    let system = match Osinfo::load().await {
        Ok(osinfo) => install::system(&osinfo, tree).and_then(|system| system.id.clone()),
        Err(_) => None,
    };
    Ok((finding, system))
}

impl InstallWizard {
    /// The place that is typed.
    pub(super) fn place(&self) -> Option<Place> {
        Place::parse(&self.draft.location).ok()
    }

    pub(super) fn come_from(&mut self, origin: Origin) {
        if origin != self.draft.origin {
            self.stop();
            self.draft.origin = origin;
            self.draft.suggest_name(&self.facts);
        }
    }

    /// A disc was looked at: which system is on it, its label tells.
    pub(super) fn disc_found(&mut self, disc: DiskFacts, sender: &ComponentSender<Self>) {
        let (host, path) = (self.host.clone(), disc.path.clone());
        if disc.found.is_ok() {
            sender.oneshot_command(async move {
                InstallCmd::DiscKnown(path.clone(), making::disc_system(&host, path).await)
            });
        }
        self.facts.disc = Some(disc);
    }

    pub(super) fn disc_known(&mut self, path: &str, told: Result<Option<String>, StorageError>) {
        if self.kept || self.draft.disc.as_ref().is_none_or(|disc| disc.path() != path) {
            return;
        }
        match told {
            Ok(system) => self.choose_installed(system.as_deref()),
            // The system can be chosen by hand.
            Err(error) => tracing::info!(%error, "the disc's label is not read"),
        }
        let is_windows = self.machine.system_chosen(&self.draft.machine).family == Family::Windows;
        self.draft.drivers = self.facts.driver_discs().into_iter().next().filter(|_| is_windows);
    }

    fn choose_installed(&mut self, system: Option<&str>) {
        self.machine.choose_system(system, &mut self.draft.machine, &mut self.facts.host);
        self.draft.suggest_size(&self.facts.host);
        self.draft.suggest_name(&self.facts);
    }

    /// What is known of another place says nothing of this one.
    pub(super) fn typed(&mut self, text: String) {
        if text != self.draft.location {
            self.stop();
            self.draft.location = text;
            self.facts.sight = None;
            self.failure = None;
        }
    }

    pub(super) fn go(&mut self, place: String, sender: &ComponentSender<Self>) {
        self.typed(place);
        self.look(sender);
    }

    /// Looks what is at the place.
    pub(super) fn look(&mut self, sender: &ComponentSender<Self>) {
        let Some(place) = self.place() else { return self.stop_at(Page::Location) };
        self.stop();
        self.asked.remove(&Page::Location);
        self.failure = None;
        self.facts.sight = Some(Sight::Looking);
        let (copying, location) = (Copying::new(), self.draft.location.clone());
        self.copying = Some(copying.clone());
        let arch = if self.machine.arch.is_empty() { "x86_64".to_owned() } else { self.machine.arch.clone() };
        sender.oneshot_command(async move { InstallCmd::Found(location, look(place, arch, copying).await) });
    }

    /// Ends the look or the fetching that is under way.
    pub(super) fn stop(&mut self) {
        if let Some(copying) = self.copying.take() {
            copying.cancel();
        }
        if self.facts.sight == Some(Sight::Looking) {
            self.facts.sight = None;
        }
        if self.page() == Some(Page::Review) && self.plan.is_none() {
            self.status.say(&gettext("The installer's files are not here."), None, true);
        }
    }

    pub(super) fn found(&mut self, place: &str, told: Result<(Finding, Option<String>), InstallError>) {
        if place != self.draft.location || self.facts.sight != Some(Sight::Looking) {
            return;
        }
        self.copying = None;
        match told {
            Ok((finding, system)) => {
                let is_tree = matches!(finding, Finding::Tree(_));
                self.facts.sight = Some(Sight::Found(finding));
                if is_tree {
                    self.tree_found(system.as_deref());
                }
            }
            Err(InstallError::Cancelled) => self.facts.sight = None,
            Err(error) => {
                self.failure = Some(UserText::from(&error));
                self.facts.sight = Some(Sight::Failed);
            }
        }
    }

    fn tree_found(&mut self, system: Option<&str>) {
        self.remember();
        self.location.show_used(&self.used());
        if self.kept {
            return;
        }
        self.choose_installed(system);
    }

    /// Gets the installer's files while the other pages are filled, unless they are here.
    pub(super) fn fetch(&mut self, sender: &ComponentSender<Self>) {
        let has = self.files.as_ref().is_some_and(|(place, _)| *place == self.draft.location);
        let (Some(place), Some(tree)) = (self.place(), self.facts.tree().cloned()) else { return };
        if has || self.copying.is_some() {
            return self.tick(sender);
        }
        self.files = None;
        let (copying, location) = (Copying::new(), self.draft.location.clone());
        self.copying = Some(copying.clone());
        sender.oneshot_command(async move {
            InstallCmd::Fetched(location, install::fetch(place, tree, Limits::default(), copying).await)
        });
        self.tick(sender);
    }

    /// Shows how far it is, and again soon.
    pub(super) fn tick(&self, sender: &ComponentSender<Self>) {
        let Some(copying) = &self.copying else { return };
        let (done, all) = copying.progress();
        let args = [("done", done.to_string()), ("all", all.to_string())];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        let words = gettext_f("The installer's files are being fetched: {done} of {all}", &args);
        self.status.say(&words, Some(copying.fraction()), false);
        let input = sender.input_sender().clone();
        glib::timeout_add_local_once(TICK, move || drop(input.send(InstallMsg::Tick)));
    }

    pub(super) fn fetched(
        &mut self,
        place: String,
        told: Result<Fetched, InstallError>,
        sender: &ComponentSender<Self>,
    ) {
        if place != self.draft.location {
            return;
        }
        match told {
            Ok(files) => {
                self.copying = None;
                self.files = Some((place, Arc::new(files)));
                self.status.idle();
                if self.page() == Some(Page::Review) {
                    self.make_plan(sender);
                }
            }
            Err(InstallError::Cancelled) => {}
            Err(error) => {
                self.copying = None;
                let text = UserText::from(&error);
                self.status.say(&format!("{} {}", text.title, text.body), None, true);
            }
        }
    }
}
