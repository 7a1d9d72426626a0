//! Deleting machines: every file with its size, what it is and who else needs it; what others need cannot be chosen.

mod choice;
mod row;
mod words;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{id::DomainId, storage::machine::Role};
use lectern_services::{
    disk::{belongings, inventory, inventory::Inventory},
    host::{Host, HostError, StorageError},
    plan::{Plan, make},
};

pub(crate) use self::words::blind;
use self::{
    choice::{Choice, Going},
    row::FileRow,
};
use crate::{
    chain,
    errors::{self, UserText},
    i18n::{gettext, gettext_f, ngettext_f},
};

/// What is to be deleted.
pub(crate) struct DeleteInit {
    /// The host.
    pub(crate) host: Host,
    /// The machines, each with its name.
    pub(crate) machines: Vec<(DomainId, String)>,
}

/// The dialog.
pub(crate) struct DeleteDialog {
    host: Host,
    names: Vec<(DomainId, String)>,
    stock: Option<Inventory>,
    choice: Choice,
    /// Whether the user has agreed, and the plan is being made.
    planning: bool,
    /// Why it is not done as it is chosen now.
    refused: Option<String>,
    rows: Vec<FileRow>,
    problem: Option<UserText>,
    page: adw::PreferencesPage,
    dialog: adw::Dialog,
}

/// What the dialog is told.
#[derive(Debug)]
pub(crate) enum DeleteMsg {
    /// A file of a machine, by their numbers, shall go or stay.
    Chosen(usize, usize, bool),
    /// Delete.
    Agreed,
    /// Look again.
    Again,
}

/// What came back.
#[derive(Debug)]
pub(crate) enum DeleteCmd {
    /// What the host has.
    Seen(Result<(Box<Inventory>, Vec<Going>), StorageError>),
    /// The plan.
    Planned(Result<Plan, HostError>),
}

/// What the dialog asks for.
#[derive(Debug)]
pub(crate) enum DeleteOutput {
    /// Run this plan.
    Run(Result<Plan, HostError>),
}

#[relm4::component(pub(crate))]
impl Component for DeleteDialog {
    type Init = DeleteInit;
    type Input = DeleteMsg;
    type Output = DeleteOutput;
    type CommandOutput = DeleteCmd;

    view! {
        #[root]
        adw::Dialog {
            set_title: &model.title(),
            set_content_width: 560,
            set_content_height: 520,
            #[wrap(Some)]
            set_child = &adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    set_show_end_title_buttons: false,
                    pack_start = &gtk::Button {
                        set_label: &gettext("_Cancel"),
                        set_use_underline: true,
                        #[watch]
                        set_sensitive: !model.planning,
                        connect_clicked[root] => move |_| { root.close(); },
                    },
                    #[name(agree)]
                    pack_end = &gtk::Button {
                        set_label: &gettext("_Delete"),
                        set_use_underline: true,
                        add_css_class: "destructive-action",
                        #[watch]
                        set_sensitive: model.stock.is_some() && model.refused.is_none(),
                        connect_clicked => DeleteMsg::Agreed,
                    },
                },
                #[wrap(Some)]
                set_content = &gtk::Stack {
                    set_transition_type: gtk::StackTransitionType::Crossfade,
                    add_named[Some("looking")] = &adw::StatusPage {
                        set_title: &gettext("Looking at Its Files"),
                        set_description: Some(&gettext("All images and machines of the host are compared, so that nothing which others need is deleted.")),
                        #[wrap(Some)]
                        set_child = &adw::Spinner { set_height_request: 32 },
                    },
                    add_named[Some("problem")] = &adw::StatusPage {
                        set_icon_name: Some("dialog-error-symbolic"),
                        #[watch]
                        set_title: &model.problem.as_ref().map(|text| text.title.clone()).unwrap_or_default(),
                        #[watch]
                        set_description: model.problem.as_ref().map(|text| text.body.as_str()),
                        #[wrap(Some)]
                        set_child = &gtk::Button {
                            set_label: &gettext("Try Again"),
                            set_halign: gtk::Align::Center,
                            add_css_class: "pill",
                            connect_clicked => DeleteMsg::Again,
                        },
                    },
                    add_named: (&model.page, Some("files")),
                    #[watch]
                    set_visible_child_name: model.shown(),
                },
                add_bottom_bar = &gtk::Label {
                    add_css_class: "dim-label",
                    set_margin_all: 9,
                    set_wrap: true,
                    #[watch]
                    set_visible: model.stock.is_some(),
                    #[watch]
                    set_label: &model.freed(),
                },
            },
        }
    }

    fn init(init: DeleteInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self {
            host: init.host,
            names: init.machines,
            stock: None,
            choice: Choice::default(),
            planning: false,
            refused: None,
            rows: Vec::new(),
            problem: None,
            page: adw::PreferencesPage::new(),
            dialog: root.clone(),
        };
        let widgets = view_output!();
        model.look(&sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: DeleteMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            DeleteMsg::Chosen(machine, file, goes) => self.choose(machine, file, goes),
            DeleteMsg::Agreed => self.plan(&sender),
            DeleteMsg::Again => self.again(&sender),
        }
    }

    fn update_cmd(&mut self, message: DeleteCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            DeleteCmd::Seen(Ok((stock, going))) => self.seen(*stock, going, &sender),
            DeleteCmd::Seen(Err(error)) => self.problem = Some(errors::plan::storage(&error)),
            DeleteCmd::Planned(plan) => self.done(plan, &sender),
        }
    }
}

