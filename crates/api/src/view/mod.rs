//! The forms of the API's answers. They are apart from the domain's types, so that neither binds the other; each field
//! is described for the readers of the API.

mod account;
mod change;
mod deleted;
mod device;
mod event;
mod evidence;
mod group;
mod health;
mod license;
mod material;
mod phone_address;
mod problem;
mod script;
mod setting;
mod task;
mod time;

pub(crate) use account::{AccountListView, AccountView, ImportedView};
pub(crate) use change::{BatchDeletedView, RetriedView};
pub(crate) use deleted::DeletedView;
pub(crate) use device::{DeviceListView, DeviceState, DeviceView, state as device_state};
pub(crate) use event::{event_lines, place_lines, reset_lines};
pub(crate) use evidence::{TaskLogView, artifact_name};
pub(crate) use group::{GroupDeletedView, GroupListView, GroupView};
pub(crate) use health::HealthView;
pub(crate) use license::LicenseView;
pub(crate) use material::{MaterialListView, MaterialUploadView, MaterialView};
pub(crate) use phone_address::{FoundPhoneView, PhoneAddressListView, PhoneAddressView, ScanView};
pub(crate) use problem::ProblemView;
pub(crate) use script::{ScriptListView, ScriptView};
pub(crate) use setting::SettingView;
pub(crate) use task::{CreatedView, StatsView, TaskDetailView, TaskListView, TaskView};
