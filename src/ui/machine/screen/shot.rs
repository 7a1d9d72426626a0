//! The picture as a file, or on the clipboard.

use relm4::gtk::{self, gdk, gio, glib, prelude::*};

use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
};

/// Puts the picture on the clipboard.
pub(super) fn copy(texture: &gdk::Texture, widget: &impl IsA<gtk::Widget>) {
    widget.clipboard().set_texture(texture);
}

/// Has the user choose a file, and writes the picture into it as PNG.
pub(super) fn save(texture: &gdk::Texture, machine: &str, widget: &impl IsA<gtk::Widget>) {
    // A machine's name may hold a slash, which no file's may.
    let name = format!("{}.png", machine.replace('/', "-"));
    let dialog = gtk::FileDialog::builder().title(gettext("Save a Screenshot")).initial_name(name).build();
    if let Some(folder) = glib::user_special_dir(glib::UserDirectory::Pictures).filter(|folder| folder.is_dir()) {
        dialog.set_initial_folder(Some(&gio::File::for_path(folder)));
    }
    let (texture, parent) = (texture.clone(), widget.clone().upcast::<gtk::Widget>());
    let window = widget.root().and_downcast::<gtk::Window>();
    dialog.save(window.as_ref(), gio::Cancellable::NONE, move |chosen| {
        if let Ok(file) = chosen {
            relm4::spawn_local(write(texture, file, parent));
        }
    });
}

/// Packing a large picture takes a tenth of a second: not on this thread.
async fn write(texture: gdk::Texture, file: gio::File, parent: gtk::Widget) {
    let packed = gio::spawn_blocking(move || texture.save_to_png_bytes()).await;
    let Ok(bytes) = packed else { return };
    let flags = gio::FileCreateFlags::REPLACE_DESTINATION;
    if let Err((_, error)) = file.replace_contents_future(bytes, None, false, flags).await {
        let name = file.parse_name();
        let title = gettext_f("{file} was not written.", &[("file", &name)]);
        let body = gettext("The folder may be full, or closed to your user. Choose another place.");
        dialogs::show_error(&UserText::new(title, format!("{body}\n{error}")), &parent);
    }
}
