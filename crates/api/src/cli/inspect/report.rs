//! An inspection for people: what the screen is, why, what it almost is, and which elements are found.

use tikmatrix_apps::inspect::{Candidate, ElementSight, Inspection, Near, Seen, SelectorMatch, SightKind};
use tikmatrix_apps::summary::{Summary, Upload, UploadState};
use tikmatrix_device::ui::Bounds;

use crate::cli::output::printable;
use crate::cli::output::{OutputError, say};

/// Elements that would be found without a part of the selector are shown up to this number; among more, the one that is
/// meant cannot be known.
const MAX_NEAR: usize = 3;

/// Prints it, summed up before the details.
pub(super) fn print(summary: &Summary, inspection: &Inspection) -> Result<(), OutputError> {
    say(headline(inspection))?;
    print_summary(summary)?;
    say(format_args!("app       {}, {}", or_none(&inspection.package), place(inspection.bounds),))?;
    let all = || inspection.blocking.iter().chain(&inspection.popups).chain(&inspection.screens);
    let mut shown = Vec::new();
    for of_a_kind in [&inspection.blocking, &inspection.popups, &inspection.screens] {
        shown.extend(of_a_kind.iter().find(|it| it.shown));
    }
    for it in &shown {
        print_candidate(it, "shown")?;
    }
    // What is known by half of its signs at least is perhaps the same in a new version of the app.
    let mut near: Vec<&Candidate> = all().filter(|it| is_near(it)).collect();
    near.sort_by_key(|it| it.needed.saturating_sub(it.seen()));
    for it in near {
        print_candidate(it, "not shown")?;
    }
    if !inspection.elements.is_empty() {
        say("")?;
        say("Elements")?;
    }
    for element in &inspection.elements {
        print_element(element)?;
    }
    Ok(())
}

fn headline(inspection: &Inspection) -> String {
    let screen = inspection.screens.iter().find(|it| it.shown);
    let known = match screen {
        Some(screen) => format!("{} ({})", screen.name, screen.id.as_deref().unwrap_or_default()),
        None => "no screen that the profile knows".to_owned(),
    };
    let first =
        |all: &[Candidate]| all.iter().find(|it| it.shown).map(|it| it.name.clone()).unwrap_or_default();
    let sight = match inspection.sight {
        SightKind::Clear => "nothing is in a script's way".to_owned(),
        SightKind::Popup => format!("in the way: {}", first(&inspection.popups)),
        SightKind::Blocked => format!("only a person can go on: {}", first(&inspection.blocking)),
    };
    format!("screen    {known}\nway       {sight}\nprofiles  {}", inspection.profiles.join(", "))
}

fn print_summary(summary: &Summary) -> Result<(), OutputError> {
    if let Some(tap) = summary.popup.as_ref().map(|popup| &popup.tap) {
        let answer = match tap {
            Some(tap) => format!("a tap on {:?} {}", printable(&tap.text), place(tap.bounds)),
            None => "the back key".to_owned(),
        };
        say(format_args!("answer    {answer}"))?;
    }
    if let Some(code) = summary.blocked.as_ref().and_then(|blocked| blocked.failure_code) {
        say(format_args!("failure   {code}"))?;
    }
    say(format_args!("signs     {:.0} % of the screen's are there", summary.confidence * 100.0))?;
    if let Some(other) = &summary.runner_up {
        say(format_args!("or else   {}, {:.0} %", other.screen, other.confidence * 100.0))?;
    }
    if let Some(Upload { state, percent }) = summary.upload {
        let state = if state == UploadState::Failed { "failed" } else { "under way" };
        let percent = percent.map(|percent| format!(", {percent} %")).unwrap_or_default();
        say(format_args!("upload    {state}{percent}"))?;
    }
    if let Some(account) = &summary.account {
        say(format_args!("account   {}", printable(account)))?;
    }
    let found: Vec<&str> = summary.elements.keys().map(String::as_str).collect();
    say(format_args!("elements  {}", if found.is_empty() { "none".to_owned() } else { found.join(", ") }))
}

fn is_near(it: &Candidate) -> bool {
    let seen = it.seen();
    !it.shown && seen > 0 && seen * 2 >= it.needed
}

fn print_candidate(it: &Candidate, state: &str) -> Result<(), OutputError> {
    say("")?;
    let id = it.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let signs = format!("{} of {} signs, {} needed", it.seen(), it.signs.len(), it.needed);
    say(format_args!("{}{id} of {}: {state}, {signs}", it.name, it.profile))?;
    for sign in &it.signs {
        print_match(sign)?;
    }
    for sign in &it.ruled_out_by {
        say(format_args!("  ruled out by {}", found_by(sign)))?;
    }
    if it.shown {
        if let Some(remark) = &it.remark {
            say(format_args!("  a task fails with: {}", printable(remark)))?;
        }
        if let Some(dismiss) = &it.dismiss {
            say("  dismissed by a tap on")?;
            print_match(dismiss)?;
        }
    }
    Ok(())
}

fn print_match(matched: &SelectorMatch) -> Result<(), OutputError> {
    let mark = if matched.found.is_some() { '+' } else { '-' };
    say(format_args!("  {mark} {}", found_by(matched)))?;
    matched.near.iter().try_for_each(print_near)
}

fn found_by(matched: &SelectorMatch) -> String {
    match &matched.found {
        Some(found) => format!("{}  {}{}", printable(&matched.selector), seen(found), others(matched.count)),
        None => printable(&matched.selector),
    }
}

fn print_element(element: &ElementSight) -> Result<(), OutputError> {
    let named = format!("{:<18} {}", element.id, element.name);
    match &element.selector_match.found {
        Some(found) => {
            let tap = match found.tap {
                Some(point) => format!("tapped at {},{}", point.x, point.y),
                None => "cannot be tapped".to_owned(),
            };
            say(format_args!("  + {named}: {}, {tap}{}", seen(found), others(element.selector_match.count)))
        }
        None => {
            say(format_args!("  - {named}"))?;
            element.selector_match.near.iter().try_for_each(print_near)
        }
    }
}

fn print_near(near: &Near) -> Result<(), OutputError> {
    if near.count <= MAX_NEAR {
        let without = printable(&near.without);
        say(format_args!("      without `{without}`: {}{}", seen(&near.found), others(near.count)))?;
    }
    Ok(())
}

fn seen(seen: &Seen) -> String {
    let class = seen.class.rsplit('.').next().filter(|class| !class.is_empty()).unwrap_or("element");
    let mut parts = vec![format!("{class} {}", place(seen.bounds))];
    for (name, value) in [("text", &seen.text), ("description", &seen.description)] {
        if !value.is_empty() {
            let short: String = value.chars().take(60).collect();
            parts.push(format!("{name} {short:?}"));
        }
    }
    if !seen.resource_id.is_empty() {
        parts.push(format!("id {}", printable(&seen.resource_id)));
    }
    parts.join(" ")
}

fn others(count: usize) -> String {
    if count > 1 { format!(" (first of {count})") } else { String::new() }
}

/// As a dump writes it, so that it can be searched for there.
fn place(bounds: Bounds) -> String {
    let Bounds { left, top, right, bottom } = bounds;
    format!("[{left},{top}][{right},{bottom}]")
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "no package".to_owned() } else { printable(text) }
}
