//! The API over real HTTP, on a server without phones in the test's own process.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod devices;
mod disk;
#[cfg(test)]
mod events;
#[cfg(test)]
mod license;
#[cfg(test)]
mod materials;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod openapi;
mod original;
#[path = "../../../device/tests/played_server/mod.rs"]
mod played_server;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tasks;
#[cfg(test)]
mod webhooks;
