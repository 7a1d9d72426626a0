//! What a wall of thirty machines costs: three real guests, and 27 that wait in their firmware.
//!
//! Not part of a normal run, as other load spoils it:
//! `cargo test --release --test bench_wall -- --ignored --nocapture`

use std::time::{Duration, Instant};

use lectern_test_kit::{desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
/// The share of one processor that the wall may use.
const LIMIT: f64 = 0.5;
const MEASURED: Duration = Duration::from_secs(30);

#[test]
#[ignore = "a benchmark of two minutes: run it alone, in release mode"]
fn thirty_on_the_wall() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    for number in 1..=27 {
        let name = format!("node{number}");
        libvirt.define_screen(&name);
        libvirt.virsh(&["start", &name]);
    }
    // Last, so that their prompts come while the wall is there to see them.
    for number in 1..=3 {
        libvirt.define_guest(Machine { name: &format!("guest{number}"), network: false });
        libvirt.virsh(&["start", &format!("guest{number}")]);
    }
    // All of them are on the screen at once.
    let desktop = Desktop::sized("bench-wall", None, "1920x1200");
    desktop.prefer("window-width=1900\nwindow-height=1180\n");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("guest1");
    desktop.keys(&["ctrl+a"]);
    window.press("Wall");
    window.wait_says("30 machines · 30 on");
    let prompts = || window.find_all("label", "").iter().filter(|label| label.name().contains("login:")).count();
    wait::holds("three login prompts", wait::BOOT, || prompts() == 3);
    window.shot("thirty");
    let (start, before) = (Instant::now(), window.process().cpu_time());
    std::thread::sleep(MEASURED);
    let share = window.process().cpu_time().saturating_sub(before).as_secs_f64() / start.elapsed().as_secs_f64();
    println!("wall of 30: {:.1} % of one processor, {:.2} of its limit", share * 100.0, share / LIMIT);
    assert!(share < LIMIT);
    window.close();
}
