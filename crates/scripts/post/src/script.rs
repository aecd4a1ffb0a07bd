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
use tikmatrix_domain::{AppId, MediaType, StandardFailure};

use crate::allowed_roots::MaterialRoots;
use crate::app_options;
use crate::config::{PostConfig, PostWay};
use crate::earlier_attempt::{self, PublishMark};
use crate::material::{self, Chosen, ChosenFile};
use crate::options::{self, ChosenSound, caption_of};

/// For a video of the largest size that TikTok takes over a slow connection.
const PUSH_TIMEOUT: Duration = Duration::from_secs(20 * 60);
/// For MediaStore to list a file that was announced to it.
const LIST_TIMEOUT: Duration = Duration::from_secs(20);
/// For the profile to show a video whose upload has ended.
const APPEAR_TIMEOUT: Duration = Duration::from_secs(45);

/// Publishes a video, or images.
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
        "Publishes a video or images and confirms on the profile that the post is there."
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
        material::distribute(&config.material_list, given, count)
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
            let package = begin(&self.apps, driver, journey, context).await?;
            context.step("look whether an earlier attempt has published it");
            if earlier_attempt::has_published(journey, context, &package, earlier, APPEAR_TIMEOUT).await? {
                context.progress(100);
                let remark = "published by an earlier attempt, and seen on the profile";
                return Ok(Completion::new(remark));
            }
            begun = Some(package);
        }
        let chosen = material::choose(&config, &self.materials, context).await?;
        let caption = caption_of(&config, chosen.caption.as_ref(), context).await?;
        let sound = ChosenSound::of(&config, &self.materials, context).await?;
        context.progress(2);

        let package = match begun {
            Some(package) => package,
            None => begin(&self.apps, driver, journey, context).await?,
        };
        context.step("look at the profile");
        let before = journey.confirm.read_profile_before(context, &package, &caption).await?;
        context.progress(8);

        let what = chosen.what();
        let files = push(context, chosen).await?;
        let [first, others @ ..] = files.as_slice() else {
            return Err(Failure::new(StandardFailure::MaterialMissing, "nothing was chosen to be published"));
        };
        // `am` cannot hand over a list of URIs: several images go by the app's own gallery.
        let page_sound = if config.post_way != PostWay::AddButton && others.is_empty() && sound.page.is_none()
        {
            let uri = add_to_library(context, first, what).await?;
            context.step(&format!("open the {what} in {}", driver.profile().name));
            journey.publish.share(context, &package, &uri, first.mime()).await?;
            None
        } else {
            add_all_to_library(context, &files, what).await?;
            let name = sound.open_page(journey.options, context, &package, &config).await?;
            context.step(&format!("choose the {what} in {}", driver.profile().name));
            journey.publish.choose_in_gallery(context, &package, &files).await?;
            name
        };
        context.progress(45);
        options::set_in_editor(journey.options, context, &config, &sound, page_sound.as_deref()).await?;
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
        let uploaded = journey.publish.wait_for_upload(context, timeout, report).await;
        withdraw_if_not_published(context, &uploaded).await;
        uploaded?;
        context.progress(90);
        context.step("confirm on the profile");
        journey.confirm.confirm_published(context, &caption, before.as_ref(), APPEAR_TIMEOUT).await?;
        context.progress(100);
        Ok(Completion::new("published, and seen on the profile"))
    }
}

/// Closes the app and makes sure that the account is signed in. Returns the app's package.
async fn begin(
    apps: &Apps,
    driver: &dyn AppDriver,
    journey: PostJourney<'_>,
    context: &mut Context,
) -> Result<String, Failure> {
    let package = apps.begin(driver, context).await?;
    if let Some(username) = context.assignment().username.clone() {
        context.step("make sure that the account is signed in");
        journey.accounts.require_account(context, &package, &username).await?;
    }
    Ok(package)
}

