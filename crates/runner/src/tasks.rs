//! Tasks from Rust: creates them, waits for their results, and subscribes to events.

pub(crate) mod unknown_recipients;

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;
use tikmatrix_device::script::{Planned, Problems, RegisteredScript, ScriptRegistry};
use tikmatrix_domain::{Event, EventId, FanOut, ScriptName, Target, Task, TaskId, TaskRequest, TaskState};
use tikmatrix_storage::{ChangeNotifications, Created, EventFilter, Events, RequestKey, StorageError, Store};

use crate::context::RunnerContext;

/// How many events are read from the database at once.
const PAGE_SIZE: u32 = 200;

/// The tasks of a [`crate::Runner`]; a cheap clone.
#[derive(Clone)]
pub struct Tasks {
    pub(crate) context: Arc<RunnerContext>,
}

/// No task was created.
#[derive(Debug, Error)]
pub enum CreateError {
    /// The runner has no script of this name.
    #[error("there is no script {name}; the scripts are {}", known.join(", "))]
    UnknownScript {
        /// The requested name.
        name: ScriptName,
        /// The names of all scripts.
        known: Vec<&'static str>,
    },
    /// The script refuses the configuration; all problems at once, with the paths of their fields.
    #[error("the configuration is not valid: {0}")]
    InvalidConfig(Problems),
    /// A request is for a number of materials, and the tasks of its script take none.
    #[error("the tasks of {0} take no materials that could be distributed")]
    NoMaterials(ScriptName),
    /// [`StorageError::Oversized`], [`StorageError::UnknownGroups`], [`StorageError::EmptyGroups`],
    /// [`StorageError::Impossible`], [`StorageError::QueueFull`], [`StorageError::KeyReused`], or a failure of the database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A subscription did not return an event.
#[derive(Debug, Error)]
pub enum SubscriptionError {
    /// The next events are no longer stored. The subscription continues with events from now on.
    #[error("the next events are no longer stored")]
    Missed,
    /// The database failed; the next call retries.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A subscription to events, in order and without gaps. A slow reader costs no memory: events are read from the database.
pub struct EventSubscription {
    store: Store,
    filter: EventFilter,
    changes: ChangeNotifications,
    position: EventId,
    read: VecDeque<Event>,
}

impl Tasks {
    /// The scripts that tasks may name.
    #[must_use]
    pub fn scripts(&self) -> &ScriptRegistry {
        &self.context.scripts
    }

    /// Plans the configuration `config` of the script `script`: checks it, and splits it into the targets for which each
    /// recipient gets a task.
    ///
    /// # Errors
    /// [`CreateError::UnknownScript`] or [`CreateError::InvalidConfig`].
    pub fn plan(&self, script: &ScriptName, config: &Value) -> Result<Vec<Target>, CreateError> {
        plan(&*self.script(script)?, config, None)
    }

    fn script(&self, name: &ScriptName) -> Result<Arc<RegisteredScript>, CreateError> {
        let scripts = &self.context.scripts;
        scripts.get(name.as_str()).ok_or_else(|| CreateError::UnknownScript {
            name: name.clone(),
            known: scripts.iter().map(|script| script.name()).collect(),
        })
    }

    /// Creates the tasks of `request`, all of them or none: plans the configuration of each of its targets, expands the
    /// request into tasks, stores them, and wakes their devices. A distributed request names one target, whose materials
    /// are spread over the recipients.
    ///
    /// # Errors
    /// [`CreateError`]; no task is stored then.
    pub async fn create(&self, request: TaskRequest) -> Result<Created, CreateError> {
        let script = self.script(&request.script)?;
        if request.distribute.is_some() && !script.takes_materials() {
            return Err(CreateError::NoMaterials(request.script));
        }
        let mut targets = Vec::new();
        for Target { script_config, .. } in &request.targets {
            let config = serde_json::from_str(script_config)
                .map_err(|error| invalid(&format!("is not valid JSON: {error}")))?;
            targets.extend(plan(&script, &config, request.distribute)?);
        }
        Ok(self.create_planned(TaskRequest { targets, ..request }).await?)
    }

