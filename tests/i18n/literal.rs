//! From a string literal as it stands in the source to the text that it means.

use proc_macro2::{TokenStream, TokenTree};

/// The text of a string literal; nothing for any other token.
pub(crate) fn text(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let source = literal.to_string();
    if let Some(raw) = source.strip_prefix('r') {
        let inner = raw.trim_matches('#');
        return inner.strip_prefix('"')?.strip_suffix('"').map(str::to_owned);
    }
    unescape(source.strip_prefix('"')?.strip_suffix('"')?)
}

fn unescape(source: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next()? {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            '\n' => while rest.next_if(|c| c.is_whitespace()).is_some() {},
            'u' => out.push(code_point(&mut rest)?),
            same @ ('\\' | '"' | '\'') => out.push(same),
            _ => return None,
        }
    }
    Some(out)
}

fn code_point(rest: &mut impl Iterator<Item = char>) -> Option<char> {
    let digits: String = rest.by_ref().skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

/// The arguments of a call: the tokens between its brackets, split at the commas.
pub(crate) fn arguments(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut all = vec![Vec::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(p) if p.as_char() == ',' => all.push(Vec::new()),
            _ => all.last_mut().expect("never empty").push(token),
        }
    }
    if all.last().is_some_and(Vec::is_empty) {
        all.pop();
    }
    all
}

/// The names in braces, such as `name` in `Delete {name}?`.
pub(crate) fn places(text: &str) -> Vec<String> {
    let is_name = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let mut found: Vec<String> = Vec::new();
    for piece in text.split('{').skip(1) {
        if let Some((name, _)) = piece.split_once('}')
            && is_name(name)
            && !found.iter().any(|f| f == name)
        {
            found.push(name.to_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn literals_mean_what_rust_says() {
    let of = |source: &str| text(&source.parse::<TokenStream>().unwrap().into_iter().next().unwrap());
    assert_eq!(of(r#""a\n\"b\" \u{2026}""#).as_deref(), Some("a\n\"b\" \u{2026}"));
    assert_eq!(of("\"one \\\n     line\"").as_deref(), Some("one line"));
    assert_eq!(of("r#\"a\\b\"#").as_deref(), Some("a\\b"));
    assert_eq!(places("{b} and {a}, {a} {} {A1}"), ["a", "b"]);
}
