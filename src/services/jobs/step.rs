//! The virsh lines of the same effect as a step about one machine.

use lectern_model::{command::CommandLine, domain::DomainState, uri::HostUri};

use super::StepText;

/// The virsh lines that do what `step` does to a persistent domain in `state` on the host `uri`. The steps of plans have
/// lines of their own ([`crate::plan::Step::commands`]), which need more than their texts hold.
#[must_use]
pub fn commands(step: &StepText, uri: &HostUri, state: DomainState) -> Vec<CommandLine> {
    let virsh = CommandLine::virsh(uri.as_str());
    let line = match step {
        StepText::Act { action, name } => domain(virsh.arg(action.virsh(state)), name),
        StepText::SetAutostart { name, on } => autostart(virsh, name, *on),
        StepText::SetTitle { name, title } => describe(virsh, name, state, Some("--title"), title),
        StepText::SetDescription { name, description } => describe(virsh, name, state, None, description),
        StepText::Rename { from, to } => value(domain(virsh.arg("domrename"), from), "--new-name", to),
        _ => return Vec::new(),
    };
    vec![line]
}

fn domain(line: CommandLine, name: &str) -> CommandLine {
    value(line, "--domain", name)
}

/// A value that may stand without its option, unless it would be read as one (virsh(1), "NOTES").
fn value(line: CommandLine, option: &str, value: &str) -> CommandLine {
    if value.starts_with('-') { line.args([option, value]) } else { line.arg(value) }
}

fn autostart(line: CommandLine, name: &str, on: bool) -> CommandLine {
    domain(line.arg("autostart"), name).args((!on).then_some("--disable"))
}

/// `virsh desc` must be told of both the running domain and its configuration; the text comes last, as it takes all
/// words that follow.
fn describe(line: CommandLine, name: &str, state: DomainState, what: Option<&str>, text: &str) -> CommandLine {
    let line = domain(line.arg("desc"), name).args(state.is_active().then_some("--live"));
    line.arg("--config").args(what).args(["--new-desc", text])
}

#[cfg(test)]
mod tests {
    use lectern_model::domain::DomainAction;

    use super::*;

    fn shown(step: &StepText, state: DomainState) -> String {
        commands(step, &HostUri::system(), state)[0].to_string()
    }

    #[test]
    fn each_step_has_its_virsh_line() {
        let name = || "node1".to_owned();
        let cases = [
            (StepText::Act { action: DomainAction::ForceOff, name: name() }, "destroy node1"),
            (StepText::SetAutostart { name: name(), on: true }, "autostart node1"),
            (StepText::SetAutostart { name: name(), on: false }, "autostart node1 --disable"),
            (
                StepText::SetTitle { name: name(), title: "a b".into() },
                "desc node1 --live --config --title --new-desc 'a b'",
            ),
            (
                StepText::SetDescription { name: name(), description: String::new() },
                "desc node1 --live --config --new-desc ''",
            ),
            (StepText::Rename { from: name(), to: "-x".into() }, "domrename node1 --new-name -x"),
        ];
        for (step, line) in cases {
            assert_eq!(shown(&step, DomainState::Running), format!("virsh -c qemu:///system {line}"));
        }
    }

    #[test]
    fn a_stopped_machine_has_only_its_configuration() {
        let step = StepText::SetTitle { name: "-n".into(), title: "t".into() };
        let line = "virsh -c qemu:///system desc --domain -n --config --title --new-desc t";
        assert_eq!(shown(&step, DomainState::ShutOff), line);
    }
}
