//! The machine's XML of a plan, as somebody changed it before the plan is run.

use lectern_model::xml::Document;

use crate::plan::{Plan, Step, steps::Define};

/// Why a text cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is not well-formed.
    #[error("{0}")]
    Malformed(String),
    /// It is something else than a machine's.
    #[error("no machine's XML")]
    NoMachine,
    /// It has another name or identifier than the rest of the plan.
    #[error("another machine's XML")]
    OtherMachine,
}

fn defined(plan: &Plan) -> Option<&Define> {
    plan.steps().iter().find_map(|step| match step {
        Step::Define(define) => Some(define),
        _ => None,
    })
}

/// The XML of the machine that a plan makes.
#[must_use]
pub fn machine_xml(plan: &Plan) -> Option<&str> {
    defined(plan).map(|define| define.xml.as_str())
}

/// The same plan with other XML for its machine, whose name and identifier stay.
///
/// # Errors
/// Why the text cannot be taken. What libvirt thinks of it is said when it is defined.
pub fn with_xml(plan: &Plan, text: &str) -> Result<Plan, EditError> {
    let document = Document::parse(text).map_err(|error| EditError::Malformed(error.to_string()))?;
    let (root, Some(before)) = (document.root(), defined(plan)) else { return Err(EditError::NoMachine) };
    if !root.is(None, "domain") {
        return Err(EditError::NoMachine);
    }
    let of = |name: &str| root.child(name).map(|child| child.text().trim().to_owned());
    if of("name").as_ref() != Some(&before.name) || of("uuid") != Some(before.id.to_string()) {
        return Err(EditError::OtherMachine);
    }
    let changed = Define { xml: text.to_owned(), ..before.clone() };
    let with = |step: &Step| if matches!(step, Step::Define(_)) { changed.clone().into() } else { step.clone() };
    Ok(Plan::new(plan.purpose().clone(), plan.host().clone(), plan.steps().iter().map(with).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Purpose;
    use lectern_model::{id::DomainId, uri::HostUri};

    #[test]
    fn only_the_same_machines_xml_is_taken() {
        let id = DomainId::from_bytes([7; 16]);
        let xml = format!("<domain type='qemu'><name>a</name><uuid>{id}</uuid></domain>");
        let define = Define { id, name: "a".into(), xml: xml.clone() };
        let uri = HostUri::parse("test:///default").unwrap();
        let plan = Plan::new(Purpose::Install("a".into()), uri, vec![define.into()]);
        let more = xml.replace("</uuid>", "</uuid><title>mine</title>");
        assert_eq!(machine_xml(&with_xml(&plan, &more).unwrap()), Some(more.as_str()));
        assert_eq!(with_xml(&plan, "<network/>"), Err(EditError::NoMachine));
        assert_eq!(with_xml(&plan, &xml.replace(">a<", ">b<")), Err(EditError::OtherMachine));
        assert!(matches!(with_xml(&plan, "<domain>"), Err(EditError::Malformed(_))));
    }
}
