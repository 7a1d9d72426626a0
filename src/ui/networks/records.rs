//! What the network's name server knows: names, texts and services, as rows.

use relm4::{adw::prelude::*, gtk, gtk::gio};

use lectern_model::network::{DnsService, NetworkSpec};

use super::{Act, page::Page};
use crate::{actions, i18n::gettext, rows::plain};

impl Page {
    /// The rows of all that it knows.
    pub(super) fn records(&self, spec: &NetworkSpec) -> Vec<gtk::Widget> {
        let names = spec.dns_hosts.iter().map(|host| {
            let names = host.names.join(", ");
            self.record(&names, &host.ip.to_string(), Act::RemoveName(host.clone()))
        });
        let texts = spec.dns_texts.iter().map(|text| {
            let what = format!("TXT · {}", text.value);
            self.record(&text.name, &what, Act::RemoveText(text.clone()))
        });
        let services = spec.dns_services.iter().map(|service| {
            let what = format!("SRV · {}", place(service));
            self.record(&name_of(service), &what, Act::RemoveService(service.clone()))
        });
        names.chain(texts).chain(services).collect()
    }

    fn record(&self, title: &str, text: &str, act: Act) -> gtk::Widget {
        let row = plain(title, text);
        self.removable(&row, title, act);
        row.upcast()
    }
}

/// As it is asked for: `_ldap._tcp.lab.example`.
fn name_of(service: &DnsService) -> String {
    let domain = service.domain.as_ref().map(|domain| format!(".{domain}")).unwrap_or_default();
    format!("_{}._{}{domain}", service.service, service.protocol)
}

fn place(service: &DnsService) -> String {
    let port = service.port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", service.target.as_deref().unwrap_or("."))
}

/// The button that adds what is no plain name.
pub(super) fn more() -> gtk::MenuButton {
    let menu = gio::Menu::new();
    menu.append(Some(&gettext("Add Text (TXT)…")), Some("network.add-text"));
    menu.append(Some(&gettext("Add Service (SRV)…")), Some("network.add-service"));
    let button = gtk::MenuButton::builder()
        .icon_name("view-more-symbolic")
        .tooltip_text(gettext("More DNS Records"))
        .menu_model(&menu)
        .valign(gtk::Align::Center)
        .css_classes(["flat"])
        .build();
    actions::name_popover(&button);
    button
}
