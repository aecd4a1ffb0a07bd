//! Methods of the phone as a whole: its properties, screen, keys and clipboard.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::agent::dump as hierarchy;
use crate::agent::error::CallError;
use crate::agent::parameters::Parameters;
use crate::agent::state::{Agent, Reply};
use crate::ui::{DENSITY, SCREEN_HEIGHT, SCREEN_WIDTH};

/// The default depth of a dump.
const DEPTH: i32 = 50;

/// The names that `pressKey` takes (`UiDevice` and the agent's own), with Android's key codes.
const KEYS: [(&str, u32); 21] = [
    ("home", 3),
    ("back", 4),
    ("left", 21),
    ("right", 22),
    ("up", 19),
    ("down", 20),
    ("center", 23),
    ("menu", 82),
    ("search", 84),
    ("enter", 66),
    ("delete", 67),
    ("del", 67),
    ("recent", 187),
    ("volume_up", 24),
    ("volume_down", 25),
    ("volume_mute", 164),
    ("camera", 27),
    ("power", 26),
    ("tab", 61),
    ("space", 62),
    ("escape", 111),
];

/// What `setConfigurator` may change, with the phone's defaults in milliseconds (`Configurator`).
const CONFIGURATION: [(&str, i32); 5] = [
    ("actionAcknowledgmentTimeout", 3000),
    ("keyInjectionDelay", 0),
    ("scrollAcknowledgmentTimeout", 200),
    ("waitForIdleTimeout", 0),
    ("waitForSelectorTimeout", 0),
];

/// Methods without an effect here: toasts, traversed texts, and waking a screen that is on.
pub(crate) fn nothing(_agent: &Agent, _parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    Ok(Reply::Now(Value::Null))
}

pub(crate) fn info(agent: &Agent, _parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let windows = agent.machine.windows();
    let (package, is_awake) = (windows.scene().package, windows.layers.lock.is_awake());
    drop(windows);
    let properties = agent.machine.properties();
    let sdk: i32 = properties.get("ro.build.version.sdk").parse().unwrap_or_default();
    Ok(Reply::Now(json!({
        "currentPackageName": package,
        "displayHeight": SCREEN_HEIGHT,
        "displayRotation": 0,
        "displaySizeDpX": SCREEN_WIDTH * 160 / DENSITY,
        "displaySizeDpY": SCREEN_HEIGHT * 160 / DENSITY,
        "displayWidth": SCREEN_WIDTH,
        "naturalOrientation": true,
        "productName": properties.get("ro.product.name"),
        "screenOn": is_awake,
        "sdkInt": sdk,
    })))
}

/// `dumpWindowHierarchy(compressed, depth, only the active window)`.
pub(crate) fn dump(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let depth = usize::try_from(parameters.number_or(1, DEPTH)?).unwrap_or_default();
    let snapshot = agent.machine.windows().snapshot();
    let scenes = if parameters.flag(2) { vec![snapshot.top] } else { snapshot.touchable() };
    Ok(Reply::Now(hierarchy::dump(&scenes, parameters.flag(0), depth).into()))
}

/// `takeScreenshot(scale, quality)`: a JPEG in base64.
pub(crate) fn screenshot(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let scale = parameters.get(0).as_f64().unwrap_or(1.0);
    let quality = u8::try_from(parameters.number_or(1, 80)?.clamp(1, 100)).unwrap_or(80);
    let frame = agent.machine.windows().snapshot().draw();
    let picture = frame.jpeg(scale, quality).map_err(|error| CallError::Failed(error.to_string()))?;
    Ok(Reply::Now(STANDARD.encode(picture).into()))
}

/// `pressKey(name)`: whether there is such a key.
pub(crate) fn press_key(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let name = parameters.text(0)?.to_lowercase();
    let code = KEYS.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
    if let Some(code) = code {
        agent.machine.windows().key(code);
    }
    Ok(Reply::Now(code.is_some().into()))
}

pub(crate) fn press_key_code(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    agent.machine.windows().key(parameters.number(0)?.unsigned_abs());
    Ok(Reply::Now(true.into()))
}

/// `setClipboard(label, text)`.
pub(crate) fn set_clipboard(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    *agent.machine.clipboard.lock() = Some(parameters.text(1)?.to_owned());
    Ok(Reply::Now(Value::Null))
}

pub(crate) fn clipboard(agent: &Agent, _parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    Ok(Reply::Now(agent.machine.clipboard.lock().clone().into()))
}

pub(crate) fn paste(agent: &Agent, _parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let text = agent.machine.clipboard.lock().clone();
    let is_pasted = text.is_some_and(|text| agent.machine.windows().commit_text(&text));
    Ok(Reply::Now(is_pasted.into()))
}

pub(crate) fn clear_input_text(agent: &Agent, _parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let is_cleared = agent.machine.windows().text_input().map(|mut input| input.clear()).is_some();
    Ok(Reply::Now(is_cleared.into()))
}

/// `setConfigurator({name: milliseconds})` and `getConfigurator()`: the configuration. A dump here never waits for an
/// idle screen, so that the times have no effect.
pub(crate) fn configurator(agent: &Agent, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let mut changed = agent.configuration.lock();
    for (name, value) in parameters.get(0).as_object().into_iter().flatten() {
        if !CONFIGURATION.iter().any(|(known, _)| known == name) || !value.is_u64() {
            return Err(CallError::Invalid(format!("{name}: {value}")));
        }
        changed.insert(name.clone(), value.clone());
    }
    let defaults = CONFIGURATION.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let mut all: Map<String, Value> = defaults.collect();
    all.extend(changed.clone());
    Ok(Reply::Now(all.into()))
}
