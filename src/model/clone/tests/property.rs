//! Properties of arbitrary machines: no panic, nothing unlisted, nothing shared.

use proptest::prelude::*;

use super::machines::check;
use super::*;

const VALUES: [&str; 12] =
    ["", "3", "web01", "/a/web01.x", "/a/b", "yes", "no", "bind", "5901", "中 &amp;", "-1", "52:54:00:0:0:1"];
const TYPES: &str =
    "file block volume network unix tcp udp pty dev user direct hostdev emulator vnc spice static nvdimm";
const DEVICES: &str = "disk interface serial console channel graphics hostdev tpm vsock shmem memory filesystem rng redirdev \
                       input lease pstore audio controller";
const CHILDREN: &str = "source target cid backend listen mac log portForward virtualport driver alias";
const ATTRIBUTES: &str = "file dev path mode service address auto type socket name pool volume index model";
const TEXTS: &str = "serial wwn path key uuid readonly shareable backingStore x";

const TOP: [&str; 17] = [
    "<name>web01</name>",
    "<name>web<b/>01</name>",
    "<name/>",
    "<uuid>3f0c2b5e-8a41-4a58-9d8e-6a0f4b7e1c01</uuid>",
    "<uuid/>",
    "<title>t</title>",
    "<genid>x</genid>",
    "<description/>",
    "<metadata/>",
    "<metadata>\n<m xmlns='urn:lectern:machine:1'/><o xmlns='o'/></metadata>",
    "<os><nvram>/a/web01_VARS.fd</nvram></os>",
    "<seclabel type='static' model='selinux'><label>l</label></seclabel>",
    "<seclabel type='dynamic'><label>l</label></seclabel>",
    "<sysinfo><system><entry name='serial'>s</entry><entry name='uuid'>u</entry></system></sysinfo>",
    "\n  ",
    "<!-- top -->",
    "text",
];

fn word(words: &'static str) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words.split_whitespace().collect::<Vec<_>>())
}

fn value() -> impl Strategy<Value = &'static str> {
    prop::sample::select(VALUES.to_vec())
}

fn child() -> impl Strategy<Value = String> {
    let attributes = prop::collection::btree_map(word(ATTRIBUTES), value(), 0..4);
    prop_oneof![
        4 => (word(CHILDREN), attributes).prop_map(|(name, attributes)| {
            let all: String = attributes.into_iter().flat_map(|(name, value)| [" ", name, "='", value, "'"]).collect();
            format!("<{name}{all}/>")
        }),
        2 => (word(TEXTS), value()).prop_map(|(name, value)| format!("<{name}>{value}</{name}>")),
        1 => prop::sample::select(vec!["\n    ", "<!-- c -->", "<source><path>/m/web01</path></source>"])
            .prop_map(str::to_owned),
    ]
}

/// A device, perhaps one that libvirt would refuse.
fn piece() -> impl Strategy<Value = String> {
    (word(DEVICES), word(TYPES), prop::collection::vec(child(), 0..6), prop::option::of(value())).prop_map(
        |(name, kind, children, port)| {
            let port = port.map(|port| format!(" port='{port}' autoport='no'")).unwrap_or_default();
            format!("<{name} type='{kind}'{port}>{}</{name}>", children.concat())
        },
    )
}

fn top() -> impl Strategy<Value = String> {
    prop::sample::select(TOP.to_vec()).prop_map(str::to_owned)
}

fn any_machine() -> impl Strategy<Value = String> {
    let devices = prop::collection::vec(prop_oneof![4 => piece(), 1 => Just("\n  ".to_owned())], 0..7)
        .prop_map(|all| format!("<devices>{}</devices>", all.concat()));
    prop::collection::vec(prop_oneof![2 => top(), 3 => devices], 0..7)
        .prop_map(|all| format!("<domain type='kvm' id='3'>{}</domain>\n", all.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_machine_is_cloned_as_promised(text in any_machine()) {
        let source = parse(&text);
        let result = check(&source).unwrap();
        prop_assert!(result.is_ok(), "{}\n{text}", result.unwrap_err());
    }

    #[test]
    fn another_network_and_size_are_listed(text in any_machine()) {
        let source = parse(&text);
        let request = Request { size: Some((crate::units::KiB(77), 3)), network: Some("vbr".into()), ..request(&source, 1) };
        let new = clone(&source, &request).unwrap();
        let listed = super::oracle::only_listed(&source, &new.document, &new.changes);
        prop_assert!(listed.is_ok(), "{}\n{text}", listed.unwrap_err());
    }

    #[test]
    fn no_answer_breaks_it(text in any_machine(), pick in any::<prop::sample::Index>(), to in "\\PC{0,9}") {
        let source = parse(&text);
        let asked = clone(&source, &request(&source, 1)).unwrap().questions;
        if asked.is_empty() {
            return Ok(());
        }
        let question = &asked[pick.index(asked.len())];
        for answer in [Answer::Keep, Answer::Renew, Answer::LeaveOut, Answer::To(to)] {
            let request = request(&source, 1).answer(question.place.clone(), answer);
            if let Ok(new) = clone(&source, &request) {
                prop_assert!(super::oracle::only_listed(&source, &new.document, &new.changes).is_ok());
            }
        }
    }
}
