//! The script: what it accepts, and its steps on the phone. The app's driver knows how a step is done.

use std::time::Duration;

use rand::Rng as _;
use serde_json::{Map, Value};
use tikmatrix_apps::{AppDriver, Apps, PostJourney};
use tikmatrix_device::android::{self, MediaFile};
use tikmatrix_device::script::{
    AppOption, CleanUp, Completion, Context, Failure, Fields, LogLevel, Problem, Problems, Script,
    async_trait,
};
use tikmatrix_domain::{AppId, StandardFailure};

use crate::allowed_roots::MaterialRoots;
use crate::app_options;
use crate::config::PostConfig;
use crate::earlier_attempt::{self, PublishMark};
use crate::material::{self, Video};
use crate::options::{self, ChosenSound, caption_of};

/// For a video of the largest size that TikTok takes over a slow connection.
const PUSH_TIMEOUT: Duration = Duration::from_secs(20 * 60);
/// For MediaStore to list a file that was announced to it.
const LIST_TIMEOUT: Duration = Duration::from_secs(20);
/// For the profile to show a video whose upload has ended.
const APPEAR_TIMEOUT: Duration = Duration::from_secs(45);

/// Publishes a video.
#[derive(Debug, Clone)]
pub struct Post {
    apps: Apps,
    materials: MaterialRoots,
}

impl Post {
    /// The script, for these apps.
    #[must_use]
    pub fn new(apps: Apps) -> Self {
        Self { apps, materials: MaterialRoots::anywhere() }
    }

    /// Takes files that tasks name by their path only from these folders. Default: from anywhere.
    #[must_use]
    pub fn with_materials_from(self, materials: MaterialRoots) -> Self {
        Self { materials, ..self }
    }
}

#[async_trait]
impl Script for Post {
    type Config = PostConfig;

    fn name(&self) -> &'static str {
        "post"
    }

    fn description(&self) -> &'static str {
        "Publishes a video and confirms on the profile that it is there."
    }

    fn adapt_schema(&self, schema: &mut Value) {
        self.apps.list_in(schema);
    }

    fn check(&self, config: &PostConfig, fields: &Fields<'_>, problems: &mut Problems) {
        config.check(fields, problems);
    }

    fn warn(&self, config: &PostConfig, warnings: &mut Problems) {
        config.warn(warnings);
    }

    fn takes_materials(&self) -> bool {
        true
    }

    fn distribute(
        &self,
        config: &PostConfig,
        given: Map<String, Value>,
        count: usize,
    ) -> Result<Vec<Map<String, Value>>, Problem> {
        config.distribute(given, count)
    }

    fn app_options(&self) -> Vec<AppOption<PostConfig>> {
        app_options::of(&self.apps)
    }

    fn app(&self, config: &PostConfig) -> Option<AppId> {
        config.app
    }

    async fn run(&self, context: &mut Context, config: PostConfig) -> Result<Completion, Failure> {
        context.step("check what is to be published");
        let app = config.app.unwrap_or(context.assignment().app);
        let (driver, journey) = self.apps.posting(app.as_str())?;
        let mut begun = None;
        if let Some(earlier) = context.marks().earlier().cloned() {
            let package = self.begin(driver, journey, context).await?;
            context.step("look whether an earlier attempt has published it");
            if earlier_attempt::has_published(journey, context, &package, earlier, APPEAR_TIMEOUT).await? {
                context.progress(100);
                let remark = "published by an earlier attempt, and seen on the profile";
                return Ok(Completion::new(remark));
            }
            begun = Some(package);
        }
        let video = material::choose(&config, &self.materials, context).await?;
        let caption = caption_of(&config, video.caption.as_ref(), context).await?;
        let sound = ChosenSound::of(&config, &self.materials, context).await?;
        context.progress(2);

        let package = match begun {
            Some(package) => package,
            None => self.begin(driver, journey, context).await?,
        };
        context.step("look at the profile");
        let before = journey.confirm.read_profile_before(context, &package, &caption).await?;
        context.progress(8);

        let file = MediaFile::video(context.rng().random());
        let uri = push(context, &file, video).await?;
        context.step(&format!("open the video in {}", driver.profile().name));
        journey.publish.share(context, &package, &uri, file.mime()).await?;
        context.progress(45);
        options::set_in_editor(journey.options, context, &config, &sound).await?;
        context.step("leave the editor");
        journey.publish.leave_editor(context).await?;
        context.progress(50);
        context.step("write the caption");
        journey.publish.write_caption(context, &caption).await?;
        options::set_below_caption(journey.options, context, &config).await?;
        context.progress(65);
        context.step("tap Post");
        tap_post(journey, context, PublishMark { caption: caption.clone(), before: before.clone() }).await?;
        context.progress(70);

        context.step("wait for the upload");
        let timeout = Duration::from_secs(config.upload_wait_time.into());
        let report = &mut |context: &mut Context, percent: u8| context.progress(70 + percent / 5);
        journey.publish.wait_for_upload(context, timeout, report).await?;
        context.progress(90);
        context.step("confirm on the profile");
        journey.confirm.confirm_published(context, &caption, before.as_ref(), APPEAR_TIMEOUT).await?;
        context.progress(100);
        Ok(Completion::new("published, and seen on the profile"))
    }
}

impl Post {
    /// Closes the app and makes sure that the account is signed in. Returns the app's package.
    async fn begin(
        &self,
        driver: &dyn AppDriver,
        journey: PostJourney<'_>,
        context: &mut Context,
    ) -> Result<String, Failure> {
        let package = self.apps.begin(driver, context).await?;
        if let Some(username) = context.assignment().username.clone() {
            context.step("make sure that the account is signed in");
            journey.accounts.require_account(context, &package, &username).await?;
        }
        Ok(package)
    }
}

/// Taps Post. From then on the video may be public, unless the failure shows that it is not.
async fn tap_post(journey: PostJourney<'_>, context: &mut Context, mark: PublishMark) -> Result<(), Failure> {
    context.marks().set(&mark).await?;
    let posted = journey.publish.post(context).await;
    if let Err(failure) = &posted
        && failure.code() != StandardFailure::Unconfirmed
        && let Err(error) = context.marks().withdraw().await
    {
        context.log(LogLevel::Warn, format!("the video counts as perhaps published: {error}"));
    }
    posted
}

/// Brings the video onto the phone and into its media library, and gives its URI there.
async fn push(context: &mut Context, file: &MediaFile, video: Video) -> Result<String, Failure> {
    context.step("push the video");
    context.on_exit(CleanUp::RemoveMedia(file.clone()));
    let deadline = context.deadline().at_most(PUSH_TIMEOUT);
    let phone = context.phone().clone();
    let length = video.length.max(1);
    let report = |sent: u64| {
        let percent = sent.min(length).saturating_mul(22) / length;
        context.progress(u8::try_from(percent).unwrap_or(22) + 8);
    };
    let mut source = video.file;
    let pushed = match &mut source {
        Some(source) => android::push_media(&phone, file, source, report, deadline).await,
        None => android::push_media(&phone, file, tokio::io::empty(), report, deadline).await,
    };
    // First: a push whose source failed says less about it.
    material::check_pushed(source, context).await?;
    pushed?;
    context.progress(30);
    context.step("add the video to the phone's media library");
    android::announce(&phone, file, context.soon()).await?;
    let uri =
        android::find_uri(&phone, file, LIST_TIMEOUT, context.deadline().at_most(LIST_TIMEOUT * 2)).await?;
    context.log(LogLevel::Info, format!("the phone knows the video as {uri}"));
    context.progress(35);
    Ok(uri)
}
