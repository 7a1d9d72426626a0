//! Questions before something is lost, and errors in full.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::domain::{Consequence, DomainAction};
use lectern_services::plan::journal::{Progress, Unfinished};

use crate::{
    errors::{self, UserText},
    i18n::{gettext, gettext_f, ngettext_f},
    texts,
};

/// Asks before `action` is done to `names`; calls `then` if the user agrees.
pub(crate) fn confirm_action(
    action: DomainAction,
    names: &[String],
    parent: &impl IsA<gtk::Widget>,
    then: impl FnOnce() + 'static,
) {
    let dialog = adw::AlertDialog::new(Some(&question(action, names)), Some(&consequence(action)));
    if names.len() > 1 {
        dialog.set_extra_child(Some(&name_list(names)));
    }
    let verb = texts::action(action);
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("do", &verb)]);
    let loses = action.consequence() == Some(Consequence::MemoryDropped);
    let look = if loses { adw::ResponseAppearance::Destructive } else { adw::ResponseAppearance::Suggested };
    dialog.set_response_appearance("do", look);
    dialog.set_default_response(Some(if loses { "cancel" } else { "do" }));
    dialog.set_close_response("cancel");
    present(&dialog, "do", parent, then);
}

fn question(action: DomainAction, names: &[String]) -> String {
    if let [name] = names {
        let name = [("name", name.as_str())];
        return match action {
            DomainAction::ForceOff => gettext_f("Force off {name}?", &name),
            DomainAction::Reset => gettext_f("Reset {name}?", &name),
            DomainAction::Save => gettext_f("Save the memory of {name} and stop it?", &name),
            DomainAction::Reboot => gettext_f("Reboot {name}?", &name),
            _ => gettext_f("Shut down {name}?", &name),
        };
    }
    let n = names.len();
    match action {
        DomainAction::ForceOff => ngettext_f("Force off {n} machine?", "Force off {n} machines?", n, &[]),
        DomainAction::Reset => ngettext_f("Reset {n} machine?", "Reset {n} machines?", n, &[]),
        DomainAction::Save => ngettext_f("Save the memory of {n} machine?", "Save the memory of {n} machines?", n, &[]),
        DomainAction::Reboot => ngettext_f("Reboot {n} machine?", "Reboot {n} machines?", n, &[]),
        _ => ngettext_f("Shut down {n} machine?", "Shut down {n} machines?", n, &[]),
    }
}

/// Where the guest's memory goes.
fn consequence(action: DomainAction) -> String {
    match action {
        DomainAction::ForceOff => gettext(
            "It is as if the power cord were pulled: what the guest has not written to its disk is lost. Nothing is deleted.",
        ),
        DomainAction::Reset => {
            gettext("It is as if the reset button were pressed: what the guest has not written to its disk is lost.")
        }
        DomainAction::Save => gettext(
            "The guest's memory is written to a file on the host's disk (libvirt's folder qemu/save), about as large as the memory in use. The next start goes on from there.",
        ),
        _ => gettext("The guest is asked to end its programs. Work that is open in it may be lost."),
    }
}

fn name_list(names: &[String]) -> gtk::ScrolledWindow {
    let label = gtk::Label::builder().label(names.join("\n")).xalign(0.0).selectable(true).build();
    gtk::ScrolledWindow::builder().child(&label).propagate_natural_height(true).max_content_height(160).build()
}

