//! Texts made to exhaust a reader: refused, or read in time that grows with their length only.

use std::time::{Duration, Instant};

use super::super::{MAX_BYTES, MAX_DEPTH, MAX_ITEMS};
use super::{Document, Reason, parse};

/// Far above what a linear reader needs for the largest text here without optimization, far below a quadratic one.
const LIMIT: Duration = Duration::from_secs(20);

fn reason(text: &str) -> Reason {
    Document::parse(text).expect_err("refused").reason
}

#[test]
fn depth_ends_at_its_limit_with_the_place() {
    let nested = |depth: usize| format!("{}{}", "<a>\n".repeat(depth), "</a>".repeat(depth));
    assert_eq!(parse(&nested(MAX_DEPTH)).root().descendants().count(), MAX_DEPTH);
    let error = Document::parse(&nested(MAX_DEPTH + 1)).expect_err("too deep");
    assert_eq!((error.reason, error.position.line, error.position.column), (Reason::TooDeep, 257, 1));
    assert_eq!(reason(&"<a>".repeat(1_000_000)), Reason::TooDeep);
}

#[test]
fn size_and_number_end_at_their_limits() {
    let long = |bytes: usize| format!("<a>{}</a>", "x".repeat(bytes - 7));
    assert_eq!(parse(&long(MAX_BYTES)).root().text().len(), MAX_BYTES - 7);
    assert_eq!(reason(&long(MAX_BYTES + 1)), Reason::TooLarge);
    assert_eq!(reason(&format!("<a>{}</a>", "<b/>".repeat(MAX_ITEMS))), Reason::TooMany);
}

fn numbered(count: u32, one: impl Fn(u32) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().concat()
}

#[test]
fn no_text_takes_quadratic_time() {
    let attributes = numbered(100_000, |n| format!(" a{n}=''"));
    let declarations = numbered(100_000, |n| format!(" xmlns:p{n}='u{n}'"));
    let used = numbered(100_000, |n| format!("<p{n}:b p{n}:c=''/>"));
    let nested = numbered(200, |n| format!("<a xmlns:p{n}='u{n}'>"));
    let texts = [
        format!("<a{attributes}/>"),
        format!("<a{declarations}>{used}</a>"),
        format!("{nested}{}{}", "<p0:b/>".repeat(100_000), "</a>".repeat(200)),
        format!("<a>{}</a>", "&amp;".repeat(1_000_000)),
        format!("<a>{}</a>", "]]".repeat(2_000_000)),
        format!("<a>{}</a>", "<!---->".repeat(400_000)),
        format!("<a>{}</a>", "<![CDATA[]]>".repeat(400_000)),
        format!("<a b='{}'/>", "&#000000000000065;".repeat(200_000)),
        format!("<{0}></{0}>", "n".repeat(2_000_000)),
        format!("<a{0}b{0}={0}''{0}/>", " ".repeat(1_000_000)),
    ];
    for text in texts {
        let start = Instant::now();
        let document = parse(&text);
        let length = document.root().descendants().map(|n| n.text().len() + n.attributes().count()).sum::<usize>();
        assert!(start.elapsed() < LIMIT, "{:?} for {:.40}… ({length})", start.elapsed(), text);
    }
}

/// `cargo test --release -p lectern-model -- --ignored --nocapture speed` prints the figures.
#[test]
#[ignore = "a measurement, not a check"]
fn speed() {
    let domain = |disks: usize| {
        let disk = "    <disk type='file' device='disk'>\n      <driver name='qemu' type='qcow2' discard='unmap'/>\n      \
                    <source file='/var/lib/libvirt/images/a &amp; b.qcow2'/>\n      <target dev='vda' bus='virtio'/>\n    </disk>\n";
        format!("<domain type='kvm'>\n  <name>a</name>\n  <devices>\n{}  </devices>\n</domain>\n", disk.repeat(disks))
    };
    for (disks, rounds) in [(35, 2000_u32), (4600, 20)] {
        let text = domain(disks);
        let time = |work: &dyn Fn()| {
            let start = Instant::now();
            (0..rounds).for_each(|_| work());
            start.elapsed() / rounds
        };
        let document = parse(&text);
        let name = document.root().child("name").unwrap();
        let print = time(&|| assert_eq!(parse(&text).to_string().len(), text.len()));
        let edit = time(&|| drop(document.edit().set_text(name, "b").unwrap().finish().unwrap()));
        let other = time(&|| drop(roxmltree::Document::parse(&text).unwrap()));
        println!("{} bytes: parse and print {print:?}, one edit {edit:?}; roxmltree's parse {other:?}", text.len());
    }
}
