//! Measures the window's frames, for the benchmark: `LECTERN_BENCH=frames`.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use relm4::{
    adw,
    gtk::{self, glib, prelude::*},
};

/// Where the benchmark is asked for, keeps the window drawing and prints the frames' intervals when it closes.
pub(crate) fn measure(window: &adw::ApplicationWindow) {
    if std::env::var_os("LECTERN_BENCH").is_none_or(|what| what != "frames") {
        return;
    }
    let times = Rc::new(RefCell::new(Vec::<i64>::new()));
    let (seen, used) = (Rc::clone(&times), first_use(window));
    window.add_tick_callback(move |widget, clock| {
        if used.get() {
            seen.borrow_mut().push(glib::monotonic_time());
        }
        // Without a change GTK draws nothing, and an idle clock measures nothing.
        widget.queue_draw();
        clock.request_phase(gtk::gdk::FrameClockPhase::UPDATE);
        glib::ControlFlow::Continue
    });
    window.connect_close_request(move |_| {
        println!("{}", report(&times.borrow()));
        glib::Propagation::Proceed
    });
}

/// Becomes true with the first key or scroll: what comes before is the start, not the use.
fn first_use(window: &adw::ApplicationWindow) -> Rc<Cell<bool>> {
    let used = Rc::new(Cell::new(false));
    let keys = gtk::EventControllerKey::builder().propagation_phase(gtk::PropagationPhase::Capture).build();
    let seen = Rc::clone(&used);
    keys.connect_key_pressed(move |_, _, _, _| {
        seen.set(true);
        glib::Propagation::Proceed
    });
    window.add_controller(keys);
    let scroll = gtk::EventControllerScroll::builder()
        .flags(gtk::EventControllerScrollFlags::VERTICAL)
        .propagation_phase(gtk::PropagationPhase::Capture)
        .build();
    let seen = Rc::clone(&used);
    scroll.connect_scroll(move |_, _, _| {
        seen.set(true);
        glib::Propagation::Proceed
    });
    window.add_controller(scroll);
    used
}

/// One line with the median, the 99th percentile and the largest interval, in milliseconds.
fn report(times: &[i64]) -> String {
    let mut gaps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let at = |percent: usize| gaps.get((gaps.len() * percent / 100).min(gaps.len().saturating_sub(1))).copied();
    let show = |gap: Option<i64>| {
        let gap = Duration::from_micros(gap.and_then(|g| u64::try_from(g).ok()).unwrap_or(0));
        format!("{:.1}", gap.as_secs_f64() * 1e3)
    };
    format!("frames {} p50 {} ms p99 {} ms max {} ms", gaps.len(), show(at(50)), show(at(99)), show(at(100)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_needs_no_frames() {
        assert_eq!(report(&[]), "frames 0 p50 0.0 ms p99 0.0 ms max 0.0 ms");
        let times: Vec<i64> = (0..=100).map(|n| n * 16_000).collect();
        assert_eq!(report(&times), "frames 100 p50 16.0 ms p99 16.0 ms max 16.0 ms");
    }
}
