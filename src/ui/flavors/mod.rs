//! The page of flavors: the list, and the form that makes and changes them.

mod form;
mod words;
mod work;

use std::{collections::BTreeMap, sync::Arc};

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::catalog::Edit;
use lectern_services::{
    catalog::{CatalogError, Kept},
    host::Host,
};

pub(crate) use self::words::sizes;
use crate::{
    actions,
    catalog::{CatalogOutput, Known},
    i18n::gettext,
    rows::Group,
    shell::situation::Situation,
};

/// Which machines note which flavor: their names, by the flavor's.
pub(crate) type Users = BTreeMap<String, Vec<String>>;

/// The page.
pub(crate) struct Flavors {
    known: Known,
    users: Users,
    list: Group,
    window: adw::ApplicationWindow,
    input: relm4::Sender<FlavorsMsg>,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum FlavorsMsg {
    /// The host, which is another now.
    Host(Host),
    /// The connection is in another state.
    Situation(Situation),
    /// The catalogue as it is now.
    Changed(Arc<Kept>),
    /// Which machines note which flavor.
    Users(Users),
    /// The page is looked at.
    Shown,
    /// Make a new one.
    New,
    /// Change the one with this identifier.
    Edit(String),
    /// Make another like it.
    Copy(String),
    /// Delete it.
    Delete(String),
    /// Take in a file.
    Import,
    /// Write a file.
    Export,
    /// A dialog came to this change.
    Do(Edit),
}

/// What came back.
#[derive(Debug)]
pub(crate) enum FlavorsCmd {
    /// The catalogue.
    Read(Box<Result<Kept, CatalogError>>),
}

#[relm4::component(pub(crate))]
impl Component for Flavors {
    type Init = adw::ApplicationWindow;
    type Input = FlavorsMsg;
    type Output = CatalogOutput;
    type CommandOutput = FlavorsCmd;

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &gettext("Flavors"),
            set_tag: Some("flavors"),
            adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    pack_start = &gtk::Button {
                        set_icon_name: "list-add-symbolic",
                        set_tooltip_text: Some(&gettext("New Flavor")),
                        #[watch]
                        set_sensitive: model.can_change(),
                        connect_clicked => FlavorsMsg::New,
                    },
                    #[name = "more"]
                    pack_end = &gtk::MenuButton {
                        set_icon_name: "view-more-symbolic",
                        set_tooltip_text: Some(&gettext("More Actions")),
                        set_menu_model: Some(&actions::file_menu("flavors")),
                    },
                },
                add_top_bar = &adw::Banner {
                    set_use_markup: false,
                    #[watch]
                    set_title: &model.banner().unwrap_or_default(),
                    #[watch]
                    set_revealed: model.banner().is_some(),
                },
                #[wrap(Some)]
                set_content = &gtk::Stack {
                    add_named[Some("waiting")] = &adw::StatusPage {
                        #[watch]
                        set_title: &model.known.waiting(),
                    },
                    add_named[Some("problem")] = &adw::StatusPage {
                        set_icon_name: Some("dialog-error-symbolic"),
                        #[watch]
                        set_title: &model.known.problem().title,
                        #[watch]
                        set_description: Some(&gtk::glib::markup_escape_text(&model.known.problem().body)),
                        gtk::Button {
                            set_label: &gettext("Try Again"),
                            set_halign: gtk::Align::Center,
                            add_css_class: "pill",
                            connect_clicked => FlavorsMsg::Shown,
                        },
                    },
                    #[local_ref]
                    add_named[Some("list")] = page -> adw::PreferencesPage {
                        set_description: &gettext("A flavor is a size that is chosen by its name: virtual CPUs, memory and disks. A machine that was made with one stays as it is when the flavor changes."),
                    },
                    #[watch]
                    set_visible_child_name: model.known.shown(),
                },
            },
        }
    }

    fn init(window: adw::ApplicationWindow, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let page = adw::PreferencesPage::new();
        let list = Group::new("");
        page.add(&list.group);
        let input = sender.input_sender().clone();
        let model = Self { known: Known::default(), users: Users::new(), list, window, input };
        let page = &page;
        let widgets = view_output!();
        actions::name_popover(&widgets.more);
        actions::local_group(
            &root,
            "flavors",
            &[("import", || FlavorsMsg::Import), ("export", || FlavorsMsg::Export)],
            sender.input_sender(),
        );
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: FlavorsMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            FlavorsMsg::Host(host) => self.known.set_host(host),
            FlavorsMsg::Situation(situation) => self.follow(situation),
            FlavorsMsg::Changed(kept) => self.changed(kept),
            FlavorsMsg::Users(users) => self.set_users(users),
            FlavorsMsg::Shown => self.ask(&sender),
            FlavorsMsg::New => self.show_form(&form::Purpose::New),
            FlavorsMsg::Edit(id) => self.edit(&id),
            FlavorsMsg::Copy(id) => self.copy(&id),
            FlavorsMsg::Delete(id) => self.ask_delete(&id),
            FlavorsMsg::Import => self.import(),
            FlavorsMsg::Export => self.export(),
            FlavorsMsg::Do(edit) => drop(sender.output(CatalogOutput::Edit(Box::new(edit)))),
        }
    }

    fn update_cmd(&mut self, message: FlavorsCmd, _sender: ComponentSender<Self>, _root: &Self::Root) {
        let FlavorsCmd::Read(answer) = message;
        self.known.answer(*answer);
        self.show();
    }
}
