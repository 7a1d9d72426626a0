//! The window's side of templates: locking a machine as one, with the first-boot service where it can be had, and unlocking
//! it; both can be undone.

use relm4::{adw, adw::prelude::*, prelude::*};

use lectern_model::id::DomainId;
use lectern_services::plan::{
    Plan,
    make::{
        clone::CloneError,
        service::{self, ServiceLack},
        template::{self, TemplateError},
    },
};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    errors,
    i18n::{gettext, gettext_f},
    wizards::lab::guest,
};

impl App {
    /// Locks the machine in question as a template, or unlocks it.
    pub(super) fn lock_one(&self, on: bool, sender: &ComponentSender<Self>) {
        let targets = self.targets();
        let (Some(host), [id]) = (self.host.clone(), targets.as_slice()) else { return };
        let id = *id;
        sender.oneshot_command(async move {
            if on {
                AppCmd::Sealing(id, service::lack(&host, id).await)
            } else {
                AppCmd::Locking(Box::new(template::unlock(&host, id).await))
            }
        });
    }

    /// Asks whether the first-boot service goes into the machine's disk, or says why it cannot.
    pub(super) fn ask_to_lock(
        &mut self,
        id: DomainId,
        lack: Result<Option<ServiceLack>, CloneError>,
        sender: &ComponentSender<Self>,
    ) {
        match lack {
            Ok(lack) => ask(
                &self.picture.get(id).map(|machine| machine.name.clone()).unwrap_or_default(),
                lack,
                &self.window,
                {
                    let input = sender.input_sender().clone();
                    move |service| drop(input.send(AppMsg::Seal(id, service)))
                },
            ),
            Err(error) => self.locking(Err(error.into()), sender),
        }
    }

    /// Locks the machine, with the service or without.
    pub(super) fn seal(&self, id: DomainId, service: bool, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move { AppCmd::Locking(Box::new(template::lock_with(&host, id, service).await)) });
    }

    pub(super) fn locking(&mut self, plan: Result<Plan, TemplateError>, sender: &ComponentSender<Self>) {
        match plan {
            Ok(plan) => drop(self.run_plan(plan, sender)),
            Err(error) => self.failures.add(errors::template::failure(&error), &self.toasts, &self.window),
        }
    }
}

fn ask(name: &str, lack: Option<ServiceLack>, window: &adw::ApplicationWindow, then: impl FnOnce(bool) + 'static) {
    let body = gettext(
        "It can then be neither started nor changed, and machines can be made from it. This can be undone as long as nothing lies on its disks.",
    );
    let dialog = adw::AlertDialog::new(Some(&gettext_f("Lock {name} as a Template?", &[("name", name)])), Some(&body));
    let row = adw::SwitchRow::builder().title(gettext("Install the First-Boot Service")).build();
    row.set_subtitle(&lack.map_or_else(about, why));
    row.set_sensitive(lack.is_none());
    row.set_active(lack.is_none());
    let group = adw::PreferencesGroup::new();
    group.add(&row);
    dialog.set_extra_child(Some(&group));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("lock", &gettext("_Lock"))]);
    dialog.set_response_appearance("lock", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("lock"));
    dialog.set_close_response("cancel");
    let then = std::cell::RefCell::new(Some(then));
    dialog.connect_response(Some("lock"), move |_, _| {
        if let Some(then) = then.take() {
            then(row.is_active());
        }
    });
    dialog.present(Some(window));
}

fn about() -> String {
    gettext(
        "A script for guests with systemd, put into the disk now: at its first boot each machine of a lab takes its own name, addresses and keys, and grows its file system. It takes up to a minute.",
    )
}

fn why(lack: ServiceLack) -> String {
    match lack {
        ServiceLack::There => gettext("It is in the disk already."),
        ServiceLack::Offline(lack) => {
            let args = [("why", guest::lacking(lack))];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            gettext_f("Left out: {why} Machines of a lab learn their names and addresses by DHCP.", &args)
        }
        ServiceLack::Base => gettext("Left out: overlays lie on the disk, and writing into it would damage them."),
        ServiceLack::Firmware => {
            gettext("Left out: this machine has no firmware that could tell its guest anything (SMBIOS).")
        }
    }
}
