//! The apps that a server has. Whatever names an app to the API has to name one of them.

use actix_web::HttpRequest;
use actix_web::web::Data;
use tikmatrix_domain::{AppId, Settings};
use tikmatrix_validation::shortened;

/// The ids of the apps, in the order of their registration; never empty.
#[derive(Debug)]
pub(crate) struct KnownApps(Vec<AppId>);

impl KnownApps {
    /// Of a server without apps, the phone itself is the only one.
    pub(crate) fn new(apps: Vec<AppId>) -> Self {
        Self(if apps.is_empty() { vec![AppId::android()] } else { apps })
    }

    /// The apps of the server that got `request`.
    pub(crate) fn of(request: &HttpRequest) -> Data<Self> {
        let registered = request.app_data::<Data<Self>>().cloned();
        registered.unwrap_or_else(|| Data::new(Self::new(Vec::new())))
    }

    /// The app that was registered first.
    pub(crate) fn first(&self) -> AppId {
        self.0.first().copied().unwrap_or_else(AppId::android)
    }

    /// The app of tasks and accounts that name none.
    pub(crate) fn default_app(&self, settings: &Settings) -> AppId {
        settings.default_app.unwrap_or_else(|| self.first())
    }

    /// The names of all apps.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AppId::as_str)
    }

    /// The app called `name`.
    pub(crate) fn find(&self, name: &str) -> Option<AppId> {
        self.0.iter().find(|app| app.as_str() == name).copied()
    }

    /// Finds the app called `name`.
    ///
    /// # Errors
    /// The reason for a client, which names the apps that there are.
    pub(crate) fn parse(&self, name: &str) -> Result<AppId, String> {
        self.find(name).ok_or_else(|| {
            let known: Vec<&str> = self.names().collect();
            format!("{:?} is not one of {}", shortened(name), known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_app_is_refused_with_the_known_ones_and_the_first_is_the_default() {
        let apps = KnownApps::new(["photos", "videos"].map(|name| AppId::new(name).unwrap()).into());
        assert_eq!(apps.parse("videos").unwrap().as_str(), "videos");
        assert_eq!(apps.parse("Videos").unwrap_err(), r#""Videos" is not one of photos, videos"#);
        assert_eq!(apps.default_app(&Settings::default()).as_str(), "photos");
        let chosen = Settings { default_app: apps.find("videos"), ..Settings::default() };
        assert_eq!(apps.default_app(&chosen).as_str(), "videos");
        assert_eq!(KnownApps::new(Vec::new()).first(), AppId::android());
    }
}