/// Taps Post. From then on the video may be public, unless the failure shows that it is not.
async fn tap_post(journey: PostJourney<'_>, context: &mut Context, mark: PublishMark) -> Result<(), Failure> {
    context.marks().set(&mark).await?;
    let posted = journey.publish.post(context).await;
    withdraw_if_not_published(context, &posted).await;
    posted
}

/// Withdraws the mark when the failure shows that nothing was published.
async fn withdraw_if_not_published(context: &mut Context, result: &Result<(), Failure>) {
    if let Err(failure) = result
        && failure.code() != StandardFailure::Unconfirmed
        && let Err(error) = context.marks().withdraw().await
    {
        context.log(LogLevel::Warn, format!("the post counts as perhaps published: {error}"));
    }
}

/// Brings the files onto the phone, and returns them in the order of the post.
async fn push(context: &mut Context, chosen: Chosen) -> Result<Vec<MediaFile>, Failure> {
    let length = chosen.files.iter().map(|file| file.length).sum::<u64>().max(1);
    let mut sent_before = 0;
    let mut files = Vec::new();
    let count = chosen.files.len();
    for (number, source) in (1..).zip(chosen.files) {
        let file = name_of(source.format, context.rng().random());
        let what = if file.is_video() { "video" } else { "image" };
        let of = if count > 1 { format!(" {number} of {count}") } else { String::new() };
        context.step(&format!("push the {what}{of}"));
        let pushed = source.length;
        push_one(context, &file, source, |sent| {
            let percent = (sent_before + sent).min(length).saturating_mul(22) / length;
            u8::try_from(percent).unwrap_or(22) + 8
        })
        .await?;
        sent_before += pushed;
        files.push(file);
    }
    context.progress(30);
    Ok(files)
}

/// Names a file on the phone.
fn name_of(format: MediaType, number: u64) -> MediaFile {
    match format {
        MediaType::Mp4 => MediaFile::video(number),
        MediaType::Jpeg => MediaFile::jpeg(number),
        MediaType::Png => MediaFile::png(number),
    }
}

async fn push_one(
    context: &mut Context,
    file: &MediaFile,
    chosen: ChosenFile,
    progress: impl Fn(u64) -> u8 + Send + Sync,
) -> Result<(), Failure> {
    context.on_exit(CleanUp::RemoveMedia(file.clone()));
    let deadline = context.deadline().at_most(PUSH_TIMEOUT);
    let phone = context.phone().clone();
    let report = |sent: u64| context.progress(progress(sent));
    let mut source = chosen.file;
    let pushed = match &mut source {
        Some(source) => android::push_media(&phone, file, source, report, deadline).await,
        None => android::push_media(&phone, file, tokio::io::empty(), report, deadline).await,
    };
    // First: a push whose source failed says less about it.
    material::check_pushed(source, context).await?;
    Ok(pushed?)
}

/// Adds the file to the phone's media library, and returns its URI there.
async fn add_to_library(context: &mut Context, file: &MediaFile, what: &str) -> Result<String, Failure> {
    context.step(&format!("add the {what} to the phone's media library"));
    let phone = context.phone().clone();
    android::announce(&phone, file, context.soon()).await?;
    let uri = find_uri(context, file).await?;
    context.log(LogLevel::Info, format!("the phone knows the {what} as {uri}"));
    context.progress(35);
    Ok(uri)
}

/// Adds the files to the phone's media library as its newest, the first one first.
async fn add_all_to_library(context: &mut Context, files: &[MediaFile], what: &str) -> Result<(), Failure> {
    context.step(&format!("add the {what} to the phone's media library"));
    let phone = context.phone().clone();
    android::announce_in_order(&phone, files, context.deadline().at_most(LIST_TIMEOUT * 4)).await?;
    for file in files {
        find_uri(context, file).await?;
    }
    context.progress(35);
    Ok(())
}

async fn find_uri(context: &Context, file: &MediaFile) -> Result<String, Failure> {
    let deadline = context.deadline().at_most(LIST_TIMEOUT * 2);
    Ok(android::find_uri(context.phone(), file, LIST_TIMEOUT, deadline).await?)
}
