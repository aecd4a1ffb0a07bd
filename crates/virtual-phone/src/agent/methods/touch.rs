//! Taps, swipes and drags by coordinates and by selector.

use std::time::Duration;

use serde_json::Value;

use crate::agent::error::CallError;
use crate::agent::nodes::Nodes;
use crate::agent::parameters::Parameters;
use crate::agent::state::{Agent, Reply};
use crate::ui::bounds::Bounds;
use crate::ui::window::dump::dump;

/// Between two steps of a finger.
const STEP_INTERVAL: Duration = Duration::from_millis(5);
/// `MotionEvent`'s numbers.
const DOWN: i32 = 0;
const UP: i32 = 1;

type Point = (i32, i32);

/// `click(x, y)`, `click(x, y, milliseconds)`, `click(selector)`.
pub(crate) fn click(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let (at, held) = if parameters.get(0).is_object() {
        (place(agent, parameters, 0)?.center(), 0)
    } else {
        ((parameters.number(0)?, parameters.number(1)?), parameters.number_or(2, 0)?)
    };
    agent.machine.windows().tap(at.0, at.1);
    Ok(Reply::After(Duration::from_millis(held.unsigned_abs().into()), true.into()))
}

/// `swipe(x1, y1, x2, y2, steps)`, and `drag`, which is the same to these apps.
pub(crate) fn swipe(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let from = (parameters.number(0)?, parameters.number(1)?);
    let to = (parameters.number(2)?, parameters.number(3)?);
    Ok(finger(agent, from, to, parameters.number_or(4, 0)?))
}

/// `swipePoints([x1, y1, x2, y2, …], steps for each way)`: the finger stays down from the first to the last.
pub(crate) fn swipe_points(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let numbers = parameters.get(0).as_array().map_or(&[][..], Vec::as_slice);
    let points = Parameters(numbers);
    let ways = i32::try_from(numbers.len() / 2).unwrap_or(i32::MAX).saturating_sub(1);
    if ways < 1 {
        return Err(CallError::Invalid("at least two points are needed".to_owned()));
    }
    let last = numbers.len() / 2 * 2 - 2;
    let from = (points.number(0)?, points.number(1)?);
    let to = (points.number(last)?, points.number(last + 1)?);
    Ok(finger(agent, from, to, parameters.number_or(1, 0)?.saturating_mul(ways)))
}

/// `dragTo(selector, x, y, steps)`, `dragTo(selector, selector, steps)`.
pub(crate) fn drag_to(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let from = place(agent, parameters, 0)?.center();
    let (to, steps) = if parameters.get(1).is_object() {
        (place(agent, parameters, 1)?.center(), parameters.number_or(2, 0)?)
    } else {
        ((parameters.number(1)?, parameters.number(2)?), parameters.number_or(3, 0)?)
    };
    Ok(finger(agent, from, to, steps))
}

/// `scrollForward(selector, vertical, steps)`: whether something moved.
pub(crate) fn scroll_forward(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    scroll(agent, parameters, true)
}

/// `scrollBackward(selector, vertical, steps)`: whether something moved.
pub(crate) fn scroll_backward(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    scroll(agent, parameters, false)
}

/// `injectInputEvent(action, x, y, meta)`: a finger comes down, moves, and goes up.
pub(crate) fn inject_event(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let at = (parameters.number(1)?, parameters.number(2)?);
    let mut finger = agent.finger.lock();
    match parameters.number(0)? {
        DOWN => *finger = Some(at),
        UP => {
            if let Some(from) = finger.take() {
                agent.machine.windows().swipe(from, at);
            }
        }
        _ => {}
    }
    Ok(Reply::Now(true.into()))
}

fn scroll(agent: &Agent, parameters: &Parameters<'_>, forward: bool) -> Result<Reply, CallError> {
    let bounds = place(agent, parameters, 0)?;
    let (x, y) = bounds.center();
    // A tenth of the view stays free at both ends, as in `UiScrollable`.
    let (margin_x, margin_y) = (bounds.width() / 10, bounds.height() / 10);
    let (start, end) = if parameters.flag(1) {
        ((x, bounds.bottom - margin_y), (x, bounds.top + margin_y))
    } else {
        ((bounds.right - margin_x, y), (bounds.left + margin_x, y))
    };
    let shown = || dump(&agent.machine.windows().scene(), false);
    let before = shown();
    let (from, to) = if forward { (start, end) } else { (end, start) };
    let waited = finger(agent, from, to, parameters.number_or(2, 0)?);
    let moved = shown() != before;
    Ok(match waited {
        Reply::After(time, _) => Reply::After(time, moved.into()),
        other => other,
    })
}

fn finger(agent: &Agent, from: Point, to: Point, steps: i32) -> Reply {
    agent.machine.windows().swipe(from, to);
    Reply::After(STEP_INTERVAL.saturating_mul(steps.unsigned_abs()), Value::Bool(true))
}

/// The bounds of the node that a selector finds.
fn place(agent: &Agent, parameters: &Parameters<'_>, at: usize) -> Result<Bounds, CallError> {
    let selector = parameters.selector(at)?;
    let scene = agent.machine.windows().scene();
    let nodes = Nodes::of(&scene);
    let found = selector.find(&nodes).map(|node| node.bounds);
    found.ok_or_else(|| CallError::NoSuchObject(selector.shown().to_owned()))
}