impl DeleteDialog {
    fn title(&self) -> String {
        match self.names.as_slice() {
            [(_, name)] => gettext_f("Delete {name}?", &[("name", name)]),
            all => ngettext_f("Delete {n} Machine?", "Delete {n} Machines?", all.len(), &[]),
        }
    }

    const fn shown(&self) -> &'static str {
        match (&self.problem, &self.stock) {
            (Some(_), _) => "problem",
            (None, Some(_)) => "files",
            (None, None) => "looking",
        }
    }

    fn freed(&self) -> String {
        if let Some(refused) = &self.refused {
            return refused.clone();
        }
        let size = self.choice.freed().to_string();
        gettext_f("Deleting cannot be undone. {size} are freed on the host.", &[("size", &size)])
    }

    fn look(&self, sender: &ComponentSender<Self>) {
        let (host, names) = (self.host.clone(), self.names.clone());
        sender.oneshot_command(async move { DeleteCmd::Seen(look(&host, names).await) });
    }

    fn again(&mut self, sender: &ComponentSender<Self>) {
        self.problem = None;
        self.look(sender);
    }

    fn seen(&mut self, stock: Inventory, going: Vec<Going>, sender: &ComponentSender<Self>) {
        self.choice = Choice::new(&stock, going);
        for (nth, machine) in self.choice.machines.iter().enumerate() {
            let group = group(nth, machine, &mut self.rows, sender);
            for images in chains(&stock, machine) {
                let is_base = images.first().is_some_and(|disk| stock.map.children(disk).next().is_some());
                let drawing = chain::drawing(&images, is_base);
                drawing.set_margin_top(12);
                group.add(&drawing);
            }
            self.page.add(&group);
        }
        if !stock.map.blind_spots().is_empty() {
            let places = stock.map.blind_spots().iter().map(words::blind).collect::<Vec<_>>().join("; ");
            self.page.add(&warning(&gettext_f(
                "Not everything could be looked into, and what is there may need these files: {places}",
                &[("places", &places)],
            )));
        }
        self.stock = Some(stock);
        self.show_choice();
    }

    fn choose(&mut self, machine: usize, file: usize, goes: bool) {
        let (Some(stock), Some(going)) = (&self.stock, self.choice.machines.get(machine)) else { return };
        let Some(path) = going.files.get(file).and_then(|file| file.path.clone()) else { return };
        self.choice.choose(stock, &path, goes);
        self.show_choice();
    }

    fn show_choice(&mut self) {
        let removal = self.choice.removal();
        let machines = removal.machines.into_iter().collect();
        let guarded = self.stock.as_ref().and_then(|stock| belongings::refused(stock, &machines, &removal.files));
        self.refused = guarded
            .map(|guarded| errors::template::guarded(&guarded))
            .map(|text| format!("{} {}", text.title, text.body));
        for row in &self.rows {
            row.show(&self.choice);
        }
    }

    fn plan(&mut self, sender: &ComponentSender<Self>) {
        let Some(stock) = self.stock.take() else { return };
        let (host, removal) = (self.host.clone(), self.choice.removal());
        // Closed now, the dialog would take what was agreed to with it.
        self.planning = true;
        self.dialog.set_can_close(false);
        sender.oneshot_command(async move { DeleteCmd::Planned(make::delete(&host, &stock, &removal).await) });
    }

    fn done(&self, plan: Result<Plan, HostError>, sender: &ComponentSender<Self>) {
        // The window is gone only if the program ends.
        let _ = sender.output(DeleteOutput::Run(plan));
        self.dialog.force_close();
    }
}

/// All that the host has, and what of it belongs to the machines; those that are gone meanwhile are left out.
async fn look(host: &Host, names: Vec<(DomainId, String)>) -> Result<(Box<Inventory>, Vec<Going>), StorageError> {
    let stock = inventory::take(host).await?;
    let mut going = Vec::with_capacity(names.len());
    for (id, name) in names {
        let Some(files) = belongings::of(host, &stock, id).await else { continue };
        let on = stock.machines.iter().any(|machine| machine.id == id && machine.live.is_some());
        going.push(Going { id, name, on, files });
    }
    Ok((Box::new(stock), going))
}

fn group(
    nth: usize,
    machine: &Going,
    rows: &mut Vec<FileRow>,
    sender: &ComponentSender<DeleteDialog>,
) -> adw::PreferencesGroup {
    let group = adw::PreferencesGroup::builder().title(gtk::glib::markup_escape_text(&machine.name)).build();
    if machine.on {
        group.set_description(Some(&gettext("It is on, and will be forced off: what its memory holds is lost.")));
    } else if machine.files.is_empty() {
        group.set_description(Some(&gettext("It has no files of its own.")));
    }
    for (number, file) in machine.files.iter().enumerate() {
        let row = FileRow::new(nth, number, file, sender.input_sender());
        group.add(row.widget());
        rows.push(row);
    }
    group
}

/// The disks of a machine that lie on others, each with all that is under it.
fn chains(stock: &Inventory, machine: &Going) -> Vec<Vec<String>> {
    let disks = machine.files.iter().filter(|file| file.file.role == Role::Disk).filter_map(|file| file.path.clone());
    let chain = |disk: String| {
        let bases = stock.map.bases(&disk);
        std::iter::once(disk).chain(bases).collect::<Vec<_>>()
    };
    disks.map(chain).filter(|images| images.len() > 1).collect()
}

fn warning(text: &str) -> adw::PreferencesGroup {
    let group = adw::PreferencesGroup::new();
    let row = adw::ActionRow::builder().title(text).use_markup(false).build();
    row.add_prefix(&gtk::Image::from_icon_name("dialog-warning-symbolic"));
    group.add(&row);
    group
}
