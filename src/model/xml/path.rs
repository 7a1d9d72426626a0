//! The way from a document's root to elements, as a value that can be kept and printed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::node::Node;

/// Steps from the root to its descendants, each of which may match several elements.
///
/// ```
/// # use lectern_model::xml::{Document, Path};
/// let document = Document::parse("<domain><devices><disk><target dev='vda'/></disk></devices></domain>")?;
/// let target = Path::root().child("devices").child("disk").having("target", "dev", "vda").child("target");
/// assert_eq!(target.to_string(), "/devices/disk[target/@dev='vda']/target");
/// assert!(document.find(&target).is_some());
/// # Ok::<(), lectern_model::xml::XmlError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Path {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Step {
    namespace: Option<String>,
    name: String,
    conditions: Vec<Condition>,
    nth: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Condition {
    /// The child element that has the attribute; none for the element itself.
    child: Option<String>,
    attribute: String,
    value: String,
}

impl Path {
    /// The root element itself, whatever its name.
    pub fn root() -> Self {
        Self::default()
    }

    /// Goes on to the child elements of that name without namespace.
    #[must_use]
    pub fn child(self, name: &str) -> Self {
        self.step(None, name)
    }

    /// Goes on to the child elements of that name in `namespace`.
    #[must_use]
    pub fn child_in(self, namespace: &str, name: &str) -> Self {
        self.step(Some(namespace.to_owned()), name)
    }

    fn step(mut self, namespace: Option<String>, name: &str) -> Self {
        self.steps.push(Step { namespace, name: name.to_owned(), conditions: Vec::new(), nth: None });
        self
    }

    /// Keeps, of the last step's elements, those with this attribute. The root has no conditions.
    #[must_use]
    pub fn with(self, attribute: &str, value: &str) -> Self {
        self.condition(None, attribute, value)
    }

    /// Keeps, of the last step's elements, those with a child element that has this attribute.
    #[must_use]
    pub fn having(self, child: &str, attribute: &str, value: &str) -> Self {
        self.condition(Some(child.to_owned()), attribute, value)
    }

    fn condition(mut self, child: Option<String>, attribute: &str, value: &str) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.conditions.push(Condition { child, attribute: attribute.to_owned(), value: value.to_owned() });
        }
        self
    }

    /// Keeps, of the last step's elements within each parent, the `index`th, from 0, that meets the conditions.
    #[must_use]
    pub fn nth(mut self, index: usize) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.nth = Some(index);
        }
        self
    }

    pub(super) fn select<'d>(&self, root: Node<'d>) -> Vec<Node<'d>> {
        self.steps.iter().fold(vec![root], |nodes, step| nodes.into_iter().flat_map(|n| step.select(n)).collect())
    }
}

impl Step {
    fn select<'d>(&self, parent: Node<'d>) -> Vec<Node<'d>> {
        let found = parent.children().filter(|child| {
            child.is(self.namespace.as_deref(), &self.name) && self.conditions.iter().all(|c| c.is_met(*child))
        });
        match self.nth {
            Some(nth) => found.skip(nth).take(1).collect(),
            None => found.collect(),
        }
    }
}

impl Condition {
    fn is_met(&self, node: Node<'_>) -> bool {
        let has = |node: Node<'_>| node.attribute(&self.attribute).is_some_and(|value| value == self.value);
        match &self.child {
            Some(name) => node.children_named(name).any(has),
            None => has(node),
        }
    }
}

/// As `XPath` below the root, which counts from 1; names in a namespace are written `{namespace}name`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("/");
        }
        for step in &self.steps {
            f.write_str("/")?;
            if let Some(namespace) = &step.namespace {
                write!(f, "{{{namespace}}}")?;
            }
            f.write_str(&step.name)?;
            for Condition { child, attribute, value } in &step.conditions {
                let child = child.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
                write!(f, "[{child}@{attribute}='{value}']")?;
            }
            if let Some(nth) = step.nth {
                write!(f, "[{}]", nth + 1)?;
            }
        }
        Ok(())
    }
}
