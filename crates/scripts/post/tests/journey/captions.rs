//! Captions arrive letter for letter, whatever a shell, a keyboard or a screen would make of them.

use tokio::task::JoinSet;

use crate::stage::VideoStage;

#[tokio::test]
async fn hostile_captions_arrive_letter_for_letter() {
    let long: String = (0..120).map(|number| format!("слово{number} ")).collect();
    let captions = [
        // Breaks out of a shell's quotes.
        r#""; rm -rf /sdcard; echo ""#,
        "'; reboot; echo '$(id)`id`${PATH}",
        "$(id)",
        "`id`",
        // Changed by `input text`, `printf` or `echo -e`.
        r"%s",
        r"\n",
        r"%s %d \n \t \\ 100%sure",
        // Beyond one code unit, one code point and one direction.
        "👩‍👩‍👧‍👦 שלום",
        "first line\nsecond line\n\n#end",
        // Longer than one broadcast.
        long.trim(),
        // What apps put on dialogs and badges.
        "Not now, Verify to continue, Log in to TikTok, Post",
        "50%",
        "",
    ];
    let mut runs = JoinSet::new();
    for (seed, caption) in (100..).zip(captions) {
        let caption = caption.to_owned();
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            let config = stage.config(&caption.replace('{', "\\{").replace('}', "\\}"));
            stage.publish(config).await.assert_completed();
            assert_eq!(stage.phone.account().posts()[0]["caption"], caption);
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn one_choice_of_spintax_is_published() {
    let stage = VideoStage::start(19).await;
    stage.publish(stage.config("{one|two} \\{three\\}")).await.assert_completed();
    let caption = stage.phone.account().posts()[0]["caption"].clone();
    assert!(caption == "one {three}" || caption == "two {three}", "{caption}");
}

#[tokio::test]
async fn title_and_description_are_written_into_their_fields() {
    let stage = VideoStage::start(20).await;
    stage.publish(stage.config("The title ## The description #tag")).await.assert_completed();
    assert_eq!(stage.phone.account().posts()[0]["caption"], "The title\nThe description #tag");
}

#[tokio::test]
async fn a_caption_that_the_app_cuts_is_not_published_and_counted() {
    let stage = VideoStage::start(21).await;
    let finished = stage.publish(stage.config(&"ab 👩".repeat(600))).await;
    finished.assert_failed_permanently("text_input_unavailable");
    let remark = finished.remark();
    assert!(remark.starts_with("the app took 2200 of 3000 characters into "), "{remark}");
    assert!(stage.phone.account().posts().is_empty());
}
