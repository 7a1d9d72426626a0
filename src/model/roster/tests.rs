//! Tests of the ways to write a class down.

use super::*;
use proptest::prelude::*;

fn students(roster: &Roster) -> Vec<(&str, &str)> {
    roster.rows.iter().map(|row| (&*row.student.number, &*row.student.name)).collect()
}

#[test]
fn all_the_ways_to_write_one_class() {
    let class = [("2026001", "李雷"), ("2026002", "韩 梅梅")];
    for text in [
        "学号,姓名\n2026001,李雷\n2026002,韩 梅梅\n",
        "姓名\t班级\t学号\r\n李雷\t一班\t2026001\r\n韩 梅梅\t一班\t2026002\r\n",
        "Name;Student ID\n李雷;2026001\n\n韩 梅梅;2026002",
        "2026001,李雷\n2026002,韩 梅梅",
        "李雷，2026001\n韩 梅梅，2026002",
        "2026001 李雷\n2026002 韩 梅梅\n",
        "1,2026001,李雷\n2,2026002,韩 梅梅\n",
        "\u{feff}学号,姓名\n2026001,\"李雷\"\n2026002,\"韩 梅梅\"\n",
    ] {
        let roster = read_text(text);
        assert_eq!(students(&roster), class, "{text}");
        assert_eq!(roster.problems, [], "{text}");
    }
}

#[test]
fn names_alone_are_enough() {
    let roster = read_text("李雷\n\n 韩 梅梅 \nJohn Smith");
    assert_eq!(students(&roster), [("", "李雷"), ("", "韩 梅梅"), ("", "John Smith")]);
    assert_eq!(roster.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(students(&read_text("姓名\n李雷")), [("", "李雷")]);
    assert_eq!(students(&read_text("2026001\n2026002")), [("2026001", ""), ("2026002", "")]);
}

#[test]
fn encodings_of_spreadsheets() {
    let text = "学号,姓名\r\n2026001,李雷\r\n2026002,㐀𠀀\r\n";
    let (gb, _, _) = GB18030.encode(text);
    let utf16: Vec<u8> = text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, name) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8"),
        (gb.into_owned(), "gb18030"),
        ([b"\xff\xfe".to_vec(), utf16].concat(), "UTF-16LE"),
    ] {
        let roster = read_bytes(&bytes);
        assert_eq!(students(&roster), [("2026001", "李雷"), ("2026002", "㐀𠀀")], "{name}");
        assert_eq!((roster.encoding, roster.header), (name, true));
    }
    let damaged = read_bytes(b"\xff\xff\n");
    assert_eq!(damaged.problems[0].kind, RosterFault::Undecodable);
}

#[test]
fn problems_name_their_lines() {
    let roster = read_text("学号,姓名\n1,李雷\n2,李雷\n1,王五\n,\n ,,x\n3,a\u{7}b\n");
    let problem = |line, kind| RosterProblem { line, kind };
    assert_eq!(
        roster.problems,
        [
            problem(3, RosterFault::EqualName { name: "李雷".into(), first: 2 }),
            problem(4, RosterFault::EqualNumber { number: "1".into(), first: 2 }),
            problem(6, RosterFault::NoName),
            problem(7, RosterFault::Odd("a\u{7}b".into())),
        ]
    );
    assert!(roster.problems[0].kind.is_warning() && !roster.problems[1].kind.is_warning());
    for empty in ["", "\n \n", "学号,姓名\n"] {
        assert_eq!(read_text(empty).problems, [problem(0, RosterFault::Empty)], "{empty:?}");
    }
    let many: String = (0..=MAX_COUNT).flat_map(|n| ["学生".to_owned(), n.to_string(), "x\n".to_owned()]).collect();
    assert_eq!(read_text(&many).problems, [problem(u64::from(MAX_COUNT) + 1, RosterFault::TooMany)]);
}

proptest! {
    #[test]
    fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let roster = read_bytes(&bytes);
        prop_assert!(roster.rows.iter().all(|row| odd(&row.student).is_none()));
        prop_assert!(!roster.rows.is_empty() || !roster.problems.is_empty());
    }

    #[test]
    fn no_text_breaks_it(text in "[0-9a-z李雷,;\t\" \n]{0,80}") {
        let roster = read_text(&text);
        let lines = text.lines().count() as u64;
        prop_assert!(roster.rows.iter().all(|row| row.line >= 1 && row.line <= lines), "{roster:?}");
    }
}
