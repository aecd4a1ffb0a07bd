//! The agent's answers to calls, without a socket.

use std::sync::Arc;

use proptest::prelude::*;
use tikmatrix_domain::SystemClock;

use serde_json::{Value, json};

use super::error::CallError;
use super::json_rpc::{answer, call};
use super::state::{Agent, Reply};
use super::{dump, methods};
use crate::machine::Machine;

fn agent() -> Agent {
    let machine = Arc::new(Machine::new("virtual-1", 7, Arc::new(SystemClock)));
    let automation = machine.accessibility.register().unwrap();
    Agent::new(machine, automation)
}

/// Calls a method and returns its answer without waiting.
#[expect(clippy::needless_pass_by_value, reason = "it reads like a call")]
fn ask(agent: &Agent, method: &str, parameters: Value) -> Result<Value, CallError> {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
    match call(agent, request.to_string().as_bytes()).1? {
        Reply::Now(value) | Reply::After(_, value) => Ok(value),
        Reply::Until(condition, _) => Ok(agent.holds(&condition).into()),
    }
}

fn text(text: &str) -> Value {
    json!({ "mask": 1, "childOrSibling": [], "childOrSiblingSelector": [], "text": text })
}

#[test]
fn a_selector_finds_exactly_the_matching_nodes() {
    let agent = agent();
    let count = |selector: Value| ask(&agent, "count", json!([selector])).unwrap();
    assert_eq!(count(text("TikTok")), 1);
    assert_eq!(count(text("tiktok")), 0, "an exact text is case-sensitive");
    for selector in [
        json!({ "mask": 2, "textContains": "IKTO" }),
        json!({ "mask": 4, "textMatches": "Tik.*" }),
        json!({ "mask": 8, "textStartsWith": "tik" }),
        json!({ "mask": 0x11, "text": "TikTok", "className": "android.widget.TextView" }),
    ] {
        assert_eq!(count(selector.clone()), 1, "{selector}");
    }
    assert_eq!(count(json!({ "mask": 4, "textMatches": "Tik" })), 0, "a pattern has to match the whole text");
    assert_eq!(count(json!({ "mask": 0x11, "text": "TikTok", "className": "x" })), 0);
    let field_without_bit = json!({ "mask": 0, "text": "TikTok" });
    assert!(count(field_without_bit).as_u64() > Some(1), "a field without its bit is ignored");
}

#[test]
fn children_siblings_and_instances_are_found_from_the_previous_node() {
    let agent = agent();
    let root = json!({ "mask": 0x100_0000, "instance": 0 });
    let with = |way: &str, inner: Value| {
        let mut selector = root.clone();
        selector["childOrSibling"] = json!([way]);
        selector["childOrSiblingSelector"] = json!([inner]);
        ask(&agent, "getText", json!([selector]))
    };
    assert_eq!(with("child", text("TikTok")), Ok("TikTok".into()));
    assert!(
        matches!(with("sibling", text("TikTok")), Err(CallError::NoSuchObject(_))),
        "a root has no siblings"
    );
    assert!(matches!(with("uncle", text("TikTok")), Err(CallError::Invalid(_))));
    let beyond = json!({ "mask": 0x100_0001, "text": "TikTok", "instance": 1 });
    assert!(matches!(ask(&agent, "objInfo", json!([beyond])), Err(CallError::NoSuchObject(_))));
}

#[test]
fn a_click_moves_the_same_screen_as_a_tap() {
    let agent = agent();
    let before = ask(&agent, "deviceInfo", json!([])).unwrap();
    let info = ask(&agent, "objInfo", json!([text("TikTok")])).unwrap();
    let middle = |low: &str, high: &str| {
        let side = |name: &str| info["visibleBounds"][name].as_f64().unwrap();
        f64::midpoint(side(low), side(high))
    };
    let at = json!([middle("left", "right"), middle("top", "bottom")]);
    assert_eq!(ask(&agent, "click", at), Ok(true.into()));
    let after = ask(&agent, "deviceInfo", json!([])).unwrap();
    assert_ne!(before["currentPackageName"], after["currentPackageName"]);
    assert_eq!(agent.machine.windows().scene().package, after["currentPackageName"]);
}

