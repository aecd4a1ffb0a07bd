//! Everything that a request for tasks creates, found out by reading alone: its groups and accounts are looked up, its tasks
//! fanned out, assigned and spread over time, and what can never run is refused.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use tikmatrix_domain::{
    AccountsByDevice, AppId, AppSource, BoundAccount, FanOut, ImpossibleTask, NewTask, Recipients, Serial,
    TaskRequest, Username,
};

use crate::accounts::operations as accounts;
use crate::columns;
use crate::database::connection::Connection;
use crate::error::{Fault, StorageError};
use crate::groups;
use crate::schema::account;
use crate::settings::operations as settings;
use crate::tasks::counts;

/// The most groups that are listed beside an unknown one.
const MAX_KNOWN_GROUPS: i64 = 1000;
/// The most different problems of tasks that can never run that are listed.
const MAX_IMPOSSIBLE: usize = 20;

/// The tasks of a request before they are stored.
pub(crate) struct Prepared {
    pub(crate) fan_out: FanOut,
    /// The gap before each task, if the request has an interval.
    pub(crate) gaps: Vec<TimeDelta>,
    /// The app of the tasks that have none.
    pub(crate) default_app: AppId,
    /// The accounts that the request names and that there are not.
    pub(crate) new_accounts: Vec<(Username, AppId)>,
}

/// Prepares the tasks of `request`, at `now`.
pub(crate) fn prepare(
    connection: &mut Connection,
    request: &TaskRequest,
    max_pending: u64,
    first_app: AppId,
    now: DateTime<Utc>,
) -> Result<Prepared, Fault> {
    let (request, empty_groups) = with_groups(connection, request)?;
    let mut accounts = AccountsByDevice::new();
    if let Recipients::AccountsOfDevices(serials) = &request.recipients {
        for serial in serials {
            accounts.insert(serial.clone(), accounts_on(connection, serial)?);
        }
    }
    let mut fan_out = request.fan_out(&accounts).map_err(StorageError::Oversized)?;
    fan_out.empty_groups = empty_groups;
    check_queue_limit(connection, fan_out.tasks.len(), max_pending)?;
    let default_app = settings::load(connection)?.default_app.unwrap_or(first_app);
    let new_accounts = resolve_accounts(connection, &mut fan_out.tasks, default_app)?;
    check_apps(&fan_out.tasks, default_app)?;
    let gaps = request.interval.spread(&mut fan_out.tasks, now, request.seed);
    Ok(Prepared { fan_out, gaps, default_app, new_accounts })
}

/// Returns the request with the devices of its groups as recipients, and the groups that have none.
fn with_groups<'request>(
    connection: &mut Connection,
    request: &'request TaskRequest,
) -> Result<(Cow<'request, TaskRequest>, Vec<String>), Fault> {
    if request.groups.is_empty() {
        return Ok((Cow::Borrowed(request), Vec::new()));
    }
    let (mut members, mut unknown, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    for (index, name) in request.groups.iter().enumerate() {
        match groups::serials_of(connection, name)? {
            None => unknown.push((index, name.clone())),
            Some(serials) if serials.is_empty() => empty.push(name.clone()),
            Some(serials) => members.extend(serials),
        }
    }
    if !unknown.is_empty() {
        let known = groups::names(connection, MAX_KNOWN_GROUPS)?;
        return Err(StorageError::UnknownGroups { unknown, known }.into());
    }
    let mut request = request.clone();
    match &mut request.recipients {
        Recipients::Devices(serials) | Recipients::AccountsOfDevices(serials) => {
            serials.extend(members);
            if serials.is_empty() {
                return Err(StorageError::EmptyGroups { groups: empty }.into());
            }
        }
        Recipients::Accounts(_) => {}
    }
    Ok((Cow::Owned(request), empty))
}

fn accounts_on(connection: &mut Connection, serial: &Serial) -> Result<Vec<BoundAccount>, Fault> {
    let accounts: Vec<(String, String, bool)> = account::table
        .filter(account::serial.eq(serial.as_str()))
        .order(account::id)
        .select((account::username, account::app, account::enabled))
        .load(connection)?;
    let accounts = accounts.iter().map(|(name, app, enabled)| {
        Ok(BoundAccount { username: columns::username(name)?, app: columns::app(app)?, enabled: *enabled })
    });
    accounts.collect()
}

/// No other writer creates tasks between this query and the end of a transaction that writes.
fn check_queue_limit(connection: &mut Connection, requested: usize, max: u64) -> Result<(), Fault> {
    let pending = counts::by_status(connection)?.pending;
    if pending.saturating_add(u64::try_from(requested).unwrap_or(u64::MAX)) > max {
        return Err(StorageError::QueueFull { pending, max, requested }.into());
    }
    Ok(())
}

/// Assigns to each task of an account the app and the device of that account, unless it has its own. Of several accounts of
/// one name, that of `default_app` comes first. Returns the accounts that there are not, in the order of the tasks.
fn resolve_accounts(
    connection: &mut Connection,
    tasks: &mut [NewTask],
    default_app: AppId,
) -> Result<Vec<(Username, AppId)>, Fault> {
    let mut assignments: HashMap<(Username, Option<AppId>), (AppId, Option<Serial>)> = HashMap::new();
    let (mut unknown, mut seen) = (Vec::new(), HashSet::new());
    for task in tasks {
        // A task with both was fanned out from the device to its accounts.
        let (Some(username), None) = (&task.username, &task.serial) else { continue };
        let wanted = (username.clone(), task.app);
        let (app, serial) = match assignments.get(&wanted) {
            Some(assignment) => assignment.clone(),
            None => {
                let known = accounts::assignment(connection, username, task.app, default_app)?;
                let assignment = known.unwrap_or_else(|| {
                    let app = task.app.unwrap_or(default_app);
                    if seen.insert((username.clone(), app)) {
                        unknown.push((username.clone(), app));
                    }
                    (app, None)
                });
                assignments.insert(wanted, assignment.clone());
                assignment
            }
        };
        (task.app, task.serial) = (Some(app), serial);
    }
    Ok(unknown)
}

/// Refuses the tasks whose app cannot do what their configurations ask for.
fn check_apps(tasks: &[NewTask], default_app: AppId) -> Result<(), StorageError> {
    let mut impossible = Vec::new();
    for task in tasks {
        let source = task.username.clone().map_or(AppSource::Default, AppSource::Account);
        let checked = ImpossibleTask::check(&task.requirements, task.app.unwrap_or(default_app), &source);
        if let Err(problem) = checked
            && !impossible.contains(&problem)
        {
            impossible.push(problem);
            if impossible.len() == MAX_IMPOSSIBLE {
                break;
            }
        }
    }
    if impossible.is_empty() { Ok(()) } else { Err(StorageError::Impossible(impossible)) }
}
