//! Waiting for a condition, never for a length of time.

use std::{
    env,
    time::{Duration, Instant},
};

/// For what the program does by itself at once.
pub const SOON: Duration = Duration::from_secs(10);
/// For a guest that boots under emulation on a busy machine.
pub const BOOT: Duration = Duration::from_mins(2);

const STEP: Duration = Duration::from_millis(30);

/// Asks `probe` until it answers, and gives the answer; nothing when `limit` is over first.
pub fn within<T>(limit: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let limit = limit * patience();
    let start = Instant::now();
    loop {
        let answer = probe();
        if answer.is_some() || start.elapsed() >= limit {
            return answer;
        }
        std::thread::sleep(STEP);
    }
}

/// Asks `probe` until it answers, and gives the answer.
///
/// # Panics
/// When `limit` is over: `what` was waited for in vain.
pub fn until<T>(what: &str, limit: Duration, probe: impl FnMut() -> Option<T>) -> T {
    match within(limit, probe) {
        Some(answer) => answer,
        None => panic!("waited {} s for {what} in vain", (limit * patience()).as_secs()),
    }
}

/// Asks `probe` until it holds.
///
/// # Panics
/// When `limit` is over.
pub fn holds(what: &str, limit: Duration, mut probe: impl FnMut() -> bool) {
    until(what, limit, || probe().then_some(()));
}

/// Waits for a signal that ends the process.
pub fn forever() -> ! {
    loop {
        std::thread::park();
    }
}

/// `LECTERN_TEST_PATIENCE=3` makes every wait three times as long, for slow machines.
fn patience() -> u32 {
    env::var("LECTERN_TEST_PATIENCE").ok().and_then(|v| v.parse().ok()).unwrap_or(1)
}