    /// Creates the tasks of a request whose targets are planned already.
    ///
    /// # Errors
    /// As [`CreateError::Storage`]; no task is stored then.
    pub async fn create_planned(&self, request: TaskRequest) -> Result<Created, StorageError> {
        let created = self.context.store.queue().create(request, self.context.clock.now()).await?;
        self.context.wake();
        Ok(created)
    }

    /// Returns the tasks that [`Tasks::create_planned`] would create, and changes nothing.
    ///
    /// # Errors
    /// As [`CreateError::Storage`].
    pub async fn preview(&self, request: TaskRequest) -> Result<FanOut, StorageError> {
        self.context.store.queue().preview(request, self.context.clock.now()).await
    }

    /// Does the same as [`Tasks::create_planned`] unless `key` was used before: then it creates nothing and returns the
    /// first answer. `answer` makes the answer, which is stored with the tasks in one transaction.
    ///
    /// # Errors
    /// As [`CreateError::Storage`]; no task is stored then, and the key stays unused.
    pub async fn create_planned_once(
        &self,
        request: TaskRequest,
        key: RequestKey,
        answer: impl FnOnce(&Created) -> String + Send + 'static,
    ) -> Result<String, StorageError> {
        let (store, now) = (&self.context.store, self.context.clock.now());
        let answer = store.queue().create_once(request, key, now, answer).await?;
        self.context.wake();
        Ok(answer)
    }

    /// Waits until the task is finished, and returns it.
    ///
    /// # Errors
    /// [`StorageError::NoSuchTask`] if it does not exist or is deleted, or an error of the database.
    pub async fn wait(&self, id: TaskId) -> Result<Task, StorageError> {
        let mut changes = self.context.store.database().change_notifications();
        loop {
            let detail = self.context.store.tasks().find(id).await?.ok_or(StorageError::NoSuchTask(id))?;
            if matches!(detail.task.state, TaskState::Finished { .. }) {
                return Ok(detail.task);
            }
            changes.changed().await;
        }
    }

    /// Subscribes to the events that `filter` selects, from now on.
    ///
    /// # Errors
    /// Returns an error when the database fails.
    pub async fn subscribe(&self, filter: EventFilter) -> Result<EventSubscription, StorageError> {
        let store = self.context.store.clone();
        let changes = store.database().change_notifications();
        let position = store.events().newest().await?;
        Ok(EventSubscription { store, filter, changes, position, read: VecDeque::new() })
    }
}

impl EventSubscription {
    /// Waits for the next event and returns it. Dropping the future loses no event.
    ///
    /// # Errors
    /// [`SubscriptionError`]; the subscription can be used further.
    pub async fn next(&mut self) -> Result<Event, SubscriptionError> {
        loop {
            if let Some(event) = self.read.pop_front() {
                return Ok(event);
            }
            match self.store.events().after(self.position, self.filter.clone(), PAGE_SIZE).await? {
                Events::Next { events, read_to } => {
                    self.position = read_to;
                    if events.is_empty() {
                        self.changes.changed().await;
                    }
                    self.read = events.into();
                }
                Events::Pruned { newest } => {
                    self.position = newest;
                    return Err(SubscriptionError::Missed);
                }
            }
        }
    }
}

fn plan(
    script: &RegisteredScript,
    config: &Value,
    distribute: Option<u32>,
) -> Result<Vec<Target>, CreateError> {
    let planned = script.plan_and_warn(config, distribute).map_err(CreateError::InvalidConfig)?.tasks;
    if planned.is_empty() {
        return Err(invalid("asks for nothing"));
    }
    Ok(planned.into_iter().map(Planned::into_target).collect())
}

fn invalid(reason: &str) -> CreateError {
    let mut problems = Problems::default();
    problems.add("", reason);
    CreateError::InvalidConfig(problems)
}
