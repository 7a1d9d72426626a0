//! Whose picture is taken next: few a second, only of what is seen, and oftener of what changes.

use std::{collections::HashMap, time::Duration};

use crate::id::DomainId;

/// Between two pictures, whoever they are of: four a second at most.
const GAP: Duration = Duration::from_millis(250);
/// A picture is followed by a rest of so many times what it took, so that a busy host is not made busier.
const REST: u32 = 3;
/// How soon a picture that changed is taken again, and how late one that never changes.
const SOONEST: Duration = Duration::from_secs(1);
const LATEST: Duration = Duration::from_secs(8);
/// How long one waits that could not be taken.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Take this one's picture.
    Take(DomainId),
    /// Wait so long, and ask again.
    Wait(Duration),
    /// There is nobody to look at.
    Idle,
}

/// The turns. All times are since some beginning.
#[derive(Clone, Debug, Default)]
pub struct Pacing {
    seen: HashMap<DomainId, Plan>,
    next: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    due: Duration,
    pause: Duration,
}

impl Pacing {
    /// Only these are looked at from now on; who is new among them is due at once.
    pub fn look_at(&mut self, machines: &[DomainId], now: Duration) {
        self.seen.retain(|id, _| machines.contains(id));
        for id in machines {
            self.seen.entry(*id).or_insert(Plan { due: now, pause: SOONEST });
        }
    }

    /// Whose turn it is.
    #[must_use]
    pub fn turn(&self, now: Duration) -> Turn {
        let Some((id, plan)) = self.seen.iter().min_by_key(|(id, plan)| (plan.due, **id)) else { return Turn::Idle };
        let at = plan.due.max(self.next);
        if at <= now { Turn::Take(*id) } else { Turn::Wait(at.saturating_sub(now)) }
    }

    /// A picture was taken, which took so long; `changed` is `None` where there was none.
    pub fn taken(&mut self, id: DomainId, now: Duration, took: Duration, changed: Option<bool>) {
        self.next = now + GAP.max(took * REST);
        let Some(plan) = self.seen.get_mut(&id) else { return };
        plan.pause = match changed {
            Some(true) => SOONEST,
            Some(false) => (plan.pause * 2).min(LATEST),
            None => AFTER_FAILURE,
        };
        plan.due = now + plan.pause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> DomainId {
        DomainId::from_bytes([number; 16])
    }

    /// Takes turns for so many seconds, and gives how often each one came; `changes` says whose picture changes.
    fn run(
        pacing: &mut Pacing,
        seconds: u64,
        took: Duration,
        changes: impl Fn(DomainId) -> bool,
    ) -> HashMap<DomainId, u32> {
        let (mut now, end) = (Duration::ZERO, Duration::from_secs(seconds));
        let mut counts = HashMap::new();
        while now < end {
            match pacing.turn(now) {
                Turn::Take(id) => {
                    *counts.entry(id).or_default() += 1;
                    now += took;
                    pacing.taken(id, now, took, Some(changes(id)));
                }
                Turn::Wait(pause) => now += pause,
                Turn::Idle => break,
            }
        }
        counts
    }

    fn of(count: u8) -> Pacing {
        let mut pacing = Pacing::default();
        pacing.look_at(&(0..count).map(id).collect::<Vec<_>>(), Duration::ZERO);
        pacing
    }

    #[test]
    fn thirty_are_few_pictures_a_second_and_none_is_forgotten() {
        let counts = run(&mut of(30), 60, Duration::from_millis(10), |_| true);
        assert_eq!(counts.len(), 30);
        let all: u32 = counts.values().sum();
        assert!((200..=240).contains(&all), "{all} in a minute");
        let (least, most) = (counts.values().min().unwrap(), counts.values().max().unwrap());
        assert!(most - least <= 1, "each has its turn: {least} to {most}");
    }

    #[test]
    fn what_changes_is_looked_at_oftener() {
        let counts = run(&mut of(10), 60, Duration::from_millis(10), |one| one == id(3));
        assert!(counts[&id(3)] > 45, "{counts:?}");
        assert!((7..=12).contains(&counts[&id(0)]), "{counts:?}");
    }

    #[test]
    fn a_slow_host_is_asked_less() {
        let counts = run(&mut of(10), 60, Duration::from_secs(1), |_| true);
        assert!(counts.values().sum::<u32>() <= 16, "a quarter of the time at most: {counts:?}");
    }

    #[test]
    fn only_what_is_seen_is_taken() {
        let mut pacing = of(3);
        pacing.look_at(&[id(2)], Duration::ZERO);
        assert_eq!(pacing.turn(Duration::ZERO), Turn::Take(id(2)));
        pacing.taken(id(2), Duration::ZERO, Duration::ZERO, None);
        assert_eq!(pacing.turn(Duration::ZERO), Turn::Wait(AFTER_FAILURE));
        pacing.taken(id(0), Duration::ZERO, Duration::ZERO, Some(true));
        pacing.look_at(&[], Duration::ZERO);
        assert_eq!(pacing.turn(Duration::ZERO), Turn::Idle);
    }
}
