//! The API over real HTTP, on a server without phones in the test's own process.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod change;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod create;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod events;
#[cfg(test)]
mod form;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod license;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod material_files;
#[cfg(test)]
mod materials;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod options;
#[cfg(test)]
mod phone_addresses;
#[path = "../../../device/tests/played_server/mod.rs"]
mod played_server;
#[cfg(test)]
mod raw;
#[cfg(test)]
mod read;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tags;
#[cfg(test)]
mod ways;
