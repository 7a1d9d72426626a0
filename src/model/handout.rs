//! A lab's list for the class: name, student, address and how to log in, as CSV and as a page to be printed.

use crate::metadata::Student;

/// One machine of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The machine's name.
    pub name: String,
    /// Its name inside.
    pub host_name: String,
    /// Whose it is.
    pub student: Option<Student>,
    /// Its address; empty where it is not known.
    pub address: String,
}

impl Line {
    /// How to log in from the host; empty without an address.
    #[must_use]
    pub fn ssh(&self, user: &str) -> String {
        if self.address.is_empty() { String::new() } else { format!("ssh {user}@{}", self.address) }
    }

    fn cells(&self, access: &Access) -> Vec<String> {
        let student = self.student.clone().unwrap_or_default();
        let (name, host_name, address) = (self.name.clone(), self.host_name.clone(), self.address.clone());
        let mut cells = vec![name, host_name, student.number, student.name, address, self.ssh(&access.user)];
        cells.extend(Some(access.password.clone()).filter(|password| !password.is_empty()));
        cells
    }
}

/// How a class logs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// As whom.
    pub user: String,
    /// With which password; empty where it is not to be printed.
    pub password: String,
}

/// The words of the list, in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The title of the page.
    pub title: String,
    /// The six columns: machine, host name, number, student, address, log-in.
    pub columns: [String; 6],
    /// The seventh column, where a password is printed.
    pub password: String,
}

impl Words {
    fn head(&self, access: &Access) -> Vec<String> {
        let password = Some(&self.password).filter(|_| !access.password.is_empty());
        self.columns.iter().chain(password).cloned().collect()
    }
}

/// The list as CSV (RFC 4180), with the mark by which spreadsheets know UTF-8.
#[must_use]
pub fn csv(lines: &[Line], words: &Words, access: &Access) -> String {
    let rows = std::iter::once(words.head(access)).chain(lines.iter().map(|line| line.cells(access)));
    let rows: Vec<String> =
        rows.map(|cells| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",")).collect();
    format!("\u{feff}{}\r\n", rows.join("\r\n"))
}

/// A cell that a spreadsheet would take for a formula is written as the text that it is.
fn quoted(cell: &str) -> String {
    let formula = if cell.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
    let cell = format!("{formula}{cell}");
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// The list as a page for a browser, to be printed.
#[must_use]
pub fn page(lines: &[Line], words: &Words, access: &Access) -> String {
    let cells = |tag: &str, cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
        format!("<tr>{}</tr>\n", cells.concat())
    };
    let body = lines.iter().map(|line| cells("td", &line.cells(access))).collect::<Vec<_>>().concat();
    let (title, head) = (escaped(&words.title), cells("th", &words.head(access)));
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title>\n<style>\n\
         body {{ font-family: sans-serif; margin: 2em; }}\n\
         table {{ border-collapse: collapse; width: 100%; }}\n\
         th, td {{ border: 1px solid #888; padding: 0.4em 0.6em; text-align: left; }}\n\
         tr {{ break-inside: avoid; }}\n\
         td:nth-child(n + 5) {{ font-family: monospace; }}\n\
         </style></head>\n<body>\n<h1>{title}</h1>\n<table>\n<thead>{head}</thead>\n<tbody>\n{body}</tbody>\n\
         </table>\n</body></html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let student = Student { number: "2026001".into(), name: "李雷, \"Li\"".into() };
        let known = Line {
            name: "cent7_node1".into(),
            host_name: "cent7-node1".into(),
            student: Some(student),
            address: "192.168.1.1".into(),
        };
        vec![known, Line { name: "=1+1".into(), ..Line::default() }]
    }

    #[test]
    fn the_list_is_csv_that_spreadsheets_read() {
        let text = csv(&lines(), &Words::default(), &Access { user: "root".into(), password: String::new() });
        let mut rows = text.lines().skip(1);
        assert!(text.starts_with('\u{feff}'));
        assert_eq!(
            rows.next(),
            Some("cent7_node1,cent7-node1,2026001,\"李雷, \"\"Li\"\"\",192.168.1.1,ssh root@192.168.1.1")
        );
        assert_eq!(rows.next(), Some("'=1+1,,,,,"));
    }

    #[test]
    fn a_page_holds_names_and_no_markup_of_theirs() {
        let bad = Line { name: "<script>".into(), ..Line::default() };
        let access = Access { user: "root".into(), password: "p<".into() };
        let text = page(&[bad], &Words { title: "a & b".into(), ..Words::default() }, &access);
        assert!(text.contains("<h1>a &amp; b</h1>") && text.contains("<td>&lt;script&gt;</td>"), "{text}");
        assert!(text.contains("<td>p&lt;</td>"), "{text}");
    }
}
