//! A command line as a list of arguments, shown with the quotes that a shell needs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One command with its arguments; never run through a shell, printed so that a person can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine(Vec<String>);

impl CommandLine {
    /// `program` without arguments.
    #[must_use]
    pub fn new(program: impl Into<String>) -> Self {
        Self(vec![program.into()])
    }

    /// `virsh -c URI`: the URI is always written, as virsh's own default depends on the user (virsh(1), "--connect").
    #[must_use]
    pub fn virsh(uri: &str) -> Self {
        Self::new("virsh").args(["-c", uri])
    }

    /// The same with one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.0.push(arg.into());
        self
    }

    /// The same with more arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: Into<String>>(mut self, args: I) -> Self {
        self.0.extend(args.into_iter().map(Into::into));
        self
    }

    /// The program and its arguments.
    #[must_use]
    pub fn argv(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, word) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&quoted(word))?;
        }
        Ok(())
    }
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

    proptest! {
        #[test]
        fn a_shell_reads_back_what_was_meant(words in prop::collection::vec("[^\0]*", 1..6)) {
            let line = CommandLine(words.clone());
            prop_assert_eq!(shlex::split(&line.to_string()).unwrap(), words);
        }
    }
}
