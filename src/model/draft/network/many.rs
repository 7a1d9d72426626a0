//! Many networks at once: names from a pattern, each with a bridge and a free range of its own.

use ipnet::{IpNet, Ipv4Net};

use super::{Facts, Family, NetworkDraft, suggest::course_shape};
use crate::{
    network::{Mode, NetworkSpec},
    pattern::{Pattern, PatternProblem, Taken},
    subnet::{self, SubnetProblem},
};

/// The most networks at once: each that is started is a bridge and two processes of dnsmasq on the host.
pub const MOST: u32 = 200;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManyDraft {
    /// The names: `student{1..30}`.
    pub names: String,
    /// How guests reach others: one of [`ManyDraft::MODES`].
    pub mode: Mode,
    /// The ranges: `10.1.{N}.0/24`; empty for the first free ones.
    pub ranges: String,
    /// Whether they start with their host.
    pub autostart: bool,
    /// Whether they are started now.
    pub start: bool,
}

/// Why a draft gives no networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManyProblem {
    /// The names.
    Names(PatternProblem),
    /// More than [`MOST`].
    TooMany(usize),
    /// The ranges.
    Ranges(SubnetProblem),
    /// No more ranges are free.
    NoneFree,
}

impl Default for ManyDraft {
    fn default() -> Self {
        Self { names: "student{1..30}".into(), mode: Mode::Nat, ranges: String::new(), autostart: true, start: true }
    }
}

impl ManyDraft {
    /// Those that libvirt makes a bridge for.
    pub const MODES: [Mode; 4] = [Mode::Nat, Mode::Isolated, Mode::Route, Mode::Open];

    /// The networks that it comes to, on a host with these facts.
    ///
    /// # Errors
    /// Why there are none.
    pub fn specs(&self, facts: &Facts) -> Result<Vec<NetworkSpec>, ManyProblem> {
        let is_taken = |name: &str| facts.taken.networks.iter().any(|network| network.name == name);
        let pattern = Pattern::parse(&self.names).map_err(ManyProblem::Names)?;
        let names = pattern.names(None, Taken::NextFree, is_taken).map_err(ManyProblem::Names)?.names;
        specs(&names, self.mode, &self.ranges, facts)
    }
}

/// A network of each of these names, as a lab with one network for each machine wants them.
///
/// # Errors
/// Why there are none.
pub fn specs(names: &[String], mode: Mode, ranges: &str, facts: &Facts) -> Result<Vec<NetworkSpec>, ManyProblem> {
    let count = u32::try_from(names.len()).ok().filter(|count| *count <= MOST);
    let count = count.ok_or(ManyProblem::TooMany(names.len()))?;
    let wanted = match ranges.trim() {
        "" => None,
        text => Some(subnet::free_subnets(text, count, &taken_v4(facts)).map_err(ManyProblem::Ranges)?),
    };
    let mut facts = facts.clone();
    let mut all: Vec<NetworkSpec> = Vec::new();
    for (nth, name) in names.iter().enumerate() {
        let net = match &wanted {
            Some(nets) => nets.get(nth).copied(),
            None => facts.taken.free_v4(24),
        };
        let spec = one(name, mode, net.ok_or(ManyProblem::NoneFree)?, &facts);
        facts.taken.networks.push(spec.clone());
        all.push(spec);
    }
    Ok(all)
}

fn one(name: &str, mode: Mode, net: Ipv4Net, facts: &Facts) -> NetworkSpec {
    let mut draft = NetworkDraft { name: name.to_owned(), mode, ..NetworkDraft::default() };
    draft.take_free_bridge(facts);
    draft.v4.dhcp = true;
    draft.v4 = course_shape(draft.addresses(Family::V4), net);
    draft.spec()
}

fn taken_v4(facts: &Facts) -> Vec<Ipv4Net> {
    let networks = facts.taken.networks.iter().flat_map(NetworkSpec::nets);
    let all = networks.chain(facts.taken.routes.iter().map(|route| route.to));
    all.filter_map(|net| if let IpNet::V4(net) = net { Some(net) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        draft::network::problems,
        network::{Subnet, free::Taken as Used, routes::HostRoute},
    };

    fn facts() -> Facts {
        let first = NetworkSpec {
            name: "student2".into(),
            bridge: Some("student1".into()),
            subnets: vec![Subnet::new("192.168.101.254/24".parse().unwrap())],
            ..NetworkSpec::default()
        };
        let lan = HostRoute { to: "192.168.103.0/24".parse().unwrap(), device: "eth0".into() };
        Facts { taken: Used { networks: vec![first], routes: vec![lan], devices: Vec::new() }, ..Facts::default() }
    }

    #[test]
    fn thirty_networks_lie_beside_each_other_and_beside_what_is_there() {
        let facts = facts();
        let all = ManyDraft::default().specs(&facts).unwrap();
        assert_eq!(all.len(), 30);
        assert_eq!((all[0].name.as_str(), all[29].name.as_str()), ("student1", "student31"), "student2 is there");
        assert_eq!(all[0].bridge.as_deref(), Some("virbr0"), "the bridge of its name is another's");
        let mut known = facts;
        for spec in all {
            assert_eq!(problems(&NetworkDraft::of(&spec), &known), [], "{spec:?}");
            assert_eq!(spec.subnets[0].ranges.len(), 1);
            known.taken.networks.push(spec);
        }
    }

    #[test]
    fn ranges_may_be_said_and_what_is_too_much_is_refused() {
        let draft = |names: &str, ranges: &str| ManyDraft {
            names: names.into(),
            ranges: ranges.into(),
            mode: Mode::Isolated,
            ..ManyDraft::default()
        };
        let all = draft("lab{1..3}", "10.1.{N}.0/24").specs(&facts()).unwrap();
        let nets: Vec<String> = all.iter().flat_map(NetworkSpec::nets).map(|net| net.to_string()).collect();
        assert_eq!(nets, ["10.1.1.0/24", "10.1.2.0/24", "10.1.3.0/24"]);
        assert!(all.iter().all(|spec| spec.mode == Mode::Isolated));
        let refused = |names: &str, ranges: &str| draft(names, ranges).specs(&facts()).unwrap_err();
        assert_eq!(refused("lab{1..201}", ""), ManyProblem::TooMany(201));
        assert!(matches!(refused("lab{", ""), ManyProblem::Names(PatternProblem::Braces)));
        let few = SubnetProblem::TooFew { wanted: 3, free: 2 };
        assert_eq!(refused("lab{1..3}", "192.168.{101..104}.0/24"), ManyProblem::Ranges(few));
    }
}
