//! Selectors of calls: conditions on one node, and steps from it to children and siblings. Source of the semantics:
//! androidx.test.uiautomator, `UiSelector` (`matchesNode`); of the fields and bits: the Python client.

use regex_lite::Regex;
use serde_json::Value;

use crate::agent::error::CallError;
use crate::agent::nodes::{Node, Nodes};
use crate::ui::view::{Flags, View};

const MAX_STEPS: usize = 16;

/// A text of a node.
type Part = for<'a> fn(&'a View, &'a str) -> &'a str;
/// A flag of a node.
type Flag = fn(&Flags) -> bool;
/// A field by its name and its bit in the mask.
type Field = (&'static str, u32);
/// The fields about one part: equal, contains, matches, starts with.
type Fields = [Option<Field>; 4];

/// Text fields, by the part of a node that they compare. Each has its own bit of the mask; `None` is a comparison
/// without a field.
const TEXTS: [(Part, Fields); 5] = [
    (|view, _| view.shown_text(), fields("text", "textContains", "textMatches", "textStartsWith", 0x1)),
    (|view, _| &view.class, [Some(("className", 0x10)), None, Some(("classNameMatches", 0x20)), None]),
    (
        |view, _| &view.content_desc,
        fields("description", "descriptionContains", "descriptionMatches", "descriptionStartsWith", 0x40),
    ),
    (
        |_, package| package,
        [Some(("packageName", 0x8_0000)), None, Some(("packageNameMatches", 0x10_0000)), None],
    ),
    (
        |view, _| &view.resource_id,
        [Some(("resourceId", 0x20_0000)), None, Some(("resourceIdMatches", 0x40_0000)), None],
    ),
];

/// Flag fields.
const FLAGS: [(Field, Flag); 9] = [
    (("checkable", 0x400), |flags| flags.checkable),
    (("checked", 0x800), |flags| flags.checked),
    (("clickable", 0x1000), |flags| flags.clickable),
    (("longClickable", 0x2000), |flags| flags.long_clickable),
    (("scrollable", 0x4000), |flags| flags.scrollable),
    (("enabled", 0x8000), |flags| flags.enabled),
    (("focusable", 0x1_0000), |flags| flags.focusable),
    (("focused", 0x2_0000), |flags| flags.focused),
    (("selected", 0x4_0000), |flags| flags.selected),
];

const INDEX: Field = ("index", 0x80_0000);
const INSTANCE: Field = ("instance", 0x100_0000);

const fn fields(
    equal: &'static str,
    contains: &'static str,
    matches: &'static str,
    starts: &'static str,
    bit: u32,
) -> Fields {
    [Some((equal, bit)), Some((contains, bit << 1)), Some((matches, bit << 2)), Some((starts, bit << 3))]
}

/// A selector of nodes.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    first: Conditions,
    steps: Vec<(Step, Conditions)>,
    /// Its text for messages.
    shown: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Child,
    Sibling,
}

#[derive(Debug, Clone, Default)]
struct Conditions {
    texts: Vec<(Part, Comparison)>,
    flags: Vec<(Flag, bool)>,
    index: Option<usize>,
    instance: usize,
}

#[derive(Debug, Clone)]
enum Comparison {
    Equal(String),
    /// Ignores case, as the phone does.
    Contains(String),
    Matches(Regex),
    /// Ignores case.
    StartsWith(String),
}

impl Selector {
    /// Parses `{"mask": bits, "childOrSibling": [], "childOrSiblingSelector": [], …}`.
    pub(crate) fn read(value: &Value) -> Result<Self, CallError> {
        let list = |name: &str| value.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let (ways, selectors) = (list("childOrSibling"), list("childOrSiblingSelector"));
        if ways.len() != selectors.len() || ways.len() > MAX_STEPS {
            return Err(CallError::Invalid("childOrSibling does not fit childOrSiblingSelector".to_owned()));
        }
        let step = |(way, selector): (&Value, &Value)| {
            let way = match way.as_str() {
                Some("child") => Step::Child,
                Some("sibling") => Step::Sibling,
                _ => return Err(CallError::Invalid(format!("{way} is neither child nor sibling"))),
            };
            Ok((way, Conditions::read(selector)?))
        };
        Ok(Self {
            first: Conditions::read(value)?,
            steps: ways.iter().zip(selectors).map(step).collect::<Result<_, _>>()?,
            shown: shown(value),
        })
    }

