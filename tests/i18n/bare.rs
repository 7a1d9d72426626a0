//! Texts that are handed to a widget as they are, without gettext: a heuristic over the tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::literal::{arguments, text};

/// Setters, builders' methods and constructors whose first text is read by the user.
const SHOWN: [&str; 22] = [
    "set_accessible_label",
    "set_body",
    "set_button_label",
    "set_comments",
    "set_description",
    "set_heading",
    "set_label",
    "set_markup",
    "set_placeholder_text",
    "set_subtitle",
    "set_text",
    "set_title",
    "set_tooltip_markup",
    "set_tooltip_text",
    "subtitle",
    "heading",
    "label",
    "placeholder_text",
    "title",
    "tooltip_text",
    "with_label",
    "Label",
];

/// What is the same in every language.
const SAME: [&str; 2] = ["Lectern", "ttyS0"];

/// Adds each text of `file` that bypasses gettext to `faults`.
pub(crate) fn find(file: &str, source: &str, faults: &mut Vec<String>) {
    let tokens: TokenStream = source.parse().unwrap_or_else(|e| panic!("{file}: {e}"));
    walk(file, tokens, faults);
}

fn walk(file: &str, tokens: TokenStream, faults: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut skip_tests = false;
    for (at, token) in tokens.iter().enumerate() {
        let rest = &tokens[at + 1..];
        if let Some(bare) = shown(token, rest).filter(|t| is_language(t)) {
            faults.push(format!("{file}:{}: {bare:?}", token.span().start().line));
        }
        skip_tests |= is_test_mark(token);
        if let TokenTree::Group(group) = token {
            if group.delimiter() == Delimiter::Brace && std::mem::take(&mut skip_tests) {
                continue;
            }
            walk(file, group.stream(), faults);
        }
    }
}

/// `[cfg(test)]`: what is in the next braces is never shown.
fn is_test_mark(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(g) if g.stream().to_string().replace(' ', "") == "cfg(test)")
}

fn shown(token: &TokenTree, rest: &[TokenTree]) -> Option<String> {
    let TokenTree::Ident(ident) = token else { return None };
    let name = ident.to_string();
    match rest {
        [TokenTree::Group(call), ..] if SHOWN.contains(&&*name) => {
            let args = arguments(call.stream());
            args.first().and_then(|first| literal_of(first))
        }
        // `view!`: `set_label: "…"`, with or without `&` and `Some(…)`.
        [TokenTree::Punct(colon), value @ ..] if colon.as_char() == ':' && SHOWN.contains(&&*name) => {
            let end = value.iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ','));
            literal_of(&value[..end.unwrap_or(value.len())])
        }
        // `Toast::new("…")`, `Label::new(Some("…"))`, `AlertDialog::new(…)`; and a dialog's answers.
        [TokenTree::Group(call), ..] if name == "add_response" => literal_of(arguments(call.stream()).get(1)?),
        [TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(new), TokenTree::Group(call), ..]
            if new == "new" && matches!(&*name, "Toast" | "Label" | "AlertDialog" | "Banner" | "WindowTitle") =>
        {
            literal_of(arguments(call.stream()).first()?)
        }
        _ => None,
    }
}

/// `"…"`, `&"…"`, `Some("…")`, `Some(&"…")`.
fn literal_of(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [TokenTree::Punct(and), rest @ ..] if and.as_char() == '&' => literal_of(rest),
        [TokenTree::Ident(some), TokenTree::Group(inner)] if some == "Some" => {
            literal_of(&inner.stream().into_iter().collect::<Vec<_>>())
        }
        [one] => text(one),
        _ => None,
    }
}

fn is_language(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > 1 && !SAME.contains(&text)
}

#[test]
fn bare_texts_are_found() {
    let source = r#"
        view! { gtk::Label { set_label: "One", set_tooltip_text: Some("Two"), set_title: &gettext("ok"), set_icon: "x" } }
        fn f() { b.set_label("Three"); adw::Toast::new("Four"); d.add_response("id", "Five"); b.label(gettext("ok")); }
        #[cfg(test)] mod tests { fn f() { b.set_label("test"); } }
    "#;
    let mut faults = Vec::new();
    find("f.rs", source, &mut faults);
    assert_eq!(faults.len(), 5, "{faults:?}");
}
