//! Methods of the node that a selector finds.

use std::time::Duration;

use serde_json::Value;

use crate::agent::error::CallError;
use crate::agent::nodes::{Node, Nodes, describe};
use crate::agent::parameters::Parameters;
use crate::agent::state::{Agent, Condition, Reply};

pub(crate) fn exist(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let condition = Condition { selector: parameters.selector(0)?, exists: true };
    Ok(Reply::Now(agent.holds(&condition).into()))
}

/// `waitForExists(selector, milliseconds)`.
pub(crate) fn wait_for_exists(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    wait(agent, parameters, true)
}

/// `waitUntilGone(selector, milliseconds)`.
pub(crate) fn wait_until_gone(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    wait(agent, parameters, false)
}

fn wait(_agent: &Agent, parameters: &Parameters<'_>, exists: bool) -> Result<Reply, CallError> {
    let time = Duration::from_millis(parameters.number_or(1, 0)?.max(0).unsigned_abs().into());
    Ok(Reply::Until(Condition { selector: parameters.selector(0)?, exists }, time))
}

pub(crate) fn count(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let selector = parameters.selector(0)?;
    let scene = agent.machine.windows().scene();
    Ok(Reply::Now(selector.find_all(&Nodes::of(&scene)).len().into()))
}

pub(crate) fn info(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    with_node(agent, parameters, |nodes, node| describe(nodes.package, node))
}

pub(crate) fn info_of_all(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let selector = parameters.selector(0)?;
    let scene = agent.machine.windows().scene();
    let nodes = Nodes::of(&scene);
    let all = selector.find_all(&nodes).into_iter().map(|node| describe(nodes.package, node));
    Ok(Reply::Now(all.collect()))
}

pub(crate) fn text(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    with_node(agent, parameters, |_, node| node.view.shown_text().into())
}

/// `setText(selector, text)`: whether the node takes text.
pub(crate) fn set_text(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    write(agent, parameters, parameters.text(1)?)
}

pub(crate) fn clear_text_field(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    write(agent, parameters, "")
}

fn write(agent: &Agent, parameters: &Parameters<'_>, text: &str) -> Result<Reply, CallError> {
    let selector = parameters.selector(0)?;
    let mut windows = agent.machine.windows();
    let scene = windows.scene();
    let nodes = Nodes::of(&scene);
    let node = selector.find(&nodes).ok_or_else(|| CallError::NoSuchObject(selector.shown().to_owned()))?;
    let written = node.view.field.as_ref().is_some_and(|field| {
        windows.layers.field(&field.name).map(|mut input| input.replace(text)).is_some()
    });
    Ok(Reply::Now(written.into()))
}

fn with_node(
    agent: &Agent,
    parameters: &Parameters<'_>,
    describe_node: impl Fn(&Nodes<'_>, &Node<'_>) -> Value,
) -> Result<Reply, CallError> {
    let selector = parameters.selector(0)?;
    let scene = agent.machine.windows().scene();
    let nodes = Nodes::of(&scene);
    match selector.find(&nodes) {
        Some(node) => Ok(Reply::Now(describe_node(&nodes, node))),
        None => Err(CallError::NoSuchObject(selector.shown().to_owned())),
    }
}
