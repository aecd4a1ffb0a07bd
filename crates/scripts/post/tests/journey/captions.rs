//! Captions arrive letter for letter, whatever a shell, a keyboard or a screen would make of them.

use crate::stage::Stage;

async fn arrives(seed: u64, caption: &str) {
    let stage = Stage::set(seed).await;
    let config = stage.config(&caption.replace('{', "\\{").replace('}', "\\}"));
    stage.play(config).await.assert_completed();
    assert_eq!(stage.posts()[0]["caption"], caption);
}

#[tokio::test]
async fn text_that_would_break_out_of_a_shells_quotes() {
    arrives(11, r#""; rm -rf /sdcard; echo ""#).await;
    arrives(12, "'; reboot; echo '$(id)`id`${PATH}").await;
}

#[tokio::test]
async fn text_that_input_and_printf_would_change() {
    arrives(13, r"%s %d \n \t \\ 100%sure").await;
}

#[tokio::test]
async fn emoji_and_right_to_left() {
    arrives(14, "👩‍👩‍👧‍👦 שלום").await;
}

#[tokio::test]
async fn several_lines() {
    arrives(15, "first line\nsecond line\n\n#end").await;
}

#[tokio::test]
async fn text_longer_than_one_broadcast() {
    let long: String = (0..120).map(|number| format!("слово{number} ")).collect();
    arrives(16, long.trim()).await;
}

#[tokio::test]
async fn words_that_apps_put_on_dialogs() {
    arrives(17, "Not now, Verify to continue, Log in to TikTok, 50%, Post").await;
}

#[tokio::test]
async fn no_caption_at_all() {
    arrives(18, "").await;
}

#[tokio::test]
async fn one_choice_of_spintax() {
    let stage = Stage::set(19).await;
    stage.play(stage.config("{one|two} \\{three\\}")).await.assert_completed();
    let caption = stage.posts()[0]["caption"].clone();
    assert!(caption == "one {three}" || caption == "two {three}", "{caption}");
}

#[tokio::test]
async fn title_and_description() {
    let stage = Stage::set(20).await;
    stage.play(stage.config("The title ## The description #tag")).await.assert_completed();
    assert_eq!(stage.posts()[0]["caption"], "The title\nThe description #tag");
}
