//! The part of the wizard with what a cloud image's cloud-init is told at its first boot.

use std::rc::Rc;

use relm4::{Sender, adw, adw::prelude::*};

use lectern_model::draft::{
    cloud::{self, CloudDraft, Problem},
    import::{Field, ImportDraft},
};

use super::ImportMsg;
use crate::{
    i18n::gettext,
    wizards::frame::{Fields, Quietly},
};

/// The rows.
pub(super) struct CloudGroup {
    group: adw::PreferencesGroup,
    on: adw::SwitchRow,
    rows: Rc<Rows>,
    quietly: Quietly,
}

struct Rows {
    host_name: adw::EntryRow,
    user: adw::EntryRow,
    password: adw::PasswordEntryRow,
    key: adw::EntryRow,
    address: adw::EntryRow,
    gateway: adw::EntryRow,
    dns: adw::EntryRow,
}

impl Rows {
    fn new() -> Self {
        let row = |title: String| adw::EntryRow::builder().title(title).build();
        Self {
            host_name: row(gettext("Host Name (the machine's own if empty)")),
            user: row(gettext("User")),
            password: adw::PasswordEntryRow::builder().title(gettext("Password")).build(),
            key: row(gettext("SSH Public Key")),
            address: row(gettext("IPv4 Address, such as 192.168.1.10/24 (DHCP if empty)")),
            gateway: row(gettext("Gateway")),
            dns: row(gettext("Name Servers")),
        }
    }

    fn all(&self) -> [(cloud::Field, &adw::EntryRow); 7] {
        [
            (cloud::Field::HostName, &self.host_name),
            (cloud::Field::User, &self.user),
            (cloud::Field::Password, self.password.upcast_ref()),
            (cloud::Field::Key, &self.key),
            (cloud::Field::Address, &self.address),
            (cloud::Field::Gateway, &self.gateway),
            (cloud::Field::Dns, &self.dns),
        ]
    }

    fn draft(&self) -> CloudDraft {
        let text = |row: &adw::EntryRow| row.text().to_string();
        CloudDraft {
            host_name: text(&self.host_name),
            user: text(&self.user),
            password: text(self.password.upcast_ref()),
            key: text(&self.key),
            address: text(&self.address),
            gateway: text(&self.gateway),
            dns: text(&self.dns),
        }
    }
}

impl CloudGroup {
    /// The rows, with their fields added to `fields`.
    pub(super) fn new(input: &Sender<ImportMsg>, fields: &mut Fields<Field>) -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("First Boot")).build();
        let on = adw::SwitchRow::builder()
            .title(gettext("Set It Up with Cloud-Init"))
            .subtitle(gettext("For cloud images, which have no password of their own: a small disc tells them these"))
            .build();
        group.add(&on);
        let rows = Rc::new(Rows::new());
        for (field, row) in rows.all() {
            fields.add(Field::Cloud(field), row, &group);
        }
        let this = Self { group, on, rows, quietly: Quietly::default() };
        this.listen(input);
        this
    }

    fn listen(&self, input: &Sender<ImportMsg>) {
        // Weakly: the rows would keep themselves alive.
        let (rows, sender) = (Rc::downgrade(&self.rows), input.clone());
        self.on.connect_active_notify(move |row| {
            let draft = rows.upgrade().filter(|_| row.is_active()).map(|rows| rows.draft());
            drop(sender.send(ImportMsg::Cloud(draft)));
        });
        for (_, row) in self.rows.all() {
            let (rows, sender) = (Rc::downgrade(&self.rows), input.clone());
            self.quietly.connect(row, move |_| {
                let draft = rows.upgrade().map(|rows| rows.draft());
                drop(sender.send(ImportMsg::Cloud(draft)));
            });
        }
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesGroup {
        &self.group
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &ImportDraft) {
        if self.on.is_active() != draft.cloud.is_some() {
            self.on.set_active(draft.cloud.is_some());
        }
        for (_, row) in self.rows.all() {
            row.set_visible(draft.cloud.is_some());
        }
        let Some(cloud) = &draft.cloud else { return };
        let rows = &self.rows;
        let texts =
            [&cloud.host_name, &cloud.user, &cloud.password, &cloud.key, &cloud.address, &cloud.gateway, &cloud.dns];
        for ((_, row), text) in rows.all().into_iter().zip(texts) {
            self.quietly.set(row, text);
        }
        let fixed = !cloud.address.trim().is_empty();
        rows.gateway.set_visible(fixed);
        rows.dns.set_visible(fixed);
    }
}

/// What is wrong, and what to do about it.
pub(super) fn text(problem: &Problem) -> String {
    match problem {
        Problem::HostName => gettext("A host name has letters, digits and hyphens, 63 at most."),
        Problem::NoUser => gettext("Name the user that is made."),
        Problem::User => {
            gettext("A user's name begins with a small letter, and has small letters, digits, _ and -, 32 at most.")
        }
        Problem::Root => gettext("cloud-init makes another user than root, who may use sudo."),
        Problem::NoWayIn => gettext("Without a password and without a key nobody can log in."),
        Problem::Key => {
            gettext("This is no public key: one line that begins with ssh-ed25519, ssh-rsa or ecdsa-sha2-.")
        }
        Problem::Address => gettext("An address of a host with its prefix, such as 192.168.1.10/24."),
        Problem::Gateway => gettext("The gateway is another address in the same network."),
        Problem::Dns => gettext("IPv4 addresses with commas between them."),
    }
}

/// Whether it is said only once the user wanted to go on: a field that is still empty is no mistake.
pub(super) const fn waits(problem: &Problem) -> bool {
    matches!(problem, Problem::NoUser | Problem::NoWayIn)
}
