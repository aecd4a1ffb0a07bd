//! Reading the first videos of the account's own profile, by opening one after another.

use std::time::Duration;

use tikmatrix_device::android::{self, AndroidError, Intent, Key};
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::shell_quote::shell_word;
use tikmatrix_device::ui::{Bounds, NodeRef, Point, UiTree};

use crate::recent_posts::RecentPosts;
use crate::tiktok::driver::{START_TIMEOUT, TikTok};
use crate::tiktok::elements::is_list;

/// For the screen after a tap.
const SCREEN_TIMEOUT: Duration = Duration::from_secs(15);

/// The upload of a first video that was cut off leaves a draft alone. The app has drafts at once, and loads videos: none comes
/// any more after this.
const DRAFTS_ALONE_TIME: Duration = Duration::from_secs(8);

/// The part of the profile's grid that is on the screen.
pub(crate) struct Grid {
    /// The bounds of its cells, drafts included.
    pub(crate) cells: Vec<Bounds>,
    pub(crate) videos: Vec<Found>,
    /// Whether the last cell on the screen is certainly the last of all.
    pub(crate) is_whole: bool,
}

impl TikTok {
    /// Opens the profile of the account that is signed in, unless it is on the screen already.
    pub(crate) async fn open_own_profile(&self, context: &mut Context, package: &str) -> Result<(), Failure> {
        if self.is_last_screen(context, "own_profile") {
            return Ok(());
        }
        let Some(activity) = launcher_activity(context, package).await? else {
            let wanted = format!("the activity by which {package} is launched");
            return Err(Failure::not_found(&wanted, &context.last_screen(), Duration::ZERO));
        };
        let launch = Intent {
            action: Some("android.intent.action.MAIN".to_owned()),
            component: Some(activity),
            ..Intent::default()
        };
        android::start(context.phone(), &launch, context.soon()).await?;
        context.tap(&self.elements.profile_tab, START_TIMEOUT).await?;
        self.wait_for_screen(context, "own_profile", "the account's own profile", SCREEN_TIMEOUT).await
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
        let shown = context.last_tree().and_then(|tree| self.elements.username.find(tree));
        let account = shown.map(|node| node.text.trim().to_owned());
        let started = context.phone().stopwatch();
        let mut newest = RecentPosts { account, ..RecentPosts::default() };
        loop {
            let opened = newest.captions.len();
            let grid = context.wait_until("a video of the profile", SCREEN_TIMEOUT, |tree| {
                self.profile.screen(tree).filter(|screen| screen.id == "own_profile")?;
                let grid = self.grid(tree);
                let has_only_drafts =
                    grid.is_whole && !grid.cells.is_empty() && started.elapsed() >= DRAFTS_ALONE_TIME;
                let is_empty = opened == 0
                    && grid.videos.is_empty()
                    && (has_only_drafts || self.elements.no_videos.is_on(tree));
                (is_empty || grid.videos.len() >= opened.max(1)).then_some(grid)
            });
            let grid = grid.await?;
            newest.total = grid.is_whole.then_some(grid.videos.len());
            let next = grid.videos.get(opened).and_then(|video| video.tap);
            let Some(point) = next.filter(|_| !is_enough(&newest)) else { return Ok(newest) };
            newest.captions.push(self.read_caption(context, point).await?);
        }
    }

    /// Opens the video at this point, reads its caption, and goes back.
    async fn read_caption(&self, context: &mut Context, point: Point) -> Result<String, Failure> {
        android::tap(context.phone(), point, context.soon()).await?;
        self.wait_for_screen(context, "video", "the opened video", SCREEN_TIMEOUT).await?;
        let shown = context.last_tree().and_then(|tree| self.elements.video_caption.find(tree));
        let shown = shown.map(|node| node.text.trim().to_owned()).unwrap_or_default();
        android::press(context.phone(), Key::Back, context.soon()).await?;
        Ok(shown)
    }

    pub(crate) fn grid(&self, tree: &UiTree) -> Grid {
        let drafts = self.elements.drafts.find_all(tree);
        let holds_drafts =
            |cell| drafts.iter().any(|draft| *draft == cell || draft.ancestors().any(|it| it == cell));
        let cells = self.elements.profile_video.find_all(tree);
        let is_whole =
            cells.last().map_or_else(|| self.elements.no_videos.is_on(tree), |last| has_room_after(*last));
        let places = cells.iter().map(|cell| cell.bounds).collect();
        let videos = cells.into_iter().filter(|cell| !holds_drafts(*cell)).map(Found::of).collect();
        Grid { cells: places, videos, is_whole }
    }
}

/// Whether one more cell of the grid would be on the screen too, beside this one or below it.
fn has_room_after(cell: NodeRef<'_>) -> bool {
    let bounds = cell.bounds;
    let (width, height) = (bounds.right - bounds.left, bounds.bottom - bounds.top);
    let list = cell.ancestors().find(|it| is_list(&it.class));
    bounds.right + width / 2 <= cell.tree().screen().right
        || list.is_some_and(|list| bounds.bottom + height / 4 <= list.bounds.bottom)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A profile with this many cells, three in a row, in a grid that ends at 1000.
    fn profile(cells: i32, label: &str) -> UiTree {
        let cell = |at: i32| {
            let (left, top) = (at % 3 * 361, 100 + at / 3 * 480);
            let bounds = format!("[{left},{top}][{},{}]", left + 358, (top + 478).min(1000));
            let text = if at == 0 { label } else { "0" };
            format!(
                r#"<node clickable="true" bounds="{bounds}"><node text="{text}" bounds="{bounds}"/></node>"#
            )
        };
        let cells: String = (0..cells).map(cell).collect();
        let videos = r#"<node content-desc="Videos" bounds="[0,50][360,90]"/>"#;
        let list = format!(
            r#"<node class="androidx.recyclerview.widget.RecyclerView" bounds="[0,100][1080,1000]">{cells}</node>"#
        );
        let dump = format!(r#"<hierarchy><node bounds="[0,0][1080,1100]">{videos}{list}</node></hierarchy>"#);
        UiTree::parse(dump.as_bytes()).unwrap()
    }

    #[test]
    fn a_grid_is_whole_when_one_more_video_would_be_on_the_screen_too() {
        let tiktok = TikTok::new().unwrap();
        for (cells, is_whole) in [(1, true), (2, true), (3, true), (4, true), (5, true), (6, false)] {
            let grid = tiktok.grid(&profile(cells, "0"));
            assert_eq!((grid.videos.len(), grid.is_whole), (usize::try_from(cells).unwrap(), is_whole));
        }
    }

    #[test]
    fn drafts_have_a_cell_but_are_no_video() {
        let grid = TikTok::new().unwrap().grid(&profile(6, "Drafts: 2"));
        assert_eq!((grid.videos.len(), grid.is_whole), (5, false));
    }

    #[test]
    fn a_profile_that_shows_nothing_may_still_have_videos() {
        assert!(!TikTok::new().unwrap().grid(&profile(0, "")).is_whole);
    }
}
