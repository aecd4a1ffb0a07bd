//! The phones that come of the endpoints: those with the same serial number are one phone, unless the phones there say that
//! they are different ones.

use std::collections::HashMap;

use tikmatrix_domain::Serial;

use super::row::Row;
use crate::registry::endpoint::{Endpoint, EndpointEntry, PhoneEntry, PhoneState};

/// Returns the phones in the order of their first endpoints.
pub(super) fn phones(rows: &[Row]) -> Vec<PhoneEntry> {
    let mut phones: Vec<Vec<&Row>> = Vec::with_capacity(rows.len());
    let mut by_serial: HashMap<&Serial, Vec<usize>> = HashMap::with_capacity(rows.len());
    for row in rows {
        let known = row.serial.as_ref().map(|serial| by_serial.entry(serial).or_default());
        let one_phone =
            |index: &&usize| phones[**index].iter().all(|other| !row.rivals.contains(&other.endpoint));
        match known.as_ref().and_then(|known| known.iter().find(one_phone).copied()) {
            Some(index) => phones[index].push(row),
            None => {
                if let Some(known) = known {
                    known.push(phones.len());
                }
                phones.push(vec![row]);
            }
        }
    }
    let conflict = |serial: &Serial| by_serial.get(serial).is_some_and(|phones| phones.len() > 1);
    phones.into_iter().map(|rows| fold(rows, conflict)).collect()
}

/// One phone with all of its endpoints.
fn fold(mut rows: Vec<&Row>, is_conflict: impl Fn(&Serial) -> bool) -> PhoneEntry {
    rows.sort_by_key(|row| (row.phone.is_none(), row.state.priority(), row.endpoint.priority()));
    let serial = rows.iter().find_map(|row| row.serial.clone());
    let conflict = serial.as_ref().filter(|serial| is_conflict(serial));
    let endpoints = rows.iter().map(|row| EndpointEntry {
        endpoint: row.endpoint.clone(),
        state: row.state.clone(),
        in_use: row.phone.is_some() && conflict.is_none(),
    });
    let phone = rows.iter().find_map(|row| row.phone.clone());
    let state = match (rows.first().map(|row| &row.state), conflict) {
        (Some(PhoneState::Ready), Some(serial)) => {
            PhoneState::Conflict { reason: conflict_reason(serial, rows.iter().flat_map(|row| &row.rivals)) }
        }
        // It answered at an endpoint that a better one preempted, and that one just failed: it is being reconnected.
        (Some(PhoneState::Ready), None) if phone.is_none() => PhoneState::Connecting,
        (Some(state), _) => state.clone(),
        (None, _) => PhoneState::Connecting,
    };
    let phone = phone.filter(|_| conflict.is_none());
    PhoneEntry { endpoints: endpoints.collect(), serial, state, phone }
}

fn conflict_reason<'row>(serial: &Serial, mut rivals: impl Iterator<Item = &'row Endpoint>) -> String {
    let other = rivals.next().map_or_else(|| "another endpoint".to_owned(), ToString::to_string);
    format!(
        "another phone, at {other}, reports the serial {serial} too, and neither gets tasks: unplug one of them, remove its \
         address, or give it another serial"
    )
}
