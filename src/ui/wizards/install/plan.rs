//! The last page: the boot disc and the plan are made, the machine's XML may be changed, and the plan is run.

use std::sync::Arc;

use relm4::prelude::*;

use lectern_model::{
    draft::{
        import::Source,
        install::{DiskChoice, InstallDraft, Origin, Page},
    },
    guest_os::GuestOs,
    tree::{Answer, PlaceKind},
};
use lectern_services::{
    host::Host,
    install::{Fetched, InstallError, disc},
    making::{self, InstallDisk, InstallFrom, InstallWish, Planned},
};

use super::{InstallOutput, InstallWizard, Kept, messages::InstallCmd, review, tag};
use crate::{dialogs, errors::UserText, i18n::gettext};

/// What a plan is made of.
struct Making {
    host: Host,
    draft: InstallDraft,
    system: GuestOs,
    disk: InstallDisk,
    origin: From,
}

/// What it starts from.
enum From {
    Tree { files: Arc<Fetched>, line: String, answer: Option<Answer>, pool: String, medium: Option<String> },
    Discs(Vec<String>),
    Network,
}

impl Making {
    async fn plan(self) -> Result<Planned, InstallError> {
        let from = match self.origin {
            From::Tree { files, line, answer, pool, medium } => {
                InstallFrom::Boot { disc: disc::make(&files, line, answer).await?, pool, medium }
            }
            From::Discs(paths) => InstallFrom::Discs(paths),
            From::Network => InstallFrom::Network,
        };
        let wish = InstallWish { machine: self.draft.machine, os: self.system, disk: self.disk, from };
        Ok(making::plan_install(&self.host, wish).await?)
    }
}

impl InstallWizard {
    /// Makes the plan, once the installer's files are here.
    pub(super) fn make_plan(&mut self, sender: &ComponentSender<Self>) {
        self.plan = None;
        self.turn += 1;
        self.xml.forget();
        self.frame.set_ready(tag(Page::Review), false);
        let Some(making) = self.making() else { return self.fetch(sender) };
        self.status.say(&gettext("The plan is being made…"), None, false);
        let turn = self.turn;
        sender.oneshot_command(async move { InstallCmd::Planned(turn, making.plan().await.map(Box::new)) });
    }

    fn making(&self) -> Option<Making> {
        Some(Making {
            host: self.host.clone(),
            draft: self.draft.clone(),
            system: self.machine.system_chosen(&self.draft.machine),
            disk: self.disk()?,
            origin: match self.draft.origin {
                Origin::Tree => self.tree_and_files()?,
                Origin::Disc => {
                    let disc = self.draft.disc.as_ref()?.path().to_owned();
                    From::Discs(std::iter::once(disc).chain(self.draft.drivers.clone()).collect())
                }
                Origin::Network => From::Network,
            },
        })
    }

    fn tree_and_files(&self) -> Option<From> {
        let (place, files) = self.files.as_ref()?;
        if *place != self.draft.location {
            return None;
        }
        let answer = self.facts.answer_kind().zip(self.draft.answers.clone());
        // The disc is in the machine where both are on one computer.
        let disc = self.place().filter(|place| place.kind() == PlaceKind::Disc && self.host.uri().is_local());
        Some(From::Tree {
            files: Arc::clone(files),
            line: self.full_line(),
            answer: answer.map(|(kind, text)| Answer { kind, text }),
            pool: self.disc_pool(),
            medium: disc.map(|place| place.path().to_owned()),
        })
    }

    fn disk(&self) -> Option<InstallDisk> {
        Some(match &self.draft.disk {
            DiskChoice::New => InstallDisk::New(self.draft.new.clone()),
            DiskChoice::None => InstallDisk::None,
            DiskChoice::Existing(source) => {
                let disk = self.facts.host.usable_disk()?;
                let path = source.as_ref()?.path().to_owned();
                InstallDisk::Existing { path, format: disk.format, size: disk.virtual_size }
            }
        })
    }

    /// The boot disc lies beside the disk, or where new files go.
    fn disc_pool(&self) -> String {
        match &self.draft.disk {
            DiskChoice::Existing(Some(Source::Volume { pool, .. })) => pool.clone(),
            _ => self.draft.new.pool.clone(),
        }
    }

    pub(super) fn planned(&mut self, turn: u64, planned: Result<Planned, InstallError>) {
        if turn != self.turn {
            return;
        }
        match planned {
            Ok(planned) => self.show_plan(planned),
            Err(error) => {
                let text = UserText::from(&error);
                self.status.say(&text.title, None, true);
                dialogs::show_error(&text, &self.dialog);
            }
        }
    }

    fn show_plan(&mut self, planned: Planned) {
        let system = self.machine.system_name(&self.draft.machine);
        self.review.show(&review::text(&self.draft, &self.facts, &system, &planned));
        self.xml.show(making::machine_xml(&planned.plan).unwrap_or_default());
        self.status.idle();
        self.frame.set_ready(tag(Page::Review), true);
        self.plan = Some(planned.plan);
    }

    /// Takes the machine's XML as the user changed it.
    pub(super) fn edit(&mut self, text: &str) {
        let Some(plan) = &self.plan else { return };
        match making::with_xml(plan, text) {
            // What the user wrote is what was wanted.
            Ok(plan) => self.show_plan(Planned { plan, lacks: Vec::new(), needs: None }),
            Err(error) => self.xml.refuse(&error),
        }
    }

    pub(super) fn finish(&mut self, sender: &ComponentSender<Self>) {
        if self.goes_back() {
            return;
        }
        if let Some(plan) = self.plan.take() {
            let files = self.files.as_ref().map(|(_, files)| Arc::clone(files));
            let kept = Kept { draft: self.draft.clone(), files };
            drop(sender.output(InstallOutput::Finish(Box::new(plan), Box::new(kept))));
            self.frame.finish();
        }
    }
}
