//! Messages to a component that may be gone already: the window's parts end one by one when it closes.

use relm4::{Component, ComponentController, Controller};

/// What relm4's own `emit` does, without its panic where nobody is there to listen.
pub(crate) trait Tell<M> {
    /// Tells a component something; nothing happens where it has ended.
    fn tell(&self, message: M);
}

impl<C: Component> Tell<C::Input> for Controller<C> {
    fn tell(&self, message: C::Input) {
        drop(self.sender().send(message));
    }
}
