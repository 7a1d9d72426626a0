//! Start-up only: command line, logging, and the window.

use clap::Parser;
use lectern_ui::{Assets, Options, ShowPage};
use tracing_subscriber::EnvFilter;

/// Make, teach and show virtual machines on libvirt.
#[derive(Debug, Parser)]
#[command(name = "lectern", version)]
struct Arguments {
    #[arg(short, long, value_name = "URI", help = "Connect to this host, such as qemu+ssh://teacher@lab/system")]
    connect: Option<String>,
    /// Open the serial console of this machine
    #[arg(long, value_name = "NAME|UUID", conflicts_with = "show_domain_performance")]
    show_domain_console: Option<String>,
    /// Open the overview of this machine, with its graphs
    #[arg(long, value_name = "NAME|UUID")]
    show_domain_performance: Option<String>,
}

fn main() {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("LECTERN_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let console = arguments.show_domain_console.map(|name| (name, ShowPage::Serial));
    let overview = arguments.show_domain_performance.map(|name| (name, ShowPage::Overview));
    lectern_ui::run(Options { connect: arguments.connect, show: console.or(overview), assets: assets() });
}

/// What the build script made, or the package installed.
const fn assets() -> Assets {
    Assets {
        resources: include_bytes!(concat!(env!("OUT_DIR"), "/lectern.gresource")),
        locale_dir: env!("LECTERN_LOCALE_DIR"),
        schema_dir: env!("LECTERN_SCHEMA_DIR"),
    }
}
