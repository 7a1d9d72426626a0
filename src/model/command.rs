//! A command line as a list of arguments, shown with the quotes that a shell needs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One command with its arguments; never run through a shell, printed so that a person can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    argv: Vec<String>,
    /// What it reads, as a here-document.
    input: Option<String>,
    /// What reads what it writes.
    #[serde(default)]
    next: Option<Box<Self>>,
}

impl CommandLine {
    /// `program` without arguments.
    #[must_use]
    pub fn new(program: impl Into<String>) -> Self {
        Self { argv: vec![program.into()], input: None, next: None }
    }

    /// `virsh -c URI`: the URI is always written, as virsh's own default depends on the user (virsh(1), "--connect").
    #[must_use]
    pub fn virsh(uri: &str) -> Self {
        Self::new("virsh").args(["-c", uri])
    }

    /// The same with one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.argv.push(arg.into());
        self
    }

    /// The same with more arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: Into<String>>(mut self, args: I) -> Self {
        self.argv.extend(args.into_iter().map(Into::into));
        self
    }

    /// The same, reading `text` from its standard input.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        self.input = Some(text.to_owned());
        self
    }

    /// The same, with `next` at the end, which reads what is written so far.
    #[must_use]
    pub fn pipe(mut self, next: Self) -> Self {
        let own = match self.next.take() {
            Some(then) => then.pipe(next),
            None => next,
        };
        self.next = Some(Box::new(own));
        self
    }

    /// The program and its arguments.
    #[must_use]
    pub fn argv(&self) -> &[String] {
        &self.argv
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, word) in self.argv.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&quoted(word))?;
        }
        if let Some(next) = &self.next {
            write!(f, " | {next}")?;
        }
        self.input.as_ref().map_or(Ok(()), |input| write_document(f, input))
    }
}

/// A here-document whose end no line of `input` is; the quotes keep the shell from reading anything into it.
fn write_document(f: &mut fmt::Formatter<'_>, input: &str) -> fmt::Result {
    let mut end = "EOF".to_owned();
    while input.lines().any(|line| line == end) {
        end.push('F');
    }
    let newline = if input.ends_with('\n') { "" } else { "\n" };
    write!(f, " <<'{end}'\n{}{newline}{end}", input.replace('\0', " "))
}

/// The word as a POSIX shell must be given it. A NUL, which no argument can hold, is shown as a space.
fn quoted(word: &str) -> String {
    shlex::try_quote(&word.replace('\0', " ")).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_words_stay_plain() {
        let line = CommandLine::virsh("qemu:///system").args(["start", "node1"]);
        assert_eq!(line.to_string(), "virsh -c qemu:///system start node1");
    }

    #[test]
    fn what_is_read_is_a_document_that_ends_where_it_should() {
        let line = CommandLine::new("virsh").args(["define", "/dev/stdin"]).input("<a>\nEOF\n</a>");
        assert_eq!(line.to_string(), "virsh define /dev/stdin <<'EOFF'\n<a>\nEOF\n</a>\nEOFF");
    }

    #[test]
    fn what_one_writes_the_next_reads() {
        let virsh = || CommandLine::virsh("qemu:///system");
        let line =
            virsh().args(["dumpxml", "a"]).pipe(CommandLine::new("sed").args(["-e", "3d"])).pipe(virsh().arg("define"));
        assert_eq!(line.to_string(), "virsh -c qemu:///system dumpxml a | sed -e 3d | virsh -c qemu:///system define");
    }

    proptest! {
        #[test]
        fn a_shell_reads_back_what_was_meant(words in prop::collection::vec("[^\0]*", 1..6)) {
            let line = CommandLine { argv: words.clone(), input: None, next: None };
            prop_assert_eq!(shlex::split(&line.to_string()).unwrap(), words);
        }
    }
}