/// Asks what to do with a plan that was cut off; `then` gets it back with "finish" or "undo". "Later" leaves it.
pub(crate) fn ask_unfinished(
    unfinished: Unfinished,
    parent: &impl IsA<gtk::Widget>,
    then: impl FnOnce(Unfinished, bool) + 'static,
) {
    let done = unfinished.progress().iter().filter(|progress| **progress == Progress::Done).count();
    let purpose = texts::purpose(unfinished.plan().purpose());
    let mut body = vec![
        gettext_f("“{job}” was under way when Lectern ended.", &[("job", &purpose)]),
        errors::plan::how_far(done, unfinished.plan().steps().len()),
    ];
    if let Some(why) = unfinished.lacks() {
        let why = errors::plan::step(&why);
        body.extend([why.title, why.body]);
    }
    if let Some(name) = unfinished.comes_back_closed() {
        body.push(gettext_f("If it is undone, nobody can look at the screen of {name} until it is given its password again: Lectern keeps no passwords on the disk.", &[("name", name)]));
    }
    let dialog = adw::AlertDialog::new(Some(&gettext("A Change Was Cut Off")), Some(&body.join(" ")));
    dialog.add_response("later", &gettext("_Later"));
    dialog.add_response("leave", &gettext("Leave _As It Is"));
    if unfinished.can_be_undone() {
        dialog.add_response("undo", &gettext("_Undo It"));
    }
    if unfinished.can_be_finished() {
        dialog.add_response("finish", &gettext("_Finish It"));
        dialog.set_response_appearance("finish", adw::ResponseAppearance::Suggested);
    }
    dialog.set_close_response("later");
    let waiting = std::cell::Cell::new(Some((unfinished, then)));
    dialog.connect_response(None, move |_, response| match (waiting.take(), response) {
        (Some((unfinished, then)), "undo" | "finish") => then(unfinished, response == "finish"),
        (Some((unfinished, _)), "leave") => forget(unfinished),
        _ => {}
    });
    dialog.present(Some(parent));
}

/// Forgets a plan that was cut off; its journal is a file, so not on this thread.
fn forget(unfinished: Unfinished) {
    gtk::gio::spawn_blocking(move || {
        if let Err(error) = unfinished.forget() {
            tracing::warn!(%error, "the journal stays");
        }
    });
}

/// Asks before what was made is taken away again.
pub(crate) fn ask_undo(title: &str, body: &str, parent: &impl IsA<gtk::Widget>, then: impl FnOnce() + 'static) {
    let dialog = adw::AlertDialog::new(Some(&gettext_f("Undo “{job}”?", &[("job", title)])), Some(body));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("undo", &gettext("_Undo It"))]);
    dialog.set_response_appearance("undo", adw::ResponseAppearance::Destructive);
    dialog.set_default_response(Some("cancel"));
    dialog.set_close_response("cancel");
    present(&dialog, "undo", parent, then);
}

/// Asks before something that cannot be undone; calls `then` if the user agrees. `verb` names what is done.
pub(crate) fn confirm(
    (title, body, verb): (&str, &str, &str),
    extra: Option<&gtk::Widget>,
    parent: &impl IsA<gtk::Widget>,
    then: impl FnOnce() + 'static,
) {
    let dialog = adw::AlertDialog::new(Some(title), Some(body));
    dialog.set_extra_child(extra);
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("do", verb)]);
    dialog.set_response_appearance("do", adw::ResponseAppearance::Destructive);
    dialog.set_default_response(Some("cancel"));
    dialog.set_close_response("cancel");
    present(&dialog, "do", parent, then);
}

/// Asks for what `extra` holds before something is made; calls `then` if the user agrees. `verb` names what is done.
pub(crate) fn propose(
    (title, body, verb): (&str, &str, &str),
    extra: &gtk::Widget,
    parent: &impl IsA<gtk::Widget>,
    then: impl FnOnce() + 'static,
) {
    let dialog = adw::AlertDialog::new(Some(title), Some(body));
    dialog.set_extra_child(Some(extra));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("do", verb)]);
    dialog.set_response_appearance("do", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("do"));
    dialog.set_close_response("cancel");
    present(&dialog, "do", parent, then);
}

