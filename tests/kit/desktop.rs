//! An off-screen desktop for one test: X display, session bus, window manager, and a home folder of its own.

use std::{
    fs,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::{process, process::Process, wait};

/// What would make the program behave as on the developer's own desktop.
const FORGOTTEN: [&str; 14] = [
    "DBUS_SESSION_BUS_ADDRESS",
    "GDK_BACKEND",
    "GTK_A11Y",
    "GTK_THEME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LIBVIRT_DEFAULT_URI",
    "NO_AT_BRIDGE",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XMODIFIERS",
];

/// An off-screen desktop; all of it ends when this is dropped.
#[derive(Debug)]
pub struct Desktop {
    _manager: Process,
    _bus: Process,
    _screen: Process,
    display: String,
    address: String,
    home: TempDir,
    shots: PathBuf,
    language: Option<String>,
}

impl Desktop {
    /// A desktop in English for the test `name`, whose pictures go to `target/screenshots/NAME`.
    pub fn start(name: &str) -> Self {
        Self::sized(name, None, "1280x800")
    }

    /// A desktop whose programs speak `language`, such as `zh_CN`.
    pub fn speaking(name: &str, language: &str) -> Self {
        Self::sized(name, Some(language), "1280x800")
    }

    /// A desktop with a screen of `size`, such as `800x600`.
    pub fn sized(name: &str, language: Option<&str>, size: &str) -> Self {
        let home = furnished_home();
        let (screen, display) = screen(size);
        let (bus, address) = session_bus(&display, home.path());
        let mut wm = process::tied("openbox");
        wm.env("DISPLAY", &display).env("HOME", home.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let manager = Process::start(&mut wm);
        let shots = shots_folder(name);
        let language = language.map(str::to_owned);
        let desktop = Self { _manager: manager, _bus: bus, _screen: screen, display, address, home, shots, language };
        wait::holds("the window manager", wait::SOON, || desktop.managed());
        desktop
    }

    fn managed(&self) -> bool {
        let asked =
            self.command("xdotool").arg("get_num_desktops").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|s| s.success())
    }

    /// A command that runs on this desktop.
    pub fn command(&self, program: &str) -> Command {
        let mut command = process::tied(program);
        let home = self.home.path();
        for name in FORGOTTEN {
            command.env_remove(name);
        }
        for (name, folder) in folders(home) {
            command.env(name, folder);
        }
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("GDK_BACKEND", "x11")
            .env("GSETTINGS_BACKEND", "keyfile")
            .env("LC_ALL", "C.UTF-8");
        if let Some(language) = &self.language {
            command.env("LANGUAGE", language);
        }
        command
    }

    /// The address of its session bus.
    pub fn bus_address(&self) -> &str {
        &self.address
    }

    /// Its user's home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Has the program find these lines as what the user chose before.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn prefer(&self, lines: &str) {
        let file = self.home().join("config/glib-2.0/settings/keyfile");
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, format!("[io/github/lectern_vm/Lectern]\n{lines}")).expect("a file");
    }

    /// Takes a picture of the whole screen and gives its path.
    pub fn shot(&self, name: &str) -> PathBuf {
        let path = self.shots.join(format!("{name}.png"));
        process::output(self.command("import").args(["-window", "root"]).arg(&path));
        path
    }

    /// The picture of a failure, if it can still be taken.
    pub(crate) fn last_shot(&self) {
        let path = self.shots.join("failed.png");
        drop(self.command("import").args(["-window", "root"]).arg(path).status());
    }
}

fn folders(home: &Path) -> [(&'static str, PathBuf); 6] {
    [
        ("HOME", home.to_owned()),
        ("XDG_CONFIG_HOME", home.join("config")),
        ("XDG_CACHE_HOME", home.join("cache")),
        ("XDG_DATA_HOME", home.join("data")),
        ("XDG_STATE_HOME", home.join("state")),
        ("XDG_RUNTIME_DIR", home.join("run")),
    ]
}

fn furnished_home() -> TempDir {
    let home = tempfile::Builder::new().prefix("lectern-desk-").tempdir().expect("a temporary folder");
    for (_, folder) in folders(home.path()) {
        fs::create_dir_all(&folder).expect("a folder in it");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("its mode");
    }
    let gtk = home.path().join("config/gtk-4.0");
    fs::create_dir_all(&gtk).expect("a folder in it");
    let settings = "[Settings]\ngtk-font-name=Cantarell 11\ngtk-cursor-blink=false\ngtk-enable-animations=false\n";
    fs::write(gtk.join("settings.ini"), settings).expect("a file in it");
    home
}

/// A display whose number is drawn by lot. The server itself would take the first that is free in its own network
/// namespace: two of different ones, which share `/tmp`, would take each other's socket, and keys would go astray.
fn screen(size: &str) -> (Process, String) {
    let mut command = process::tied("Xvfb");
    let lot = 100 + RandomState::new().build_hasher().finish() % 50_000;
    command.args([
        &format!(":{lot}"),
        "-displayfd",
        "1",
        "-screen",
        "0",
        &format!("{size}x24"),
        "-nolisten",
        "tcp",
        "-noreset",
    ]);
    let (process, number) = first_line(command.stderr(Stdio::null()));
    (process, format!(":{number}"))
}

fn session_bus(display: &str, home: &Path) -> (Process, String) {
    let mut command = process::tied("dbus-daemon");
    command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]).env("DISPLAY", display);
    for name in FORGOTTEN {
        command.env_remove(name);
    }
    for (name, folder) in folders(home) {
        command.env(name, folder);
    }
    first_line(command.stderr(Stdio::null()))
}

/// Starts a program that says on its first line where it can be reached.
fn first_line(command: &mut Command) -> (Process, String) {
    let mut process = Process::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
    let pipe = process.child().stdout.take().expect("a piped output");
    let mut line = String::new();
    BufReader::new(pipe).read_line(&mut line).expect("a first line");
    assert!(!line.trim().is_empty(), "{command:?} ended before it was ready");
    (process, line.trim().to_owned())
}

fn shots_folder(name: &str) -> PathBuf {
    let all = std::env::var_os("LECTERN_SCREENSHOTS");
    let all = all.map_or_else(|| crate::tree::target().join("screenshots"), PathBuf::from);
    let folder = all.join(name);
    // Pictures of an older run would tell lies.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).expect("a folder for the pictures");
    folder
}
