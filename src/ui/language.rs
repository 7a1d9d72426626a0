//! Which language the program speaks: the user's choice, else the system's.
#![expect(unsafe_code, reason = "the environment is set once, before any thread is started")]

use gettextrs::{LocaleCategory, bind_textdomain_codeset, bindtextdomain, setlocale, textdomain};

use crate::config::{Assets, TEXT_DOMAIN};

/// Chooses the language; to be called once, first thing in `main`, before any thread is started.
///
/// `choice` is a language code such as `zh_CN`, or empty for the system's.
pub(crate) fn init(choice: &str, assets: &Assets) {
    if !choice.is_empty() {
        set("LANGUAGE", choice);
    }
    // "C" translates nothing, whatever LANGUAGE says; C.UTF-8 is there without a generated locale.
    let locale = locale_of_environment();
    if locale.is_empty() || locale == b"C" || locale == b"POSIX" {
        set("LC_ALL", "C.UTF-8");
        locale_of_environment();
    }
    let bound = bindtextdomain(TEXT_DOMAIN, assets.locale_dir)
        .and_then(|_| bind_textdomain_codeset(TEXT_DOMAIN, "UTF-8"))
        .and_then(|_| textdomain(TEXT_DOMAIN));
    if let Err(error) = bound {
        tracing::warn!(%error, "no translations");
    }
}

/// Makes the environment's locale the program's, and gives its name; empty where there is no such locale.
fn locale_of_environment() -> Vec<u8> {
    // SAFETY: as in `set`: there is no other thread that could read the locale meanwhile.
    unsafe { setlocale(LocaleCategory::LcAll, "") }.unwrap_or_default()
}

fn set(name: &str, value: &str) {
    // SAFETY: `init` runs first in `main`, on the only thread, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var(name, value) };
}