/// Asks whether to close the window over a plan that is under way.
pub(crate) fn ask_to_close(parent: &impl IsA<gtk::Widget>, then: impl FnOnce() + 'static) {
    let body = gettext(
        "If you close Lectern now, the change stops in the middle. The next start asks whether to finish or to undo it.",
    );
    let dialog = adw::AlertDialog::new(Some(&gettext("A Change Is Under Way")), Some(&body));
    dialog.add_responses(&[("stay", &gettext("_Keep Open")), ("close", &gettext("_Close Anyway"))]);
    dialog.set_response_appearance("close", adw::ResponseAppearance::Destructive);
    dialog.set_default_response(Some("stay"));
    dialog.set_close_response("stay");
    present(&dialog, "close", parent, then);
}

/// Shows the question; calls `then` once if the answer is `agreed`.
fn present(dialog: &adw::AlertDialog, agreed: &str, parent: &impl IsA<gtk::Widget>, then: impl FnOnce() + 'static) {
    let then = std::cell::Cell::new(Some(then));
    dialog.connect_response(Some(agreed), move |_, _| {
        if let Some(then) = then.take() {
            then();
        }
    });
    dialog.present(Some(parent));
}

/// Says why what a wizard wanted was not done, and offers the wizard again, with everything still filled in.
pub(crate) fn offer_wizard(text: &UserText, parent: &impl IsA<gtk::Widget>, again: impl FnOnce() + 'static) {
    offer(text, &gettext("_Back to the Wizard"), parent, again);
}

/// Says why something was not done, and offers to try it again in another way.
pub(crate) fn offer(text: &UserText, verb: &str, parent: &impl IsA<gtk::Widget>, again: impl FnOnce() + 'static) {
    let dialog = error_dialog(text);
    dialog.add_response("again", verb);
    dialog.set_response_appearance("again", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("again"));
    present(&dialog, "again", parent, again);
}

/// Shows an error with its next step; libvirt's own text is one click away.
pub(crate) fn show_error(text: &UserText, parent: &impl IsA<gtk::Widget>) {
    error_dialog(text).present(Some(parent));
}

fn error_dialog(text: &UserText) -> adw::AlertDialog {
    let dialog = adw::AlertDialog::new(Some(&text.title), Some(&text.body));
    dialog.add_response("close", &gettext("_Close"));
    dialog.set_close_response("close");
    if let Some(raw) = &text.raw {
        let label = gtk::Label::builder().label(raw).wrap(true).selectable(true).xalign(0.0).build();
        label.add_css_class("monospace");
        let expander = gtk::Expander::builder().label(gettext("What libvirt said")).child(&label).build();
        dialog.set_extra_child(Some(&expander));
    }
    dialog
}

/// Asks whether a machine shall be emulated from its next start on; calls `then` if the user agrees.
pub(crate) fn ask_to_emulate(name: &str, parent: &impl IsA<gtk::Widget>, then: impl FnOnce() + 'static) {
    let title = gettext_f("Emulate {name}?", &[("name", name)]);
    let body = gettext(
        "It is then run by QEMU alone, without KVM: many times slower, but on every host. It takes effect when the machine is started the next time: force it off if it hangs. The change can be undone.",
    );
    let dialog = adw::AlertDialog::new(Some(&title), Some(&body));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("do", &gettext("Use Emulation"))]);
    dialog.set_response_appearance("do", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("do"));
    dialog.set_close_response("cancel");
    present(&dialog, "do", parent, then);
}

/// Asks whether a machine shall have a screen from its next start on; calls `then` if the user agrees.
pub(crate) fn ask_to_give_screen(name: &str, parent: &impl IsA<gtk::Widget>, then: impl FnOnce() + 'static) {
    let title = gettext_f("Give {name} a Screen?", &[("name", name)]);
    let body = gettext(
        "It gets a VNC server that only its own host reaches, and a tablet as its pointer. It takes effect when the machine is started the next time; what it has already stays. The change can be undone.",
    );
    let dialog = adw::AlertDialog::new(Some(&title), Some(&body));
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("do", &gettext("_Give It a Screen"))]);
    dialog.set_response_appearance("do", adw::ResponseAppearance::Suggested);
    dialog.set_default_response(Some("do"));
    dialog.set_close_response("cancel");
    present(&dialog, "do", parent, then);
}
