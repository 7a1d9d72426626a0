//! A console's last lines, told a few times a second however fast they come.

use std::time::Duration;

use lectern_model::tail::Tail;
use tokio::time::{Instant, timeout_at};

/// How often the lines are told at most.
const PAUSE: Duration = Duration::from_millis(400);
/// Of what comes between two tellings, only so much of the end is looked at, in bytes.
const KEPT: usize = 8 * 1024;

/// Tells the last `count` lines of `past` and of what `output` brings, until either side closes. What nobody can read in
/// time is passed over: the guest is never held back.
pub async fn glance(
    past: &[u8],
    output: async_channel::Receiver<Vec<u8>>,
    count: usize,
    lines: async_channel::Sender<Vec<String>>,
) {
    let mut tail = Tail::new(count);
    tail.feed(past);
    let mut told = None;
    loop {
        let now = tail.lines();
        if told.as_ref() != Some(&now) {
            if lines.send(now.clone()).await.is_err() {
                return;
            }
            told = Some(now);
        }
        let Ok(mut fresh) = output.recv().await else { return };
        let end = Instant::now() + PAUSE;
        while let Ok(Ok(more)) = timeout_at(end, output.recv()).await {
            fresh.extend(more);
            fresh.drain(..fresh.len().saturating_sub(KEPT));
        }
        tail.feed(&fresh);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_seldom_and_by_its_end() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let told = runtime.block_on(async {
            let (pieces, output) = async_channel::bounded(16);
            let (lines, told) = async_channel::unbounded();
            let flood = async move {
                for number in 0..2000 {
                    pieces.send(format!("line {number}\r\n").repeat(50).into_bytes()).await.unwrap();
                }
            };
            tokio::join!(flood, glance(b"before\r\n", output, 2, lines));
            let mut all = Vec::new();
            while let Ok(one) = told.recv().await {
                all.push(one);
            }
            all
        });
        assert_eq!(told.first().unwrap(), &["before"]);
        assert_eq!(told.last().unwrap(), &["line 1999"]);
        assert!(told.len() < 20, "{}", told.len());
    }
}
