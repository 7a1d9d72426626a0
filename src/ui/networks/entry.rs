//! The small dialogs that add a static host or a DNS name.

use std::{net::IpAddr, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::{
    mac::MacAddress,
    network::{DhcpHost, DnsHost, DnsService, DnsText, NetworkSpec},
};

use crate::i18n::gettext;

/// Asks for a static host of one of the network's subnets.
pub(super) fn host(spec: &NetworkSpec, parent: &impl IsA<gtk::Widget>, then: impl Fn(DhcpHost) + 'static) {
    let nets: Vec<_> = spec.nets().collect();
    let titles = [gettext("MAC Address"), gettext("IP Address"), gettext("Name, if Any")];
    ask(
        &gettext("Add Static Host"),
        &titles,
        parent,
        move |texts| {
            let [mac, ip, name] = texts else { return None };
            let ip: IpAddr = ip.parse().ok().filter(|ip| nets.iter().any(|net| net.contains(ip)))?;
            let name = Some(name.clone()).filter(|name| !name.is_empty());
            Some(DhcpHost { mac: Some(MacAddress::parse(mac).ok()?), duid: None, name, ip: Some(ip) })
        },
        then,
    );
}

/// Asks for a name and its address.
pub(super) fn name(parent: &impl IsA<gtk::Widget>, then: impl Fn(DnsHost) + 'static) {
    let titles = [gettext("IP Address"), gettext("Names, With Commas Between")];
    ask(
        &gettext("Add DNS Name"),
        &titles,
        parent,
        |texts| {
            let [ip, names] = texts else { return None };
            let names = names.split([',', ' ', '，']).map(str::trim).filter(|name| !name.is_empty()).map(Into::into);
            let names: Vec<String> = names.collect();
            Some(DnsHost { ip: ip.parse().ok()?, names }).filter(|host| !host.names.is_empty())
        },
        then,
    );
}

/// Asks for a text and its name.
pub(super) fn text(parent: &impl IsA<gtk::Widget>, then: impl Fn(DnsText) + 'static) {
    let titles = [gettext("Name"), gettext("Text")];
    let read = |texts: &[String]| {
        let [name, value] = texts else { return None };
        // libvirt takes no name with a space.
        let good = is_label(name) && !value.is_empty();
        good.then(|| DnsText { name: name.clone(), value: value.clone() })
    };
    ask(&gettext("Add Text (TXT)"), &titles, parent, read, then);
}

/// Asks for a service and where it is.
pub(super) fn service(parent: &impl IsA<gtk::Widget>, then: impl Fn(DnsService) + 'static) {
    let titles = [gettext("Service, as ldap"), gettext("Protocol, as tcp"), gettext("Machine"), gettext("Port")];
    let read = |texts: &[String]| {
        let [service, protocol, target, port] = texts else { return None };
        let port = port.parse::<u16>().ok().filter(|port| *port > 0)?;
        let good = [service, protocol, target].into_iter().all(|text| is_label(text));
        let bare = |text: &String| text.trim_start_matches('_').to_owned();
        let (service, protocol) = (bare(service), bare(protocol));
        good.then(|| DnsService {
            service,
            protocol,
            target: Some(target.clone()),
            port: Some(port),
            ..DnsService::default()
        })
    };
    ask(&gettext("Add Service (SRV)"), &titles, parent, read, then);
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Asks for texts; they can be added once `read` makes something of them.
fn ask<T: 'static>(
    title: &str,
    titles: &[String],
    parent: &impl IsA<gtk::Widget>,
    read: impl Fn(&[String]) -> Option<T> + 'static,
    then: impl Fn(T) + 'static,
) {
    let dialog = adw::AlertDialog::new(Some(title), None);
    let group = adw::PreferencesGroup::new();
    let rows: Vec<adw::EntryRow> =
        titles.iter().map(|title| adw::EntryRow::builder().title(title).activates_default(true).build()).collect();
    for row in &rows {
        group.add(row);
    }
    dialog.set_extra_child(Some(&group));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("add", &gettext("_Add"))]);
    dialog.set_response_appearance("add", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("add"));
    dialog.set_close_response("cancel");
    dialog.set_response_enabled("add", false);
    let read = {
        let rows = rows.clone();
        Rc::new(move || read(&rows.iter().map(|row| row.text().trim().to_owned()).collect::<Vec<_>>()))
    };
    for row in &rows {
        let (read, weak) = (Rc::clone(&read), dialog.downgrade());
        row.connect_changed(move |_| {
            if let Some(dialog) = weak.upgrade() {
                dialog.set_response_enabled("add", read().is_some());
            }
        });
    }
    dialog.connect_response(Some("add"), move |_, _| {
        if let Some(value) = read() {
            then(value);
        }
    });
    dialog.present(Some(parent));
}
