//! Tests of name patterns, counts and host names.

use super::*;
use proptest::prelude::*;

fn names(pattern: &str, count: Option<u32>, taken: Taken, used: &[&str]) -> Result<Names, PatternProblem> {
    Pattern::parse(pattern)?.names(count, taken, |name| used.contains(&name))
}

#[test]
fn patterns_of_the_course_give_its_names() {
    let all = names("cent7node{1..30}", None, Taken::NextFree, &[]).unwrap().names;
    assert_eq!((all.len(), &*all[0], &*all[29]), (30, "cent7node1", "cent7node30"));
    assert_eq!(names("node{01..30}", Some(2), Taken::NextFree, &[]).unwrap().names, ["node01", "node02"]);
    assert_eq!(names("cent7_node{N}", Some(2), Taken::NextFree, &[]).unwrap().names, ["cent7_node1", "cent7_node2"]);
    assert_eq!(names("n{NN}-x", Some(1), Taken::NextFree, &[]).unwrap().names, ["n01-x"]);
    assert_eq!(names("班{８..9}", None, Taken::NextFree, &[]).unwrap().names, ["班8", "班9"]);
    assert_eq!(names("one", None, Taken::NextFree, &[]).unwrap().names, ["one"]);
    assert_eq!(names("n{9..10}", None, Taken::NextFree, &[]).unwrap().names, ["n9", "n10"]);
}

#[test]
fn whole_names_are_compared() {
    // The course's `virsh list --all | grep cent7_node1` finds cent7_node10 and passes cent7_node1 over.
    let used = ["cent7_node10", "cent7_node2"];
    let found = names("cent7_node{N}", Some(3), Taken::NextFree, &used).unwrap();
    assert_eq!(found.names, ["cent7_node1", "cent7_node3", "cent7_node4"]);
    assert_eq!(found.skipped, ["cent7_node2"]);
    let found = names("cent7_node{1..3}", None, Taken::Skip, &used).unwrap();
    assert_eq!(found.names, ["cent7_node1", "cent7_node3"]);
    let refused = names("cent7_node{1..3}", None, Taken::Refuse, &used);
    assert_eq!(refused, Err(PatternProblem::Taken(vec!["cent7_node2".into()])));
    assert_eq!(names("a", None, Taken::NextFree, &["a"]), Err(PatternProblem::Taken(vec!["a".into()])));
    assert_eq!(names("a{1..1}", None, Taken::Skip, &["a1"]), Err(PatternProblem::NoneFree));
}

#[test]
fn bad_patterns_are_told_apart() {
    use PatternProblem as P;
    for (pattern, count, problem) in [
        ("", None, P::Empty),
        ("  ", Some(1), P::Empty),
        ("n{1..3", None, P::Braces),
        ("n1..3}", None, P::Braces),
        ("n{1..3}}", None, P::Braces),
        ("n{{1..3}", None, P::Braces),
        ("n{1..3}{1..2}", None, P::TwoNumbers),
        ("n{a..b}", None, P::NotANumber("a..b".into())),
        ("n{}", None, P::NotANumber(String::new())),
        ("n{-1..3}", None, P::NotANumber("-1..3".into())),
        ("n{1..99999999999}", None, P::NotANumber("1..99999999999".into())),
        ("n{3..1}", None, P::Backwards),
        ("n{1..10000}", None, P::TooMany(10_000)),
        ("n{N}", Some(10_000), P::TooMany(10_000)),
        ("n{N}", None, P::NoCount),
        ("n", Some(2), P::NoNumber),
        ("a/{N}", Some(1), P::BadName { name: "a/1".into(), problem: NameProblem::Slash }),
    ] {
        assert_eq!(names(pattern, count, Taken::NextFree, &[]), Err(problem), "{pattern}");
    }
}

#[test]
fn counts_are_read_as_typed() {
    use CountProblem as P;
    for (text, result) in [
        ("30", Ok(30)),
        (" ３０ ", Ok(30)),
        ("+7", Ok(7)),
        ("007", Ok(7)),
        ("", Err(P::Empty)),
        ("abc", Err(P::NotANumber)),
        ("3.5", Err(P::NotANumber)),
        ("-", Err(P::NotANumber)),
        ("0", Err(P::Zero)),
        ("-0", Err(P::Zero)),
        ("-5", Err(P::Negative)),
        ("1000", Ok(1000)),
        ("10000", Err(P::TooMany)),
        ("99999999999999999999", Err(P::TooMany)),
    ] {
        assert_eq!(count(text), result, "{text}");
    }
}

#[test]
fn host_names_follow_rfc_1123() {
    for (name, host) in [
        ("cent7_node1", "cent7-node1"),
        ("centos-7.9", "centos-7-9"),
        ("_a_", "a"),
        ("班级 1", "1"),
        ("李雷", "host"),
        ("a\nb;c", "abc"),
    ] {
        assert_eq!(host_name(name), host);
    }
    assert_eq!(host_name(&"a".repeat(80)).len(), 63);
    assert!(is_host_name("node1") && !is_host_name("node_1") && !is_host_name("") && !is_host_name("-a"));
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,20}", count in prop::option::of(0_u32..40)) {
        if let Ok(found) = names(&text, count, Taken::NextFree, &["a"]) {
            let mut all = found.names.clone();
            all.sort();
            all.dedup();
            prop_assert_eq!(all.len(), found.names.len());
            prop_assert!(found.names.iter().all(|name| names::check(name, NameKind::Domain).is_ok()));
        }
        prop_assert!(is_host_name(&host_name(&text)));
    }
}
