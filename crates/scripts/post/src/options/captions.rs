//! The caption of a post: that of its material, one of the texts of a template, or the line whose turn it is.

use tikmatrix_apps::Caption;
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_domain::{Spintax, StandardFailure};

use super::turns::take_line;
use crate::captions::CaptionFormat;
use crate::config::PostConfig;

/// Chooses the caption. `own` is that of the material, which wins.
pub(crate) async fn caption_of(
    config: &PostConfig,
    own: Option<&Spintax>,
    context: &mut Context,
) -> Result<Caption, Failure> {
    let refused = |reason: String| {
        Failure::of_request(StandardFailure::OptionUnavailable, format!("captions cannot be read: {reason}"))
    };
    let template = match (own, config.caption_format) {
        (Some(own), _) => own.clone(),
        (None, CaptionFormat::Spintax) => config.captions.template().map_err(refused)?,
        (None, CaptionFormat::Multiline) => {
            let lines = config.captions.lines().map_err(refused)?;
            take_line(&lines, "captions", config.captions.as_str(), context).await?.clone()
        }
    };
    Ok(split(&template.choose(context.rng())))
}

/// Splits a text at the first `##` into title and description.
fn split(text: &str) -> Caption {
    match text.split_once("##") {
        Some((title, description)) => {
            Caption { title: title.trim().to_owned(), description: description.trim().to_owned() }
        }
        None => Caption { title: String::new(), description: text.to_owned() },
    }
}
