//! The page's way to the screen: opened while it is looked at, told what is new, followed to its end.

use std::rc::Rc;

use relm4::{gtk::prelude::*, prelude::*};

use lectern_services::{
    host::HostError,
    screen::{Screen, ScreenEnd},
};

use super::{ScreenCmd, ScreenMsg, ScreenPage, Screens, share, words};
use crate::{errors::UserText, machine::line::Want};

impl ScreenPage {
    pub(super) fn look(&mut self, sender: &ComponentSender<Self>) {
        let wanted = self.shown && matches!(self.screens, Screens::Vnc(_));
        let want = self.line.shown(wanted);
        self.follow(want, sender);
        if !wanted {
            let want = self.line.close();
            self.follow(want, sender);
        }
    }

    pub(super) fn reconnected(&mut self, sender: &ComponentSender<Self>) {
        let want = self.line.reconnected();
        self.follow(want, sender);
    }

    pub(super) fn follow(&mut self, want: Want, sender: &ComponentSender<Self>) {
        match want {
            Want::Nothing => {}
            Want::Close => self.display.set_screen(None),
            Want::Open { number, .. } => self.open(number, sender),
        }
    }

    fn open(&mut self, number: u64, sender: &ComponentSender<Self>) {
        self.display.set_screen(None);
        let Screens::Vnc(screen) = self.screens else { return };
        let (host, id) = (self.host.clone(), self.id);
        sender.oneshot_command(async move { ScreenCmd::Opened(number, host.open_screen(id, screen).await) });
    }

    pub(super) fn opened(&mut self, number: u64, result: Result<Screen, HostError>, sender: &ComponentSender<Self>) {
        let refused = result.as_ref().err().map(|error| (false, UserText::from(error)));
        if !self.line.opened(number, refused) {
            return;
        }
        let Ok(screen) = result else { return };
        let screen = Rc::new(screen);
        self.display.set_screen(Some(Rc::clone(&screen)));
        self.display.picture().grab_focus();
        let (events, weak) = (screen.events(), Rc::downgrade(&screen));
        let (display, input) = (self.display.clone(), sender.input_sender().clone());
        relm4::spawn_local(async move {
            let mut first = true;
            while let Ok(event) = events.recv().await {
                if let Some(ability) = share::ability(&event) {
                    drop(input.send(ScreenMsg::Able(ability)));
                }
                display.take(event).await;
                if std::mem::take(&mut first) {
                    drop(input.send(ScreenMsg::Seen(number)));
                }
            }
            drop(input.send(ScreenMsg::Ended(number, weak.upgrade().and_then(|screen| screen.end()))));
        });
    }

    pub(super) fn ended(&mut self, number: u64, end: Option<&ScreenEnd>, sender: &ComponentSender<Self>) {
        if self.line.number() != number {
            return;
        }
        self.display.set_screen(None);
        if let Some(text) = end.and_then(words::broken) {
            return self.line.broke(number, text);
        }
        let want = self.line.closed(number);
        self.follow(want, sender);
    }
}
