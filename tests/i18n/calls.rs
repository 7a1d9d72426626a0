//! The calls of gettext in a source file, found among its tokens, so that macros such as `view!` are no hiding place.

use std::fmt;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::literal::{arguments, places, text};

/// What gettext looks a message up by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) context: Option<String>,
    pub(crate) id: String,
    pub(crate) plural: Option<String>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(context) = &self.context {
            write!(f, "({context}) ")?;
        }
        write!(f, "{:?}", self.id)
    }
}

/// One message where it is said.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) key: Key,
    pub(crate) file: String,
    /// What the author tells the translators: the comment above, from `Translators:` on.
    pub(crate) note: Option<String>,
}

/// How a function takes its message.
#[derive(Clone, Copy)]
struct Shape {
    context: bool,
    plural: bool,
    named: bool,
}

fn shape(function: &str) -> Option<Shape> {
    let (name, named) = function.strip_suffix("_f").map_or((function, false), |name| (name, true));
    let (context, plural) = match name {
        "gettext" => (false, false),
        "ngettext" => (false, true),
        "pgettext" => (true, false),
        "npgettext" => (true, true),
        _ => return None,
    };
    Some(Shape { context, plural, named })
}

/// Adds what `file` says to `all`, and what is wrong with how it says it to `faults`.
pub(crate) fn find(file: &str, source: &str, all: &mut Vec<Message>, faults: &mut Vec<String>) {
    let tokens: TokenStream = source.parse().unwrap_or_else(|e| panic!("{file}: {e}"));
    let mut search = Search { file, source, all, faults };
    search.walk(tokens);
}

struct Search<'a> {
    file: &'a str,
    source: &'a str,
    all: &'a mut Vec<Message>,
    faults: &'a mut Vec<String>,
}

impl Search<'_> {
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            if let TokenTree::Ident(ident) = token
                && let Some(shape) = shape(&ident.to_string())
                && let Some(TokenTree::Group(group)) = tokens.get(at + 1)
                && group.delimiter() == Delimiter::Parenthesis
            {
                self.call(shape, ident.span().start().line, &arguments(group.stream()));
            }
            if let TokenTree::Group(group) = token {
                self.walk(group.stream());
            }
        }
    }

    fn call(&mut self, shape: Shape, line: usize, args: &[Vec<TokenTree>]) {
        let wanted = 1 + usize::from(shape.context) + usize::from(shape.plural);
        let texts: Vec<String> = args.iter().take(wanted).filter_map(|a| only_text(a)).collect();
        if texts.len() < wanted {
            self.faults.push(format!("{}:{line}: a message is not a plain string literal", self.file));
            return;
        }
        let mut texts = texts.into_iter();
        let context = if shape.context { texts.next() } else { None };
        let id = texts.next().unwrap_or_default();
        let key = Key { context, id, plural: texts.next() };
        self.check(&key, line);
        if shape.named {
            self.check_arguments(&key, line, shape.plural, args.last().map_or(&[], Vec::as_slice));
        }
        let note = note_above(self.source, line);
        self.all.push(Message { key, file: self.file.to_owned(), note });
    }

    fn check(&mut self, key: &Key, line: usize) {
        let at = format!("{}:{line}: {key}", self.file);
        if key.id.is_empty() {
            self.faults.push(format!("{at}: an empty message gives the catalogue's header"));
        }
        if key.id.trim() != key.id {
            self.faults.push(format!("{at}: starts or ends with a space"));
        }
        if key.id.contains("...") {
            self.faults.push(format!("{at}: three dots instead of \u{2026}"));
        }
    }

    fn check_arguments(&mut self, key: &Key, line: usize, plural: bool, list: &[TokenTree]) {
        // A list made elsewhere cannot be looked into.
        let Some(given) = given_names(list) else { return };
        let mut named = places(key.plural.as_ref().unwrap_or(&key.id));
        if plural {
            named.retain(|n| n != "n");
        }
        if named != given {
            let file = self.file;
            self.faults.push(format!("{file}:{line}: {key} names {named:?} and is given {given:?}"));
        }
    }
}

fn only_text(argument: &[TokenTree]) -> Option<String> {
    let [token] = argument else { return None };
    text(token)
}

/// The names in `&[("name", …), …]`; nothing if it is something else.
fn given_names(list: &[TokenTree]) -> Option<Vec<String>> {
    let [TokenTree::Punct(_), TokenTree::Group(array)] = list else { return None };
    let mut names = Vec::new();
    for pair in arguments(array.stream()) {
        let [TokenTree::Group(pair)] = pair.as_slice() else { return None };
        names.push(text(&pair.stream().into_iter().next()?)?);
    }
    names.sort();
    Some(names)
}

fn note_above(source: &str, line: usize) -> Option<String> {
    let lines: Vec<&str> = source.lines().take(line - 1).collect();
    let is_comment = |l: &&&str| l.trim_start().starts_with("// ");
    let mut above: Vec<&str> = lines.iter().rev().take_while(is_comment).map(|l| l.trim()).collect();
    above.reverse();
    let joined = above.iter().map(|l| l.trim_start_matches("// ")).collect::<Vec<_>>().join(" ");
    joined.find("Translators:").map(|at| joined[at..].to_owned())
}

#[test]
fn calls_are_found_in_macros_and_judged() {
    let source = r#"
        view! { gtk::Button { set_label: &gettext("A"), // plain
            // Translators: a note
            set_title: &gettext_f("Delete {name}?", &[("nam", x)]) } }
        fn f() { ngettext_f("{n} one", "{n} many", n, &[]); pgettext("action", "B"); gettext(variable); }
    "#;
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    find("f.rs", source, &mut all, &mut faults);
    assert_eq!(all.iter().map(|m| &*m.key.id).collect::<Vec<_>>(), ["A", "Delete {name}?", "{n} one", "B"]);
    assert_eq!(all[1].note.as_deref(), Some("Translators: a note"));
    assert_eq!(all[3].key.context.as_deref(), Some("action"));
    assert_eq!(faults.len(), 2, "{faults:?}");
}
