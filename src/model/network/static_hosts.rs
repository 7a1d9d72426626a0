//! Static hosts of many machines at once: from a class's roster, from lines with addresses, or of who is attached.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr},
};

use ipnet::{IpNet, Ipv4Net};

use super::spec::{DhcpHost, Subnet};
use crate::{mac::MacAddress, metadata::Student};

/// Where addresses for machines begin, where there is room below: the first few are kept for what is no machine.
const FIRST: u32 = 10;
/// How many addresses are looked at for a free one.
const MOST: u32 = 65_536;
/// What a line with the titles of columns has.
const TITLES: [&str; 12] =
    ["姓名", "名字", "学号", "编号", "主机名", "地址", "name", "student", "number", "id", "mac", "address"];

/// A network card in the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The machine's name.
    pub name: String,
    /// Whose it is.
    pub student: Option<Student>,
    /// The card's address.
    pub mac: MacAddress,
}

/// One line that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub line: usize,
    /// What it comes to.
    pub host: Result<DhcpHost, Fault>,
}

/// Why a line comes to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no Ethernet address in it, and no machine of that name, or of a student of that name or number, in the
    /// network.
    NoMachine(String),
    /// No computer of the network can have the address.
    Outside(IpAddr),
    /// Another line, or another machine, has the address.
    Taken(IpAddr),
    /// Another line has the network card.
    Twice(MacAddress),
    /// The network has no free address left.
    Full,
}

/// The text to begin with: who is attached and has no address of its own yet, one a line.
#[must_use]
pub fn suggested(attached: &[Attached], subnet: &Subnet) -> String {
    let kept = |mac| subnet.hosts.iter().any(|host| host.mac == Some(mac));
    let rest: Vec<&Attached> = attached.iter().filter(|one| !kept(one.mac)).collect();
    let names: Vec<String> = rest.iter().map(|one| format!("{} {}\n", one.name, one.mac)).collect();
    let lines = read(&names.concat(), attached, subnet);
    let with_address = names.iter().zip(&lines).map(|(name, line)| match &line.host {
        Ok(DhcpHost { ip: Some(ip), .. }) => format!("{} {ip}\n", name.trim_end()),
        _ => name.clone(),
    });
    with_address.collect()
}

/// Reads lines: a machine's name, a student's number or name, or an Ethernet address, in any order; an IPv4 address, or
/// the next free one of `subnet`.
#[must_use]
pub fn read(text: &str, attached: &[Attached], subnet: &Subnet) -> Vec<Line> {
    let lines: Vec<(usize, Words)> = (1..).zip(text.lines()).filter_map(|(n, line)| Some((n, words(line)?))).collect();
    let named: HashSet<IpAddr> = lines.iter().filter_map(|(_, words)| words.ip).collect();
    let mut reader = Reader { attached, subnet, used: HashSet::new(), macs: HashSet::new(), named };
    let first = lines.first().map(|(line, _)| *line);
    let is_title = |line: usize, words: &Words| Some(line) == first && reader_is_title(words, attached);
    let body: Vec<(usize, Words)> = lines.into_iter().filter(|(line, words)| !is_title(*line, words)).collect();
    body.into_iter().map(|(line, words)| Line { line, host: reader.host(&words) }).collect()
}

/// What a line holds.
struct Words {
    mac: Option<MacAddress>,
    ip: Option<IpAddr>,
    rest: Vec<String>,
}

fn words(line: &str) -> Option<Words> {
    let split = line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '，' | '；' | '、' | '"'));
    let mut words = Words { mac: None, ip: None, rest: Vec::new() };
    for word in split.filter(|word| !word.is_empty()) {
        match (word.parse::<IpAddr>(), MacAddress::parse(word)) {
            (Ok(ip), _) => words.ip = Some(ip),
            (_, Ok(mac)) => words.mac = Some(mac),
            _ => words.rest.push(word.to_owned()),
        }
    }
    (words.mac.is_some() || words.ip.is_some() || !words.rest.is_empty()).then_some(words)
}

fn reader_is_title(words: &Words, attached: &[Attached]) -> bool {
    let is_title = |word: &String| TITLES.contains(&word.to_lowercase().as_str());
    words.mac.is_none() && words.ip.is_none() && words.rest.iter().any(is_title) && found(words, attached).is_empty()
}

