//! Figures of the promises: frames while a long list is scrolled and filtered, and what an idle list costs.
//!
//! Drawn by cairo, as a display without a graphics card has nothing faster.
//! Not part of a normal run, as other load spoils them:
//! `cargo test --release --test bench -- --ignored --nocapture --test-threads 1`
#![expect(clippy::panic, reason = "a test that cannot go on says so by panicking")]

use std::time::{Duration, Instant};

use lectern_test_kit::{desktop::Desktop, testhost, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const MACHINES: usize = 1000;
/// The p99 of the time from one frame to the next.
const FRAME_LIMIT_MS: f64 = 25.0;
/// The share of one processor that an idle list may use.
const IDLE_LIMIT: f64 = 0.01;

#[test]
#[ignore = "a benchmark: run it alone, in release mode"]
fn frames_while_scrolling_and_filtering() {
    let desktop = Desktop::start("bench-frames");
    let uri = testhost::many(&desktop, MACHINES);
    let window = Window::with(
        &desktop,
        LECTERN,
        &["--connect", &uri],
        &[("LECTERN_BENCH", "frames"), ("GSK_RENDERER", "cairo")],
    );
    // Found once: to walk the accessible tree keeps the program busy, and would be measured.
    let list = window.list();
    for _ in 0..10 {
        desktop.wheel_over("Lectern", &list, 60);
        desktop.wheel_over("Lectern", &list, -60);
    }
    desktop.keys(&["ctrl+f"]);
    for word in ["node1", "node99", "5", "zzz", "node"] {
        desktop.keys(&["ctrl+a"]);
        desktop.type_text(word);
    }
    let said = window.close();
    let line = said.lines().rfind(|l| l.contains("p99")).expect("LECTERN_BENCH=frames prints p50 and p99");
    let p99 = figure(line, "p99");
    println!("{line}\np99 is {:.2} of its limit of {FRAME_LIMIT_MS} ms", p99 / FRAME_LIMIT_MS);
}

/// The number after `name`, in `p50 16.7 ms, p99 18.1 ms` or `p99=18.1`.
fn figure(line: &str, name: &str) -> f64 {
    let rest = line.split(name).nth(1).unwrap_or_default();
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    digits[..end].parse().unwrap_or_else(|e| panic!("{line}: {e}"))
}

#[test]
#[ignore = "a benchmark of a minute: run it alone"]
fn idle_with_a_thousand_machines() {
    let desktop = Desktop::start("bench-idle");
    let uri = testhost::many(&desktop, MACHINES);
    let window = Window::open(&desktop, LECTERN, &uri);
    window.row("node0");
    settle(&window);
    let (start, before) = (Instant::now(), window.process().cpu_time());
    std::thread::sleep(Duration::from_mins(1));
    let share = window.process().cpu_time().saturating_sub(before).as_secs_f64() / start.elapsed().as_secs_f64();
    let memory = window.process().memory_kib() / 1024;
    println!("idle: {:.2} % of one processor, {:.2} of its limit; {memory} MiB", share * 100.0, share / IDLE_LIMIT);
    assert!(share < IDLE_LIMIT);
    window.close();
}

/// Waits until the program has done what it does at its start: a second without work.
fn settle(window: &Window<'_>) {
    let mut last = (Instant::now(), window.process().cpu_time());
    wait::holds("the program to settle", Duration::from_secs(30), || {
        if last.0.elapsed() < Duration::from_secs(2) {
            return false;
        }
        let now = (Instant::now(), window.process().cpu_time());
        let quiet = now.1.saturating_sub(last.1) < Duration::from_millis(100);
        last = now;
        quiet
    });
}
