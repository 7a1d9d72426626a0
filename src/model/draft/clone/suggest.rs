//! What a clone's draft begins with.

use super::{CloneDraft, CloneFacts, Kind};
use crate::names::{self, NameKind};

/// A draft to begin with: the next free name (`foo-9` is followed by `foo-10`), linked where the source is a template,
/// into the first pool that files can be made in.
///
/// A template is often hidden by a point before its name, as the course does; its clones are not.
#[must_use]
pub fn suggest(facts: &CloneFacts, is_template: bool) -> CloneDraft {
    let shown = facts.source.trim_start_matches('.');
    let wanted = if shown.is_empty() { &facts.source } else { shown };
    let pool = facts.pools.iter().find(|pool| pool.active && pool.writable != Some(false));
    CloneDraft {
        name: names::free_name(wanted, NameKind::Domain, |name| facts.names.contains(name)),
        kind: if is_template { Kind::Linked } else { Kind::Full },
        pool: pool.map(|pool| pool.name.clone()),
        ..CloneDraft::default()
    }
}
