//! Where the installer comes from besides a tree: a disc, with the drivers that Windows lacks, or a boot server.

use std::{cell::RefCell, rc::Rc};

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::draft::install::{InstallDraft, InstallFacts, Origin};

use super::InstallMsg;
use crate::{
    i18n::gettext,
    wizards::{
        frame::{Quietly, radios},
        picker::PickerView,
    },
};

/// The choice of the origin, and what belongs to those that are no trees.
pub(super) struct Origins {
    /// The choice.
    pub(super) group: adw::PreferencesGroup,
    choices: Vec<gtk::CheckButton>,
    quietly: Quietly,
    discs: Vec<adw::PreferencesGroup>,
    drivers: adw::PreferencesGroup,
    driver: adw::ComboRow,
    paths: Rc<RefCell<Vec<String>>>,
    server: adw::PreferencesGroup,
}

impl Origins {
    /// The groups; `discs` lists the discs of the host.
    pub(super) fn new(input: &Sender<InstallMsg>, discs: &PickerView) -> Self {
        let group = adw::PreferencesGroup::builder().title(gettext("Where the Installer Comes From")).build();
        let choices = radios(
            &group,
            &[
                (gettext("An Install Tree"), gettext("On a web or FTP server, in a folder, or on an ISO file.")),
                (gettext("A Disc"), gettext("An ISO file of the host: Windows, live systems, and all others.")),
                (gettext("A Boot Server"), gettext("The machine asks its network for an installer (PXE).")),
            ],
        );
        let drivers = adw::PreferencesGroup::builder().title(gettext("Drivers for Windows")).build();
        let driver = adw::ComboRow::builder().title(gettext("Second Disc")).build();
        drivers.add(&driver);
        let server = adw::PreferencesGroup::builder().title(gettext("Boot Server")).build();
        server.set_description(Some(&gettext(
            "The network must have a DHCP server that names a boot file. The virtual networks of libvirt have none unless one is set up.",
        )));
        let discs = discs.groups().into_iter().cloned().collect();
        let (quietly, paths) = (Quietly::default(), Rc::default());
        let this = Self { group, choices, quietly, discs, drivers, driver, paths, server };
        this.listen(input);
        this
    }

    fn listen(&self, input: &Sender<InstallMsg>) {
        for (radio, origin) in self.choices.iter().zip(Origin::ALL) {
            let sender = input.clone();
            self.quietly.connect_choice(radio, move |chosen| {
                if chosen {
                    drop(sender.send(InstallMsg::Origin(origin)));
                }
            });
        }
        let (sender, paths) = (input.clone(), Rc::clone(&self.paths));
        self.quietly.connect_selected(&self.driver, move |nth| {
            let path = nth.checked_sub(1).and_then(|nth| paths.borrow().get(nth).cloned());
            drop(sender.send(InstallMsg::Drivers(path)));
        });
    }

    /// The groups for discs and boot servers, in their order.
    pub(super) fn groups(&self) -> impl Iterator<Item = &adw::PreferencesGroup> {
        self.discs.iter().chain([&self.drivers, &self.server])
    }

    /// Shows the draft.
    pub(super) fn show(&self, draft: &InstallDraft, facts: &InstallFacts, is_windows: bool) {
        if let Some((_, radio)) = Origin::ALL.into_iter().zip(&self.choices).find(|(origin, _)| *origin == draft.origin)
        {
            self.quietly.choose(radio);
        }
        for group in &self.discs {
            group.set_visible(draft.origin == Origin::Disc);
        }
        self.server.set_visible(draft.origin == Origin::Network);
        self.drivers.set_visible(draft.origin == Origin::Disc && is_windows);
        self.show_drivers(draft, &facts.driver_discs());
    }

    fn show_drivers(&self, draft: &InstallDraft, known: &[String]) {
        let words = if known.is_empty() {
            gettext(
                "No pool has a disc virtio-win*.iso. Windows is installed on slower hardware, for which it has drivers.",
            )
        } else {
            gettext("With the disc virtio-win, fast disks and network cards can be given to Windows later.")
        };
        self.drivers.set_description(Some(&words));
        self.driver.set_visible(!known.is_empty());
        if self.paths.borrow().as_slice() != known {
            let none = gettext("None");
            let names: Vec<&str> = std::iter::once(none.as_str()).chain(known.iter().map(String::as_str)).collect();
            self.quietly.list(&self.driver, &names);
            self.paths.replace(known.to_vec());
        }
        let place = draft.drivers.as_ref().and_then(|path| known.iter().position(|known| known == path));
        self.quietly.select(&self.driver, place.map(|nth| nth + 1));
    }
}
