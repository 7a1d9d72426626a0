//! The window's side of templates: locking a machine as one, and unlocking it; both can be undone, so nobody is asked.

use relm4::prelude::*;

use lectern_services::plan::{
    Plan,
    make::template::{self, TemplateError},
};

use super::{App, messages::AppCmd};
use crate::errors;

impl App {
    /// Locks the machine in question as a template, or unlocks it.
    pub(super) fn lock_one(&self, on: bool, sender: &ComponentSender<Self>) {
        let targets = self.targets();
        let (Some(host), [id]) = (self.host.clone(), targets.as_slice()) else { return };
        let id = *id;
        sender.oneshot_command(async move {
            let plan = if on { template::lock(&host, id).await } else { template::unlock(&host, id).await };
            AppCmd::Locking(Box::new(plan))
        });
    }

    pub(super) fn locking(&mut self, plan: Result<Plan, TemplateError>, sender: &ComponentSender<Self>) {
        match plan {
            Ok(plan) => drop(self.run_plan(plan, sender)),
            Err(error) => self.failures.add(errors::template::failure(&error), &self.toasts, &self.window),
        }
    }
}
