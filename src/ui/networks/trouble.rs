//! What keeps a network from starting or from working, said on its page, with the button that mends it.

use relm4::{adw::prelude::*, gtk};

use lectern_model::network::cure::{Cure, Trouble};

use super::{Act, NetworksMsg};
use crate::{
    errors::trap,
    i18n::{gettext, gettext_f},
    rows::{Group, plain},
};

/// The group with its button.
pub(super) struct TroubleGroup {
    pub(super) group: Group,
    mend: gtk::Button,
}

impl TroubleGroup {
    pub(super) fn new(input: &relm4::Sender<NetworksMsg>) -> Self {
        let group = Group::new(&gettext("What Is in Its Way"));
        let mend = gtk::Button::builder().valign(gtk::Align::Center).css_classes(["suggested-action"]).build();
        let input = input.clone();
        mend.connect_clicked(move |_| input.emit(NetworksMsg::Act(Act::Mend)));
        group.group.set_header_suffix(Some(&mend));
        group.group.set_visible(false);
        Self { group, mend }
    }

    /// Shows what is wrong, and what the button does about it.
    pub(super) fn show(&mut self, trouble: &Trouble, active: bool, can_change: bool) {
        self.mend.set_label(&if active { gettext("Mend") } else { gettext("Mend and Start") });
        self.mend.set_visible(!trouble.cures.is_empty());
        self.mend.set_sensitive(can_change);
        let why = trouble.traps.iter().map(|found| {
            let row = plain(&trap::reason(found), "");
            row.set_title_lines(0);
            row.add_prefix(
                &gtk::Image::builder().icon_name("dialog-warning-symbolic").css_classes(["warning"]).build(),
            );
            row.upcast()
        });
        let what = trouble.cures.iter().map(|mend| {
            let row = plain(&gettext("What Mends It"), &cure(mend));
            row.add_css_class("property");
            row.upcast()
        });
        self.group.replace(why.chain(what).collect());
        self.group.group.set_visible(!trouble.traps.is_empty());
    }
}

fn cure(cure: &Cure) -> String {
    match cure {
        Cure::Bridge(name) => gettext_f("Its bridge is called {name}.", &[("name", name)]),
        Cure::Range { from, to } => gettext_f(
            "It moves from {from} to {to}, in the same shape; DHCP range and static hosts move with it.",
            &[("from", &from.to_string()), ("to", &to.to_string())],
        ),
        Cure::NameServer => gettext(
            "It starts without a name server of its own; machines ask the other program, at the host's address.",
        ),
        Cure::Zone(zone) => {
            gettext_f("It starts in libvirt's usual zone of firewalld in place of {zone}.", &[("zone", zone)])
        }
        Cure::Renew => gettext("libvirt sets its firewall rules and its DHCP server up anew; machines stay connected."),
    }
}
