//! What is refused, why, and exactly where.

use super::{Document, Reason};

fn refused(text: &str, line: u32, column: u32, reason: &Reason) {
    let error = Document::parse(text).expect_err(text);
    assert_eq!((error.position.line, error.position.column, &error.reason), (line, column, reason), "{text:?}");
    assert_eq!(error.to_string(), format!("line {line}, column {column}: {reason}"));
}

fn table(rows: &[(&str, u32, u32, Reason)]) {
    for (text, line, column, reason) in rows {
        refused(text, *line, *column, reason);
    }
}

#[test]
fn structure() {
    let mismatch = Reason::Mismatch { opened: "b".into(), closed: "a".into() };
    table(&[
        ("", 1, 1, Reason::NoRoot),
        (" \n\u{feff}", 2, 1, Reason::OutsideRoot),
        ("<!-- c -->\n", 2, 1, Reason::NoRoot),
        ("<a>\n <b></a>", 2, 5, mismatch),
        ("<a>\n  <b>", 2, 3, Reason::Unclosed("b".into())),
        ("</a>", 1, 1, Reason::NotOpen("a".into())),
        ("<a/></a>", 1, 5, Reason::NotOpen("a".into())),
        ("<a/>\n<b/>", 2, 1, Reason::SecondRoot),
        ("<a/>\n x", 2, 2, Reason::OutsideRoot),
        ("x<a/>", 1, 1, Reason::OutsideRoot),
        ("<a/>&#32;", 1, 5, Reason::OutsideRoot),
        ("<![CDATA[]]><a/>", 1, 1, Reason::OutsideRoot),
        ("<a></a", 1, 4, Reason::Unfinished("the tag")),
        ("<a></ a>", 1, 6, Reason::BadName),
    ]);
}

#[test]
fn tags_and_attributes() {
    table(&[
        ("<a", 1, 1, Reason::Unfinished("the tag")),
        ("<a b", 1, 1, Reason::Unfinished("the tag")),
        ("< a/>", 1, 2, Reason::BadName),
        ("<1/>", 1, 2, Reason::BadName),
        ("<a:/>", 1, 2, Reason::BadName),
        ("<:a/>", 1, 2, Reason::BadName),
        ("<a:b:c/>", 1, 2, Reason::BadName),
        ("<a b/>", 1, 5, Reason::Missing("=")),
        ("<a b=c/>", 1, 6, Reason::Missing("a quote")),
        ("<a b='1'c='2'/>", 1, 9, Reason::Missing("white space or >")),
        ("<a b='1", 1, 6, Reason::Unfinished("the attribute's value")),
        ("<a b='<'/>", 1, 7, Reason::BareLess),
        ("<a / >", 1, 4, Reason::BadName),
        ("<a\n b='1'\n b='2'/>", 3, 2, Reason::DuplicateAttribute("b".into())),
        ("<a xmlns='u' xmlns='u'/>", 1, 14, Reason::DuplicateAttribute("xmlns".into())),
        ("<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>", 1, 35, Reason::DuplicateAttribute("q:x".into())),
    ]);
}

#[test]
fn namespaces() {
    table(&[
        ("<p:a/>", 1, 2, Reason::UnknownPrefix("p".into())),
        ("<a>\n<b p:x=''/></a>", 2, 4, Reason::UnknownPrefix("p".into())),
        ("<a><b xmlns:p='u'/><p:c/></a>", 1, 21, Reason::UnknownPrefix("p".into())),
        ("<a xmlns:p=''/>", 1, 4, Reason::BadNamespace("xmlns:p".into())),
        ("<a xmlns:xml='u'/>", 1, 4, Reason::BadNamespace("xmlns:xml".into())),
        ("<a xmlns:xmlns='u'/>", 1, 4, Reason::BadNamespace("xmlns:xmlns".into())),
        ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", 1, 4, Reason::BadNamespace("xmlns".into())),
        ("<xmlns:a/>", 1, 2, Reason::BadName),
    ]);
}

#[test]
fn texts_references_and_characters() {
    table(&[
        ("<a>\n中文 & x</a>", 2, 4, Reason::BadReference),
        ("<a>&#0;</a>", 1, 4, Reason::BadReference),
        ("<a>&#xD800;</a>", 1, 4, Reason::BadReference),
        ("<a>&#x110000;</a>", 1, 4, Reason::BadReference),
        ("<a>&#99999999999999999999;</a>", 1, 4, Reason::BadReference),
        ("<a>&#;</a>", 1, 4, Reason::BadReference),
        ("<a>&amp</a>", 1, 4, Reason::BadReference),
        ("<a b='&nbsp;'/>", 1, 7, Reason::UnknownEntity("nbsp".into())),
        ("<a>x]]></a>", 1, 5, Reason::CdataEnd),
        ("<a>\r\n\0</a>", 2, 1, Reason::ForbiddenCharacter('\0')),
        ("<a b='\u{1b}'/>", 1, 7, Reason::ForbiddenCharacter('\u{1b}')),
        ("<a>\u{ffff}</a>", 1, 4, Reason::ForbiddenCharacter('\u{ffff}')),
        ("<a/><!-- \u{fffe} -->", 1, 10, Reason::ForbiddenCharacter('\u{fffe}')),
    ]);
}

#[test]
fn comments_sections_and_instructions() {
    table(&[
        ("<a><!-- x -- y --></a>", 1, 11, Reason::BadComment),
        ("<a><!-- x ---></a>", 1, 11, Reason::BadComment),
        ("<a><!-- x</a>", 1, 4, Reason::Unfinished("the comment")),
        ("<a><!--></a>", 1, 4, Reason::Unfinished("the comment")),
        ("<a><![CDATA[x]]</a>", 1, 4, Reason::Unfinished("the CDATA section")),
        ("<a><?p x</a>", 1, 4, Reason::Unfinished("the processing instruction")),
        ("<a><? p?></a>", 1, 6, Reason::BadName),
        ("<a><?p\"x?></a>", 1, 7, Reason::Missing("white space")),
        ("<a><?XML ?></a>", 1, 4, Reason::BadDeclaration),
        ("\n<?xml version='1.0'?><a/>", 2, 1, Reason::BadDeclaration),
        ("<?xml?><a/>", 1, 1, Reason::BadDeclaration),
        ("<?xml version='2.0'?><a/>", 1, 1, Reason::BadDeclaration),
        ("<?xml version='1.0'encoding='x'?><a/>", 1, 1, Reason::BadDeclaration),
        ("<?xml version='1.0' encoding='-'?><a/>", 1, 1, Reason::BadDeclaration),
        ("<?xml version='1.0' standalone='maybe'?><a/>", 1, 1, Reason::BadDeclaration),
        ("<?xml version='1.0'", 1, 1, Reason::Unfinished("the XML declaration")),
    ]);
}

#[test]
fn every_document_type() {
    let bomb = "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY l 'll'><!ENTITY m '&l;&l;'>]>\n<a>&m;</a>";
    table(&[
        (bomb, 2, 1, Reason::Doctype),
        ("\u{feff}<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", 1, 1, Reason::Doctype),
        ("<!-- x --><!doctype html><a/>", 1, 11, Reason::Doctype),
        ("<a><!DOCTYPE a></a>", 1, 4, Reason::Doctype),
        ("<a><!ELEMENT a></a>", 1, 5, Reason::BadName),
    ]);
}
