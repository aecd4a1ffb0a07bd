//! The agent's methods by name. An unknown name is answered as by an agent that lacks the method.

mod device;
mod object;
mod touch;

use crate::agent::error::CallError;
use crate::agent::parameters::Parameters;
use crate::agent::state::{Agent, Reply};

pub(crate) type Method = fn(&Agent, &Parameters<'_>) -> Result<Reply, CallError>;

pub(crate) const METHODS: &[(&str, Method)] = &[
    ("clearInputText", device::clear_input_text),
    ("clearLastToast", device::nothing),
    ("clearLastTraversedText", device::nothing),
    ("clearTextField", object::clear_text_field),
    ("click", touch::click),
    ("count", object::count),
    ("deviceInfo", device::info),
    ("drag", touch::swipe),
    ("dragTo", touch::drag_to),
    ("dumpWindowHierarchy", device::dump),
    ("exist", object::exist),
    ("flingBackward", touch::scroll_backward),
    ("flingForward", touch::scroll_forward),
    ("getClipboard", device::clipboard),
    ("getConfigurator", device::configurator),
    ("getLastToast", device::nothing),
    ("getLastTraversedText", device::nothing),
    ("getText", object::text),
    ("injectInputEvent", touch::inject_event),
    ("longClick", touch::click),
    ("objInfo", object::info),
    ("objInfoOfAllInstances", object::info_of_all),
    ("pasteClipboard", device::paste),
    ("pressKey", device::press_key),
    ("pressKeyCode", device::press_key_code),
    ("scrollBackward", touch::scroll_backward),
    ("scrollForward", touch::scroll_forward),
    ("setClipboard", device::set_clipboard),
    ("setConfigurator", device::configurator),
    ("setText", object::set_text),
    ("swipe", touch::swipe),
    ("swipePoints", touch::swipe_points),
    ("takeScreenshot", device::screenshot),
    ("waitForExists", object::wait_for_exists),
    ("waitUntilGone", object::wait_until_gone),
    ("wakeUp", device::nothing),
];

/// Calls the method `name`.
pub(crate) fn call(agent: &Agent, name: &str, parameters: &Parameters<'_>) -> Result<Reply, CallError> {
    let method = METHODS.iter().find(|(known, _)| *known == name).map(|(_, method)| *method);
    method.ok_or(CallError::NoSuchMethod)?(agent, parameters)
}