/// The cards of the machine that the words name.
fn found<'a>(words: &Words, attached: &'a [Attached]) -> Vec<&'a Attached> {
    let joined =
        |without: &str| words.rest.iter().filter(|word| *word != without).cloned().collect::<Vec<_>>().join(" ");
    let has = |text: &str| !text.is_empty() && words.rest.iter().any(|word| word == text);
    let by_name: Vec<&Attached> = attached.iter().filter(|one| has(&one.name)).collect();
    if !by_name.is_empty() {
        return by_name;
    }
    let of = |one: &&Attached| {
        one.student.as_ref().is_some_and(|student| {
            // A number tells two students of one name apart.
            let same_name = !student.name.is_empty() && joined(&student.number) == student.name;
            has(&student.number)
                || (same_name && !words.rest.iter().any(|word| word.bytes().any(|b| b.is_ascii_digit())))
        })
    };
    attached.iter().filter(of).collect()
}

struct Reader<'a> {
    attached: &'a [Attached],
    subnet: &'a Subnet,
    /// Addresses that lines before have.
    used: HashSet<IpAddr>,
    macs: HashSet<MacAddress>,
    /// Addresses that some line names.
    named: HashSet<IpAddr>,
}

impl Reader<'_> {
    fn host(&mut self, words: &Words) -> Result<DhcpHost, Fault> {
        let known = found(words, self.attached);
        let unused = known.iter().map(|one| one.mac).find(|mac| !self.macs.contains(mac));
        let mac = words.mac.or(unused).or_else(|| known.first().map(|one| one.mac));
        let mac = mac.ok_or_else(|| Fault::NoMachine(words.rest.join(" ")))?;
        if self.macs.contains(&mac) {
            return Err(Fault::Twice(mac));
        }
        let ip = match words.ip {
            Some(ip) => self.possible(ip, mac)?,
            None => self.free(mac).ok_or(Fault::Full)?,
        };
        self.macs.insert(mac);
        self.used.insert(ip);
        let of_card = || self.attached.iter().find(|one| one.mac == mac).map(|one| one.name.as_str());
        let name = of_card().or_else(|| words.rest.first().map(String::as_str)).filter(|name| is_host_name(name));
        Ok(DhcpHost { mac: Some(mac), duid: None, name: name.map(str::to_owned), ip: Some(ip) })
    }

    fn possible(&self, ip: IpAddr, mac: MacAddress) -> Result<IpAddr, Fault> {
        let (net, own) = (self.subnet.address.trunc(), self.subnet.address.addr());
        let is_edge = ip == net.network() || (net.addr().is_ipv4() && ip == net.broadcast());
        if !net.contains(&ip) || is_edge || ip == own {
            return Err(Fault::Outside(ip));
        }
        if self.used.contains(&ip) || self.is_anothers(ip, mac) { Err(Fault::Taken(ip)) } else { Ok(ip) }
    }

    fn is_anothers(&self, ip: IpAddr, mac: MacAddress) -> bool {
        self.subnet.hosts.iter().any(|host| host.ip == Some(ip) && host.mac != Some(mac))
    }

    /// The address that the card has already, else a free one outside of what DHCP gives to anybody, else any.
    fn free(&self, mac: MacAddress) -> Option<IpAddr> {
        let IpNet::V4(net) = self.subnet.address.trunc() else { return None };
        let own = self.subnet.hosts.iter().find(|host| host.mac == Some(mac)).and_then(|host| host.ip);
        let given = |ip: &IpAddr| self.subnet.ranges.iter().any(|range| (range.start..=range.end).contains(ip));
        let is_free = |ip: &IpAddr| !self.named.contains(ip) && self.possible(*ip, mac).is_ok();
        own.filter(is_free)
            .or_else(|| hosts(net).find(|ip| !given(ip) && is_free(ip)))
            .or_else(|| hosts(net).find(is_free))
    }
}

/// The addresses of a network's machines, the first few last.
fn hosts(net: Ipv4Net) -> impl Iterator<Item = IpAddr> {
    let (low, high) = (u32::from(net.network()), u32::from(net.broadcast()));
    let from = if high - low > 2 * FIRST { low + FIRST } else { low + 1 };
    (from..high).take(MOST as usize).chain(low + 1..from).map(|ip| IpAddr::V4(Ipv4Addr::from(ip)))
}