    /// Its text for messages.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// The node that it selects.
    pub(crate) fn find<'n, 'a>(&self, nodes: &'n Nodes<'a>) -> Option<&'n Node<'a>> {
        let (last, scope) = self.scope(nodes)?;
        nodes.list.get(last.matches(nodes, scope).nth(last.instance)?)
    }

    /// All matching nodes, ignoring the instance.
    pub(crate) fn find_all<'n, 'a>(&self, nodes: &'n Nodes<'a>) -> Vec<&'n Node<'a>> {
        let Some((last, scope)) = self.scope(nodes) else { return Vec::new() };
        last.matches(nodes, scope).filter_map(|number| nodes.list.get(number)).collect()
    }

    /// The last conditions, and the nodes to which they apply.
    fn scope(&self, nodes: &Nodes<'_>) -> Option<(&Conditions, std::ops::Range<usize>)> {
        let (mut conditions, mut scope) = (&self.first, 0..nodes.list.len());
        for (way, next) in &self.steps {
            let mut number = conditions.matches(nodes, scope).nth(conditions.instance)?;
            if *way == Step::Sibling {
                number = nodes.list.get(number)?.parent?;
            }
            scope = number + 1..nodes.list.get(number)?.end;
            conditions = next;
        }
        Some((conditions, scope))
    }
}

impl Conditions {
    fn read(value: &Value) -> Result<Self, CallError> {
        let mask = value.get("mask").and_then(Value::as_u64).unwrap_or_default();
        let given = |(name, bit): Field| {
            (mask & u64::from(bit) != 0).then(|| value.get(name).unwrap_or(&Value::Null))
        };
        let number = |field: Field| match given(field) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|number| usize::try_from(number).ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(CallError::Invalid(format!("{}: {value} is no index", field.0))),
            },
        };
        let mut conditions =
            Self { index: number(INDEX)?, instance: number(INSTANCE)?.unwrap_or(0), ..Self::default() };
        for (part, fields) in TEXTS {
            for (kind, field) in fields.into_iter().enumerate() {
                let Some((name, value)) = field.and_then(|field| Some((field.0, given(field)?))) else {
                    continue;
                };
                let Some(text) = value.as_str() else {
                    return Err(CallError::Invalid(format!("{name}: {value} is no text")));
                };
                conditions.texts.push((part, Comparison::new(kind, text)?));
            }
        }
        for (field, flag) in FLAGS {
            if let Some(value) = given(field) {
                conditions.flags.push((flag, value.as_bool().unwrap_or_default()));
            }
        }
        Ok(conditions)
    }

    fn matches<'n>(
        &'n self,
        nodes: &'n Nodes<'_>,
        scope: std::ops::Range<usize>,
    ) -> impl Iterator<Item = usize> + 'n {
        scope.filter(move |number| nodes.list.get(*number).is_some_and(|node| self.hold(node, nodes.package)))
    }

    fn hold(&self, node: &Node<'_>, package: &str) -> bool {
        self.index.is_none_or(|index| node.index == index)
            && self.flags.iter().all(|(flag, wanted)| flag(&node.view.flags) == *wanted)
            && self.texts.iter().all(|(part, comparison)| comparison.holds(part(node.view, package)))
    }
}

impl Comparison {
    /// `kind` is an index in the order of [`fields`].
    fn new(kind: usize, text: &str) -> Result<Self, CallError> {
        Ok(match kind {
            0 => Self::Equal(text.to_owned()),
            1 => Self::Contains(text.to_lowercase()),
            2 => Self::Matches(Regex::new(&format!("^(?s:{text})$")).map_err(|error| {
                CallError::Invalid(format!("java.util.regex.PatternSyntaxException: {error}"))
            })?),
            _ => Self::StartsWith(text.to_lowercase()),
        })
    }

    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Equal(wanted) => text == wanted,
            Self::Contains(wanted) => text.to_lowercase().contains(wanted),
            Self::Matches(pattern) => pattern.is_match(text),
            Self::StartsWith(wanted) => text.to_lowercase().starts_with(wanted),
        }
    }
}

fn shown(value: &Value) -> String {
    let given = value.as_object().into_iter().flatten();
    let fields = given
        .filter(|(name, value)| *name != "mask" && value.as_array().is_none_or(|list| !list.is_empty()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>();
    format!("UiSelector[{}]", fields.join(", "))
}
