//! Writes `po/lectern.pot` and `po/POTFILES.in` from what the sources say.

use std::{collections::BTreeSet, fmt::Write, fs};

use lectern_test_kit::tree::root;

use crate::{
    calls::{Key, Message},
    po::quote,
};

const HEADER: &str = "# Lectern's messages; written by build-aux/i18n.
# This file is distributed under the same licence as Lectern.
msgid \"\"
msgstr \"\"
\"Project-Id-Version: lectern\\n\"
\"MIME-Version: 1.0\\n\"
\"Content-Type: text/plain; charset=UTF-8\\n\"
\"Content-Transfer-Encoding: 8bit\\n\"
";

/// Writes both files; messages stand in the order of the files and lines where they are first said.
pub(crate) fn write(messages: &[Message]) {
    let mut seen: BTreeSet<&Key> = BTreeSet::new();
    let mut pot = HEADER.to_owned();
    for message in messages {
        if seen.insert(&message.key) {
            let same: Vec<&Message> = messages.iter().filter(|m| m.key == message.key).collect();
            pot.push_str(&block(&message.key, &same));
        }
    }
    let files: BTreeSet<&str> = messages.iter().map(|m| &*m.file).collect();
    let mut potfiles = "# Files with messages; written by build-aux/i18n.\n".to_owned();
    for file in files {
        writeln!(potfiles, "{file}").expect("a string grows");
    }
    fs::write(root().join("po/lectern.pot"), pot).expect("po/lectern.pot");
    fs::write(root().join("po/POTFILES.in"), potfiles).expect("po/POTFILES.in");
}

/// The references are files without lines, so that an edit elsewhere in a file changes nothing here.
fn block(key: &Key, places: &[&Message]) -> String {
    let notes: BTreeSet<&str> = places.iter().filter_map(|m| m.note.as_deref()).collect();
    let files: BTreeSet<&str> = places.iter().map(|m| &*m.file).collect();
    let mut out = String::from("\n");
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    for note in notes {
        line(format!("#. {note}"));
    }
    for file in files {
        line(format!("#: {file}"));
    }
    if let Some(context) = &key.context {
        line(format!("msgctxt {}", quote(context)));
    }
    line(format!("msgid {}", quote(&key.id)));
    match &key.plural {
        Some(plural) => {
            line(format!("msgid_plural {}", quote(plural)));
            line("msgstr[0] \"\"\nmsgstr[1] \"\"".into());
        }
        None => line("msgstr \"\"".into()),
    }
    out
}