#[test]
fn a_dump_has_the_agents_form_with_several_roots() {
    let agent = agent();
    let dump = ask(&agent, "dumpWindowHierarchy", json!([false, 50])).unwrap();
    let dump = dump.as_str().unwrap();
    let document = roxmltree::Document::parse(dump).unwrap();
    let roots: Vec<_> = document.root_element().children().filter(roxmltree::Node::is_element).collect();
    let packages: Vec<_> = roots.iter().map(|root| root.attribute("package").unwrap()).collect();
    assert_eq!(packages, ["com.android.systemui", "com.google.android.apps.nexuslauncher"]);
    let names: Vec<&str> = roots[0].attributes().map(|attribute| attribute.name()).collect();
    let last = ["selected", "visible-to-user", "bounds", "drawing-order", "hint", "display-id"];
    assert_eq!(names[names.len() - last.len()..], last);
    let active = ask(&agent, "dumpWindowHierarchy", json!([false, 50, true])).unwrap();
    assert!(!active.as_str().unwrap().contains("com.android.systemui"));
    let shallow = ask(&agent, "dumpWindowHierarchy", json!([false, 1])).unwrap();
    assert_eq!(shallow.as_str().unwrap().matches("<node ").count(), 2);
}

#[test]
fn an_emoji_is_two_dots_in_a_dump_and_whole_everywhere_else() {
    let agent = agent();
    let mut scene = agent.machine.windows().scene();
    scene.root.text = "a👍<\u{1}".to_owned();
    assert!(dump::dump(&[scene], false, 50).contains("text=\"a..&lt;.\""));
    ask(&agent, "setClipboard", json!([null, "👍"])).unwrap();
    assert_eq!(ask(&agent, "getClipboard", json!([])), Ok("👍".into()));
    assert_eq!(ask(&agent, "pasteClipboard", json!([])), Ok(false.into()), "nothing has the focus");
}

#[test]
fn errors_have_the_codes_and_names_that_clients_expect() {
    let agent = agent();
    let code = |method: &str, parameters| ask(&agent, method, parameters).unwrap_err().to_json();
    assert_eq!(code("fly", json!([]))["code"], -32601);
    assert_eq!(code("click", json!(["a", 1]))["code"], -32602);
    assert_eq!(code("waitForExists", json!([{ "mask": 4, "textMatches": "(" }]))["code"], -32602);
    let missing = code("objInfo", json!([text("nowhere")]));
    assert_eq!(missing["code"], -32002);
    assert!(missing["message"].as_str().unwrap().contains("uiautomator.UiObjectNotFoundException"));
    assert!(matches!(call(&agent, b"[]"), (Value::Null, Err(CallError::NoCall))));
    assert!(matches!(call(&agent, b"\xff"), (Value::Null, Err(CallError::NoCall))));
}

#[test]
fn the_accessibility_service_serves_one_agent_until_it_ends() {
    let agent = agent();
    let machine = Arc::clone(&agent.machine);
    let refused = machine.accessibility.register().err().unwrap();
    assert!(refused.to_string().contains("already registered"));
    drop(agent);
    assert!(machine.accessibility.register().is_ok());
}

#[test]
fn a_screenshot_is_a_jpeg_of_the_requested_size() {
    let agent = agent();
    let picture = ask(&agent, "takeScreenshot", json!([0.5, 80])).unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, picture.as_str().unwrap())
        .unwrap();
    let decoded = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (540, 1200));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("mask".to_owned()),
        Just("text".to_owned()),
        Just("textMatches".to_owned()),
        Just("instance".to_owned()),
        Just("childOrSibling".to_owned()),
        Just("childOrSiblingSelector".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_parameters_of_any_method_break_the_agent(parameters in prop::collection::vec(any_json(), 0..6)) {
        let agent = agent();
        for (method, _) in methods::METHODS.iter().filter(|(name, _)| *name != "takeScreenshot") {
            let _either = ask(&agent, method, Value::from(parameters.clone()));
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let (id, reply) = call(&agent(), &bytes);
        let result = reply.map(|_| Value::Null);
        prop_assert!(answer(&id, result).is_object());
    }
}
