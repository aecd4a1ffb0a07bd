//! The account's own profile: opening it, and reading its first videos by opening one after another.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::android::{self, AndroidError, Intent, Key};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::shell_quote::shell_word;
use tikmatrix_device::ui::{Point, UiTree};

use crate::recent_posts::RecentPosts;
use crate::tiktok::grid::Grid;
use crate::tiktok::post_count::VideoCounter;
use crate::tiktok::screens::{START_TIMEOUT, Screens};

/// For the screen after a tap.
const SCREEN_TIMEOUT: Duration = Duration::from_secs(15);

/// From a video back to the tabs, with some to spare.
const MAX_BACKS: u32 = 3;

/// The upload of a first video that was cut off leaves a draft alone. The app has drafts at once, and loads videos: none comes
/// any more after this.
const DRAFTS_ALONE_TIME: Duration = Duration::from_secs(8);

/// The profile of the account that is signed in.
#[derive(Debug, Clone)]
pub(crate) struct OwnProfile {
    pub(crate) screens: Arc<Screens>,
}

impl OwnProfile {
    /// Opens the profile of the account that is signed in, unless it is on the screen already.
    pub(crate) async fn open(&self, context: &mut Context, package: &str) -> Result<(), Failure> {
        if self.screens.is_last(context, "own_profile") {
            return Ok(());
        }
        self.launch(context, package).await?;
        context.screen().tap(&self.screens.elements.profile_tab, START_TIMEOUT).await?;
        self.wait(context).await
    }

    /// Starts the app as the launcher does, or brings it to the front.
    pub(crate) async fn launch(&self, context: &mut Context, package: &str) -> Result<(), Failure> {
        let Some(activity) = launcher_activity(context, package).await? else {
            let wanted = format!("the activity by which {package} is launched");
            return Err(Failure::not_found(&wanted, &context.last_screen(), Duration::ZERO));
        };
        let launch = Intent {
            action: Some("android.intent.action.MAIN".to_owned()),
            component: Some(activity),
            ..Intent::default()
        };
        Ok(android::start(context.phone(), &launch, context.soon()).await?)
    }

    /// Opens the profile by its tab.
    pub(crate) async fn open_by_tab(&self, context: &mut Context) -> Result<(), Failure> {
        context.screen().tap(&self.screens.elements.profile_tab, SCREEN_TIMEOUT).await?;
        self.wait(context).await
    }

    /// Goes back to the screen with the tabs and from there home, so that the profile is reloaded.
    pub(crate) async fn return_home(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MAX_BACKS {
            if self.screens.elements.home_tab.is_on(&context.screen().read().await?) {
                break;
            }
            android::press(context.phone(), Key::Back, context.soon()).await?;
        }
        context.screen().tap(&self.screens.elements.home_tab, SCREEN_TIMEOUT).await.map(drop)
    }

    /// Counts the videos of the profile on the screen, and scrolls back. `None` when they could not be counted.
    pub(crate) async fn count_videos(&self, context: &mut Context) -> Result<Option<usize>, Failure> {
        VideoCounter { elements: &self.screens.elements }.count(context).await
    }

    /// Opens the videos of the profile on the screen, in its order, until `is_enough` or the screen shows no more.
    ///
    /// # Errors
    /// [`Failure::not_found`] when the profile shows neither a video nor the sign that it has none: it may still be
    /// loading.
    pub(crate) async fn read_recent_posts(
        &self,
        context: &mut Context,
        mut is_enough: impl FnMut(&RecentPosts) -> bool + Send,
    ) -> Result<RecentPosts, Failure> {
        let shown = context.last_tree().and_then(|tree| self.screens.elements.username.find(tree));
        let account = shown.map(|node| node.text.trim().to_owned());
        let started = context.phone().stopwatch();
        let mut newest = RecentPosts { account, ..RecentPosts::default() };
        loop {
            let opened = newest.captions.len();
            let shown = |tree: &UiTree| {
                if !self.screens.is(tree, "own_profile") {
                    return None;
                }
                let grid = Grid::of(tree, &self.screens.elements);
                let has_only_drafts =
                    grid.is_whole && !grid.cells.is_empty() && started.elapsed() >= DRAFTS_ALONE_TIME;
                let is_empty = opened == 0
                    && grid.videos.is_empty()
                    && (has_only_drafts || self.screens.elements.no_videos.is_on(tree));
                (is_empty || grid.videos.len() >= opened.max(1)).then_some(grid)
            };
            let grid = context.screen().wait_until("a video of the profile", SCREEN_TIMEOUT, shown).await?;
            newest.total = grid.is_whole.then_some(grid.videos.len());
            let next = grid.videos.get(opened).and_then(|video| video.tap);
            let Some(point) = next.filter(|_| !is_enough(&newest)) else { return Ok(newest) };
            newest.captions.push(self.read_caption(context, point).await?);
        }
    }

    async fn wait(&self, context: &mut Context) -> Result<(), Failure> {
        self.screens.wait_for(context, "own_profile", "the account's own profile", SCREEN_TIMEOUT).await
    }

    /// Opens the video at this point, reads its caption, and goes back.
    async fn read_caption(&self, context: &mut Context, point: Point) -> Result<String, Failure> {
        android::tap(context.phone(), point, context.soon()).await?;
        self.screens.wait_for(context, "video", "the opened video", SCREEN_TIMEOUT).await?;
        let shown = context.last_tree().and_then(|tree| self.screens.elements.video_caption.find(tree));
        let shown = shown.map(|node| node.text.trim().to_owned()).unwrap_or_default();
        android::press(context.phone(), Key::Back, context.soon()).await?;
        Ok(shown)
    }
}

/// Returns `package/class` of the activity that the launcher starts, if the package has one.
async fn launcher_activity(context: &Context, package: &str) -> Result<Option<String>, Failure> {
    let command = format!(
        "cmd package resolve-activity --brief -a android.intent.action.MAIN -c android.intent.category.LAUNCHER {}",
        shell_word(package)
    );
    let output = context.phone().shell(&command, context.soon()).await.map_err(AndroidError::from)?;
    let printed = output.stdout_text();
    let activity = printed.lines().map(str::trim).rfind(|line| line.starts_with(&format!("{package}/")));
    Ok(activity.map(str::to_owned))
}
