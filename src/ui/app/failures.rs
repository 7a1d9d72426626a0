//! What failed lately: one toast for all of it, which leads to the whole texts.

use std::{cell::RefCell, rc::Rc};

use relm4::adw;

use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, ngettext_f},
};

/// The failures that the toast on screen tells of.
#[derive(Default)]
pub(crate) struct Failures {
    shown: Rc<RefCell<Vec<UserText>>>,
    toast: Option<adw::Toast>,
}

impl Failures {
    /// Adds a failure: to the toast that is there, or as a new one.
    pub(crate) fn add(&mut self, failure: UserText, toasts: &adw::ToastOverlay, window: &adw::ApplicationWindow) {
        let number = {
            let mut shown = self.shown.borrow_mut();
            shown.push(failure);
            shown.len()
        };
        let title = self.title();
        if let Some(toast) = self.toast.as_ref().filter(|_| number > 1) {
            toast.set_title(&title);
            return;
        }
        let toast = self.new_toast(&title, window);
        toasts.add_toast(toast.clone());
        self.toast = Some(toast);
    }

    fn title(&self) -> String {
        match self.shown.borrow().as_slice() {
            [one] => one.title.clone(),
            all => ngettext_f("{n} operation failed", "{n} operations failed", all.len(), &[]),
        }
    }

    fn new_toast(&self, title: &str, window: &adw::ApplicationWindow) -> adw::Toast {
        let toast = adw::Toast::builder().use_markup(false).title(title).button_label(gettext("Details")).build();
        // It does not wait until somebody has had time to undo what was done before.
        toast.set_priority(adw::ToastPriority::High);
        let (shown, window) = (Rc::clone(&self.shown), window.clone());
        toast.connect_button_clicked(move |_| {
            if let Some(text) = together(&shown.borrow()) {
                dialogs::show_error(&text, &window);
            }
        });
        let shown = Rc::clone(&self.shown);
        toast.connect_dismissed(move |_| shown.borrow_mut().clear());
        toast
    }
}

/// One failure as it is; several as a list of what failed, with all that libvirt said.
fn together(failures: &[UserText]) -> Option<UserText> {
    if let [one] = failures {
        return Some(one.clone());
    }
    let all = |part: fn(&UserText) -> Option<&str>| failures.iter().filter_map(part).collect::<Vec<_>>().join("\n");
    (!failures.is_empty()).then(|| UserText {
        title: ngettext_f("{n} operation failed", "{n} operations failed", failures.len(), &[]),
        body: all(|failure| Some(&failure.title)),
        raw: Some(all(|failure| failure.raw.as_deref())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_failures_are_told_together() {
        let text = |n: u32| UserText { title: format!("t{n}"), body: "b".into(), raw: Some(format!("r{n}")) };
        assert_eq!(together(&[]), None);
        assert_eq!(together(&[text(1)]), Some(text(1)));
        let both = together(&[text(1), text(2)]).unwrap();
        assert_eq!((both.body.as_str(), both.raw.as_deref()), ("t1\nt2", Some("r1\nr2")));
    }
}