/// What dnsmasq and libvirt take as a host's name: a letter first, then letters, digits, dashes and underscores.
fn is_host_name(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    (1..=63).contains(&name.len())
        && plain
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{NetworkSpec, tests::COURSE};

    fn subnet() -> Subnet {
        NetworkSpec::parse(COURSE).unwrap().subnets.remove(0)
    }

    fn card(number: u8, name: &str, student: Option<(&str, &str)>) -> Attached {
        let student = student.map(|(number, name)| Student { number: number.into(), name: name.into() });
        Attached { name: name.into(), student, mac: MacAddress::from_random([0, 0, number]) }
    }

    fn class() -> Vec<Attached> {
        vec![
            card(1, "node1", Some(("2026001", "李雷"))),
            card(2, "node2", Some(("2026002", "韩 梅梅"))),
            card(3, "node3", Some(("2026003", "李雷"))),
        ]
    }

    /// Each line's card and last octet, or its fault.
    fn of(text: &str) -> Vec<Result<(u8, String), Fault>> {
        let lines = read(text, &class(), &subnet());
        let short = |host: DhcpHost| {
            let ip = host.ip.unwrap().to_string();
            (host.mac.unwrap().to_string().ends_with("01").into(), ip.rsplit('.').next().unwrap().to_owned())
        };
        lines.into_iter().map(|line| line.host.map(short)).collect()
    }

    #[test]
    fn a_roster_finds_its_machines_and_free_addresses() {
        let lines = read("学号,姓名\n2026001,李雷\n2026002,韩 梅梅\n2026003,李雷\n", &class(), &subnet());
        let hosts: Vec<DhcpHost> = lines.into_iter().map(|line| line.host.unwrap()).collect();
        let addresses: Vec<String> = hosts.iter().map(|host| host.ip.unwrap().to_string()).collect();
        assert_eq!(addresses, ["192.168.1.10", "192.168.1.11", "192.168.1.12"]);
        let macs: Vec<_> = hosts.iter().map(|host| host.mac.unwrap()).collect();
        assert_eq!(macs, class().iter().map(|one| one.mac).collect::<Vec<_>>());
        assert_eq!(hosts[1].name.as_deref(), Some("node2"), "a machine's name is a host's, a student's is none");
        assert_eq!(of("韩 梅梅"), of("node2"));
    }

    #[test]
    fn lines_may_say_it_all_themselves() {
        let lines = read("52:54:00:aa:bb:cc 192.168.1.77 web\n", &[], &subnet());
        let host = lines[0].host.clone().unwrap();
        assert_eq!((host.ip.unwrap().to_string().as_str(), host.name.as_deref()), ("192.168.1.77", Some("web")));
        let outside = |ip: &str| Err(Fault::Outside(ip.parse().unwrap()));
        assert_eq!(of("node1 10.0.0.1"), [outside("10.0.0.1")]);
        assert_eq!(of("node1 192.168.1.254"), [outside("192.168.1.254")]);
        assert_eq!(of("node1 192.168.1.0"), [outside("192.168.1.0")]);
        assert_eq!(of("\nnode9\n"), [Err(Fault::NoMachine("node9".into()))]);
        let twice = of("node1 192.168.1.20\nnode2 192.168.1.20\nnode1");
        assert_eq!(twice[1], Err(Fault::Taken("192.168.1.20".parse().unwrap())));
        assert_eq!(twice[2], Err(Fault::Twice(class()[0].mac)));
        // A free address is none that a later line names.
        assert_eq!(of("node1\nnode2 192.168.1.10")[0], Ok((1, "11".into())));
    }

    #[test]
    fn what_is_suggested_is_read_as_it_is_meant() {
        let mut subnet = subnet();
        let text = suggested(&class(), &subnet);
        assert_eq!(text.lines().count(), 3);
        let hosts: Vec<DhcpHost> = read(&text, &class(), &subnet).into_iter().map(|line| line.host.unwrap()).collect();
        subnet.hosts = hosts;
        assert_eq!(suggested(&class(), &subnet), "");
        // Without a free place outside of the range, one inside of it.
        let small = Subnet { address: "10.0.0.1/29".parse().unwrap(), ranges: subnet.ranges, hosts: Vec::new() };
        assert_eq!(read("node1", &class(), &small)[0].host.as_ref().unwrap().ip, Some("10.0.0.2".parse().unwrap()));
    }
}
