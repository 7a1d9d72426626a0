//! Start-up only: command line, logging, and the window.

use clap::Parser;
use lectern_ui::{Assets, Options, Show, ShowPage};
use tracing_subscriber::EnvFilter;

/// Make, teach and show virtual machines on libvirt.
#[derive(Debug, Parser)]
#[command(name = "lectern", version)]
struct Arguments {
    #[arg(short, long, value_name = "URI", help = "Connect to this host, such as qemu+ssh://teacher@lab/system")]
    connect: Option<String>,
    /// Open the screen of this machine, or its serial console where it has no screen
    #[arg(long, value_name = "NAME|UUID", group = "show")]
    show_domain_console: Option<String>,
    /// Open the serial console of this machine, whether it has a screen or not
    #[arg(long, value_name = "NAME|UUID", group = "show")]
    show_domain_serial: Option<String>,
    /// Open the overview of this machine where its settings are
    #[arg(long, value_name = "NAME|UUID", group = "show")]
    show_domain_editor: Option<String>,
    /// Open the overview of this machine, with its graphs
    #[arg(long, value_name = "NAME|UUID", group = "show")]
    show_domain_performance: Option<String>,
    /// Open the wizard that makes a machine
    #[arg(long, group = "show")]
    show_domain_creator: bool,
    /// Open the page of the host, with its readiness and load
    #[arg(long, group = "show")]
    show_host_summary: bool,
}

impl Arguments {
    /// What is to be opened; the group lets one at most be asked for.
    fn show(&self) -> Option<Show> {
        let machine = |name: &Option<String>, page| name.clone().map(|name| Show::Machine(name, page));
        machine(&self.show_domain_console, ShowPage::Console)
            .or_else(|| machine(&self.show_domain_serial, ShowPage::Serial))
            .or_else(|| machine(&self.show_domain_editor, ShowPage::Settings))
            .or_else(|| machine(&self.show_domain_performance, ShowPage::Overview))
            .or_else(|| self.show_domain_creator.then_some(Show::Creator))
            .or_else(|| self.show_host_summary.then_some(Show::Host))
    }
}

fn main() {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("LECTERN_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    lectern_ui::run(Options { show: arguments.show(), connect: arguments.connect, assets: assets() });
}

/// What the build script made, or the package installed.
const fn assets() -> Assets {
    Assets {
        resources: include_bytes!(concat!(env!("OUT_DIR"), "/lectern.gresource")),
        locale_dir: env!("LECTERN_LOCALE_DIR"),
        schema_dir: env!("LECTERN_SCHEMA_DIR"),
    }
}
