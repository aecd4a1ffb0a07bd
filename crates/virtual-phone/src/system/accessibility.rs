//! The accessibility service (`UiAutomation`), which serves one program at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

/// The phone's accessibility service.
#[derive(Debug, Default)]
pub(crate) struct Accessibility(Arc<AtomicBool>);

impl Accessibility {
    /// Registers a program until the result is dropped.
    pub(crate) fn register(&self) -> Result<Automation, AlreadyRegistered> {
        if self.0.swap(true, Ordering::AcqRel) {
            return Err(AlreadyRegistered);
        }
        Ok(Automation(Arc::clone(&self.0)))
    }
}

/// A program's registration with the accessibility service.
#[derive(Debug)]
pub(crate) struct Automation(Arc<AtomicBool>);

impl Drop for Automation {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Another program is registered. The missing space is Android's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "UiAutomationService android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@5deffd5already registered!"
)]
pub(crate) struct AlreadyRegistered;
