//! Fixed names, and the files that the program was built with.

/// The application's id: desktop entry, D-Bus name, settings schema and icon.
pub const APP_ID: &str = "io.github.lectern_vm.Lectern";

/// The version of this build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// gettext's name for our translations.
pub(crate) const TEXT_DOMAIN: &str = "lectern";

/// Where the build, or the package, put what is read at run time.
#[derive(Clone, Copy, Debug)]
pub struct Assets {
    /// The compiled resource bundle.
    pub resources: &'static [u8],
    /// The folder of the translations.
    pub locale_dir: &'static str,
    /// The folder of the compiled settings schema, used where the system has none.
    pub schema_dir: &'static str,
}
