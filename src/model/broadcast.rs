//! Who of many answers differently: what consoles wrote since the same line was sent to all of them, each compared
//! without its own names.

use std::collections::HashMap;

/// What stands for a machine's own names, for a time of day, and for the kernel's clock or a process's number.
const OWN: &str = "\u{2022}";
const TIME: &str = "0:00";
const CLOCK: &str = "[0.0]";

/// The text of an answer in which nothing is left that must differ: own names and addresses, clocks, and
/// numbers of processes.
#[must_use]
pub fn plain(lines: &[String], own: &[String]) -> String {
    let mut own: Vec<&str> = own.iter().map(String::as_str).filter(|name| name.chars().count() > 1).collect();
    // An address or a full name before what is a part of it.
    own.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let line = |line: &String| {
        let line = own.iter().fold(line.clone(), |line, name| without(&line, name));
        without_clocks(&line).trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The name that a guest gives itself: before its login prompt, or in the prompt of its shell.
#[must_use]
pub fn learnt(lines: &[String]) -> Option<String> {
    let name = |line: &String| {
        let before = line.trim().strip_suffix("login:").or_else(|| line.split_once(" login: ").map(|(name, _)| name));
        let at = || line.split_once('@').map(|(_, rest)| rest);
        let name = before.or_else(at)?.trim();
        let end = name.find(|c: char| !is_in_word(c) && c != '.').unwrap_or(name.len());
        (end > 0).then(|| name[..end].to_owned())
    };
    lines.iter().rev().find_map(name)
}

/// Which answers differ from what most say; an answer that is `None` takes no part. Where no answer is given by more than
/// half, all of them differ.
#[must_use]
pub fn odd_ones(answers: &[Option<String>]) -> Vec<bool> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for answer in answers.iter().flatten() {
        *counts.entry(answer).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let usual = counts.into_iter().find(|(_, count)| count * 2 > all).map(|(answer, _)| answer.to_owned());
    answers.iter().map(|answer| answer.is_some() && *answer != usual).collect()
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// The line without a name where it stands by itself: `node1` is no part of `node10`.
fn without(line: &str, name: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(name) {
        let (before, from) = rest.split_at(at);
        let after = &from[name.len()..];
        let joined = before.chars().next_back().or_else(|| out.chars().next_back()).is_some_and(is_in_word)
            || after.chars().next().is_some_and(is_in_word);
        out.push_str(before);
        out.push_str(if joined { name } else { OWN });
        rest = after;
    }
    out + rest
}

/// The line with each time of day, and each stamp of the kernel, as the same one.
fn without_clocks(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let (word, put) = match (stamp(rest), time(rest)) {
            (Some(length), _) => (length, Some(CLOCK)),
            (None, Some(length)) => (length, Some(TIME)),
            // All of a number at once, so that no time is found within one.
            (None, None) if c.is_ascii_digit() => (digits(rest), None),
            (None, None) => (c.len_utf8(), None),
        };
        out.push_str(put.unwrap_or(&rest[..word]));
        rest = &rest[word..];
    }
    out
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of `12:34` or `12:34:56` at the start.
fn time(text: &str) -> Option<usize> {
    let first = digits(text);
    if !(1..=2).contains(&first) {
        return None;
    }
    let mut length = first;
    for part in 0..2 {
        let more = text.get(length..).and_then(|rest| rest.strip_prefix(':')).map_or(0, digits);
        if more != 2 {
            return (part > 0).then_some(length);
        }
        length += 1 + more;
    }
    Some(length)
}

/// The length of the kernel's `[   12.345678]`, or of a process's number, `[166]`, at the start.
fn stamp(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find(']')?;
    let number = inner[..end].trim_start();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (seconds, rest) = number.split_once('.').unwrap_or((number, "0"));
    (is_number(seconds) && is_number(rest)).then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn said(text: &str, own: &[&str]) -> String {
        plain(&lines(text), &own.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn own_names_addresses_and_clocks_make_no_difference() {
        let one = said(
            "login[166]: root login\nLinux node1 6.1 12:01:44\n[   12.345678] eth0: 192.168.1.1/24\n[root@node1 ~]# ",
            &["node1", "192.168.1.1"],
        );
        let two = said(
            "login[169]: root login\nLinux node12 6.1 9:59\n[    9.1] eth0: 192.168.1.12/24\n[root@node12 ~]#",
            &["node12", "192.168.1.12"],
        );
        assert_eq!(one, two);
    }

    #[test]
    fn a_name_is_no_part_of_another() {
        assert_eq!(said("node1 node10 node1-b node1.lab", &["node1"]), "\u{2022} node10 node1-b \u{2022}.lab");
        assert_eq!(said("a b", &["a", ""]), "a b", "a name of one letter is in everything");
        assert_eq!(said("1234:56 1:2:3 exit 1", &[]), "1234:56 1:2:3 exit 1");
    }

    #[test]
    fn a_guests_own_name_is_in_its_prompts() {
        for (text, name) in [
            ("tiny login: ", Some("tiny")),
            ("node1 login: root\nmotd", Some("node1")),
            ("[root@cent7-node2 ~]# ls", Some("cent7-node2")),
            ("student@deb13:~$", Some("deb13")),
            ("nothing here", None),
        ] {
            assert_eq!(learnt(&lines(text)).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn the_odd_one_is_who_differs_from_most() {
        let odd =
            |answers: &[&str]| odd_ones(&answers.iter().map(|&a| (a != "-").then(|| a.to_owned())).collect::<Vec<_>>());
        assert_eq!(odd(&["a", "a", "b"]), [false, false, true]);
        assert_eq!(odd(&["a", "-", "a", ""]), [false, false, false, true], "silence is an answer too");
        assert_eq!(odd(&["a", "b"]), [true, true], "nobody can tell which");
        assert_eq!(odd(&["a", "a", "b", "b"]), [true; 4]);
        assert_eq!(odd(&["a"]), [false]);
        assert_eq!(odd(&[]), [false; 0]);
    }
}
