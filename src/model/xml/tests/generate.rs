//! Arbitrary well-formed documents with everything that XML without a document type has.

use proptest::prelude::*;

/// Text as written, references and line ends of all kinds among it.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -%'-;=?-~]{0,8}".prop_map(|s: String| s.replace("]]>", "")),
        1 => "[\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{1,3}",
        1 => prop::sample::select(vec!["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#13;", "&#x4E2d;", "&#0010;"])
            .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["\n", "\r\n", "\t", "  ", "\r", "\n    "]).prop_map(str::to_owned),
    ];
    // Pieces may meet to the end of a section, which text may not hold.
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat().replace("]]>", "]] >"))
}

fn blank() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "", "", " ", "\n", "\r\n\t", "  "]).prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["name", "disk", "source", "p:arg", "p:x", "r:y", "address"]).prop_map(str::to_owned),
        1 => "[a-zA-Z_\u{4e00}-\u{4fff}][a-zA-Z0-9_.\u{b7}\u{4e00}-\u{4fff}-]{0,6}".prop_filter("not the reserved name", |n| n != "xmlns"),
    ]
}

/// ` name = "value"`.
fn attribute() -> impl Strategy<Value = (String, String)> {
    (name(), text(), any::<bool>(), blank(), blank(), blank()).prop_map(|(name, value, double, before, left, right)| {
        let quote = if double { '"' } else { '\'' };
        let value = value.replace(quote, "");
        let written = format!(" {before}{name}{left}={right}{quote}{value}{quote}");
        (name, written)
    })
}

fn attributes() -> impl Strategy<Value = String> {
    let declaration = prop::sample::select(vec!["", "", "", " xmlns='urn:d'", " xmlns:p=\"urn:p2\"", "\n xmlns=''"]);
    (prop::collection::vec(attribute(), 0..4), declaration, any::<bool>()).prop_map(|(mut all, declaration, first)| {
        all.sort();
        all.dedup_by(|a, b| a.0 == b.0);
        let all: String = all.into_iter().map(|(_, written)| written).collect();
        if first { format!("{declaration}{all}") } else { format!("{all}{declaration}") }
    })
}

fn other() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -,.-~\n\u{4e00}-\u{4fff}]{0,10}".prop_map(|s| format!("<!--{s}-->")),
        "[ -~\r\n\u{4e00}-\u{4fff}]{0,10}".prop_map(|s: String| format!("<?target {}?>", s.replace("?>", ""))),
    ]
}

fn section() -> impl Strategy<Value = String> {
    "[ -~\r\n\u{4e00}-\u{4fff}]{0,10}".prop_map(|s: String| format!("<![CDATA[{}]]>", s.replace("]]>", "")))
}

fn element() -> impl Strategy<Value = String> {
    let leaf =
        (name(), attributes(), blank(), text(), any::<bool>()).prop_map(|(name, attributes, blank, text, empty)| {
            if empty {
                format!("<{name}{attributes}{blank}/>")
            } else {
                format!("<{name}{attributes}>{text}</{name}{blank}>")
            }
        });
    leaf.prop_recursive(5, 40, 5, |inner| {
        let line = (blank(), inner.clone()).prop_map(|(blank, element)| format!("\n  {element}{blank}"));
        let content = prop_oneof![3 => inner, 3 => line, 2 => text(), 1 => other(), 1 => section(), 2 => blank()];
        let content = prop::collection::vec(content, 0..5).prop_map(|all| all.concat().replace("]]>", "\u{1}"));
        (name(), attributes(), blank(), content).prop_map(|(name, attributes, blank, content)| {
            format!("<{name}{attributes}{blank}>{}</{name}>", restore(&content))
        })
    })
}

/// Puts back the ends of sections; the others, met from pieces of text, become legal.
fn restore(content: &str) -> String {
    let mut out = String::new();
    let mut rest = content;
    while let Some(at) = rest.find('\u{1}') {
        let inside = rest[..at].contains("<![CDATA[");
        out.push_str(&rest[..at]);
        out.push_str(if inside { "]]>" } else { "]]&gt;" });
        rest = &rest[at + 1..];
    }
    out + rest
}

/// A whole document; its root declares the prefixes that the names use.
pub(super) fn document() -> impl Strategy<Value = String> {
    let declaration = prop::sample::select(vec![
        "",
        "<?xml version='1.0'?>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes' ?>\r\n",
        "<?xml\tversion = '1.1'\n?>",
    ]);
    let outside = || prop::collection::vec(prop_oneof![other(), blank()], 0..3).prop_map(|all| all.concat());
    (any::<bool>(), declaration, outside(), element(), outside()).prop_map(
        |(mark, declaration, before, inner, after)| {
            let mark = if mark { "\u{feff}" } else { "" };
            format!("{mark}{declaration}{before}<root xmlns:p='urn:p' xmlns:r='urn:r'>{inner}</root>{after}")
        },
    )
}
