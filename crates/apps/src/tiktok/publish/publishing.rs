//! From a video or images on the phone to the caption screen and past Post.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::android::{self, Intent, Key, MediaFile};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{NodeRef, UiTree, tap_point};

use crate::caption::Caption;
use crate::journey::{Publish, after_post, unconfirmed};
use crate::profile::file::{Profile, ProfileError};
use crate::tiktok::elements::Elements;
use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::publish::create_elements::CreateElements;
use crate::tiktok::publish::gallery::GalleryWay;
use crate::tiktok::publish::taps::{LOST_TAP_TIMEOUT, MAX_TAPS, QUERY_INTERVAL, SCREEN_TIMEOUT, look};
use crate::tiktok::publish::upload::UploadWait;
use crate::tiktok::screens::{START_TIMEOUT, Screens};

/// The way from a video or images on the phone to the end of their upload.
#[derive(Debug, Clone)]
pub(crate) struct Publishing {
    screens: Arc<Screens>,
    create: CreateElements,
    share_activity: String,
}

#[async_trait]
impl Publish for Publishing {
    async fn share(
        &self,
        context: &mut Context,
        package: &str,
        uri: &str,
        mime: &str,
    ) -> Result<(), Failure> {
        let intent = Intent {
            action: Some("android.intent.action.SEND".to_owned()),
            mime: Some(mime.to_owned()),
            stream: Some(uri.to_owned()),
            component: Some(format!("{package}/{}", self.share_activity)),
            ..Intent::default()
        };
        android::start(context.phone(), &intent, context.soon()).await?;
        context.screen().find(&self.screens.elements.next, START_TIMEOUT).await?;
        Ok(())
    }

    async fn choose_in_gallery(
        &self,
        context: &mut Context,
        package: &str,
        files: &[MediaFile],
    ) -> Result<(), Failure> {
        let own_profile = OwnProfile { screens: Arc::clone(&self.screens) };
        let way = GalleryWay { screens: &self.screens, elements: &self.create, own_profile };
        way.open(context, package).await?;
        way.choose(context, files).await
    }

    async fn leave_editor(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MAX_TAPS {
            context.screen().tap(&self.screens.elements.next, SCREEN_TIMEOUT).await?;
            match self
                .screens
                .wait_for(context, "caption", "TikTok's caption screen", LOST_TAP_TIMEOUT * 2)
                .await
            {
                Err(failure) if failure.is_not_found() && self.screens.is_last(context, "editor") => {}
                other => return other,
            }
        }
        self.screens.wait_for(context, "caption", "TikTok's caption screen", SCREEN_TIMEOUT).await
    }

    async fn write_caption(&self, context: &mut Context, caption: &Caption) -> Result<(), Failure> {
        let Elements { title_field, description_field, .. } = &self.screens.elements;
        let has_title = context.last_tree().is_none_or(|tree| title_field.is_on(tree));
        let (title, description) = caption.for_fields(has_title);
        for (field, text) in [(title_field, &title), (description_field, &description)] {
            if !text.is_empty() {
                context.text_input().fill(field, text, SCREEN_TIMEOUT).await?;
            }
        }
        Ok(())
    }

    async fn post(&self, context: &mut Context) -> Result<(), Failure> {
        let tapped = match context.screen().tap(&self.screens.elements.post, LOST_TAP_TIMEOUT).await {
            // Suggestions for hashtags, or a keyboard, may cover the button; the back key takes them away.
            Err(failure) if failure.is_not_found() => {
                android::press(context.phone(), Key::Back, context.soon()).await?;
                context.screen().tap(&self.screens.elements.post, SCREEN_TIMEOUT).await
            }
            other => other,
        };
        match tapped {
            Ok(_) => {}
            // The connection may have been lost on the very tap.
            Err(failure) if failure.is_of_phone() => return Err(after_post(failure)),
            Err(failure) => return Err(failure),
        }
        self.leave_caption_screen(context).await
    }

    async fn wait_for_upload(
        &self,
        context: &mut Context,
        timeout: Duration,
        progress: &mut (dyn for<'c> FnMut(&'c mut Context, u8) + Send),
    ) -> Result<(), Failure> {
        let own_profile = OwnProfile { screens: Arc::clone(&self.screens) };
        let upload = UploadWait { screens: &self.screens, elements: &self.create, own_profile };
        upload.wait(context, timeout, progress).await
    }
}

impl Publishing {
    pub(crate) fn new(screens: Arc<Screens>) -> Result<Self, ProfileError> {
        let Profile { id, share_activity, .. } = &*screens.profile;
        let missing = ProfileError::MissingElement { id, element: "share_activity" };
        let share_activity = share_activity.clone().ok_or(missing)?;
        let create = CreateElements::of(&screens.profile)?;
        Ok(Self { screens, create, share_activity })
    }

    async fn leave_caption_screen(&self, context: &mut Context) -> Result<(), Failure> {
        let started = context.phone().stopwatch();
        let mut tapped = context.phone().stopwatch();
        let mut taps = 1;
        loop {
            let tree = look(context).await?;
            let confirmation = self.confirmation(&tree).and_then(tap_point);
            let is_caption = self.screens.is(&tree, "caption");
            if let Some(point) = confirmation {
                android::tap(context.phone(), point, context.soon())
                    .await
                    .map_err(|it| after_post(it.into()))?;
            } else if !is_caption {
                return Ok(());
            } else if taps < MAX_TAPS && tapped.elapsed() > LOST_TAP_TIMEOUT {
                context
                    .screen()
                    .tap(&self.screens.elements.post, SCREEN_TIMEOUT)
                    .await
                    .map_err(after_post)?;
                (tapped, taps) = (context.phone().stopwatch(), taps + 1);
            }
            if started.elapsed() > SCREEN_TIMEOUT * 2 {
                return Err(unconfirmed(context, "Post was tapped, but the caption screen stayed"));
            }
            context.phone().pause(QUERY_INTERVAL).await;
        }
    }

    /// The button of a question about the post. On a screen with tabs the same words are those of users.
    fn confirmation<'tree>(&self, tree: &'tree UiTree) -> Option<NodeRef<'tree>> {
        let Elements { confirm_post, home_tab, .. } = &self.screens.elements;
        confirm_post.find(tree).filter(|_| !home_tab.is_on(tree))
    }
}
