//! The machine's XML of a plan, as somebody changed it before the plan is run.

use lectern_model::{
    metadata,
    project::{Amount, MachineUse},
    xml::Document,
};

use crate::plan::{
    Plan, Step,
    steps::{Define, Quota},
};

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
    /// It notes another project than the one that was asked.
    #[error("another project")]
    OtherProject,
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
    let noted = |document: &Document| metadata::read(document).machine().project;
    if Document::parse(&before.xml).is_ok_and(|old| noted(&old) != noted(&document)) {
        return Err(EditError::OtherProject);
    }
    let changed = Define { xml: text.to_owned(), ..before.clone() };
    let uses = MachineUse::read(before.id, &before.name, &document).amount();
    let with = |step: &Step| match step {
        Step::Define(_) => changed.clone().into(),
        Step::Quota(quota) => resized(quota, &uses).into(),
        step => step.clone(),
    };
    Ok(Plan::new(plan.purpose().clone(), plan.host().clone(), plan.steps().iter().map(with).collect()))
}

/// The machine's place in its project with the CPUs and memory of the new XML; its disks' sizes are not in it.
fn resized(quota: &Quota, uses: &Amount) -> Quota {
    let mut quota = quota.clone();
    for member in &mut quota.members {
        let Amount { vcpus, ram, volumes, .. } = *uses;
        member.amount = Amount { vcpus, ram, volumes, ..member.amount };
    }
    quota
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

    #[test]
    fn more_hardware_by_hand_is_asked_of_the_project() {
        use lectern_model::catalog::Member;
        let id = DomainId::from_bytes([7; 16]);
        let note = "<metadata><lectern:machine xmlns:lectern='urn:lectern:machine:1' version='1'>\
                    <lectern:project>class</lectern:project></lectern:machine></metadata>";
        let xml = format!("<domain type='qemu'><name>a</name><uuid>{id}</uuid>{note}<vcpu>1</vcpu></domain>");
        let amount =
            Amount { disk: lectern_model::units::Bytes(5), ..Amount::machine(1, lectern_model::units::KiB(0), &[]) };
        let define = Define { id, name: "a".into(), xml: xml.clone() };
        let steps =
            crate::plan::make::claimed_where(true, "class", &[Member { machine: id, amount }], vec![define.into()]);
        let plan = Plan::new(Purpose::Install("a".into()), HostUri::parse("test:///default").unwrap(), steps);
        let more = with_xml(&plan, &xml.replace("<vcpu>1", "<vcpu>9")).unwrap();
        let claimed = |step: &Step| match step {
            Step::Quota(quota) => Some((quota.members[0].amount.vcpus, quota.members[0].amount.disk.0)),
            _ => None,
        };
        let asked: Vec<_> = more.steps().iter().filter_map(claimed).collect();
        assert_eq!(asked, [(9, 5); 3], "looked at, claimed, settled");
        assert_eq!(with_xml(&plan, &xml.replace("class", "other")), Err(EditError::OtherProject));
    }
}
