//! What a lab's draft begins with once its template is chosen.

use super::{Addresses, LabDraft, LabFacts, LabNetwork, NameSource};
use crate::names::{self, NameKind};

/// What was suggested, so that it can follow the template as long as nobody wrote something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestion {
    /// The lab's name.
    pub name: String,
    /// The machines' pattern.
    pub pattern: String,
}

impl Suggestion {
    /// Names after the template's, as the course has them: `cent7_node{N}`. Templates are often hidden by a point before
    /// their names; their machines are not.
    fn of(facts: &LabFacts) -> Self {
        let Some(template) = &facts.template else { return Self::default() };
        let shown = template.name.trim_start_matches('.').replace(['{', '}'], "");
        let name = names::free_name(&shown, NameKind::Domain, |name| facts.labs.contains(name));
        Self { name, pattern: format!("{shown}_node{{N}}") }
    }
}

impl LabDraft {
    /// Fills in what follows from the template of `facts`, which is plugged into `network`: names, pool, network. What was
    /// written meanwhile stays: only what is empty, or as it was suggested `before`, is written.
    pub fn suggest(&mut self, before: &Suggestion, facts: &LabFacts, network: Option<&str>) -> Suggestion {
        let new = Suggestion::of(facts);
        if self.name.is_empty() || self.name == before.name {
            self.name.clone_from(&new.name);
        }
        let (NameSource::Pattern { pattern, .. } | NameSource::Roster { pattern, .. }) = &mut self.names;
        if pattern.is_empty() || *pattern == before.pattern {
            pattern.clone_from(&new.pattern);
        }
        if self.pool.is_none() {
            self.pool = pool(facts);
        }
        if self.network == LabNetwork::AsTemplate
            && let Some(network) = network
        {
            self.network = joined(network, facts);
        }
        new
    }

    /// Plugs the machines into `network`, with fixed addresses where it has any.
    pub fn join(&mut self, network: &str, facts: &LabFacts) {
        self.network = joined(network, facts);
    }
}

/// A class is handed a list of addresses, so they are fixed where the network has any.
fn joined(network: &str, facts: &LabFacts) -> LabNetwork {
    let known = facts.networks.iter().find(|known| known.name == network);
    let addresses = match known.and_then(|network| network.subnet) {
        Some(_) => Addresses::Fixed { first: String::new() },
        None => Addresses::Any,
    };
    LabNetwork::One { network: network.to_owned(), addresses }
}

/// The pool that the template's disk is in, else the first that files can be made in.
fn pool(facts: &LabFacts) -> Option<String> {
    let open = || facts.pools.iter().filter(|pool| pool.active && pool.writable != Some(false));
    let disk = facts.template.as_ref().and_then(|template| template.disks.first());
    let folder = disk.and_then(|disk| disk.path.rsplit_once('/')).map(|(folder, _)| folder);
    let beside = open().find(|pool| folder.is_some() && pool.folder.as_deref() == folder);
    beside.or_else(|| open().next()).map(|pool| pool.name.clone())
}
