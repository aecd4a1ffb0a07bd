//! The link to a product, and each way in which it ends without one.

use serde_json::json;
use tokio::task::JoinSet;

use super::{assert_refused, publish_with, stage_with};

#[tokio::test]
async fn a_product_is_linked_also_on_a_small_screen() {
    for (seed, faults) in [(441, &[][..]), (442, &["small_screen"])] {
        let stage = stage_with(seed, faults).await;
        publish_with(&stage, "buy it", json!({"add_product_link": 1})).await.assert_completed();
        assert_eq!(stage.phone.account().posts()[0]["product"], "Sample Mug");
    }
}

#[tokio::test]
async fn each_end_without_a_product_has_its_own_remark() {
    let mut runs = JoinSet::new();
    for (seed, fault, words) in [
        (451, "link_missing", "the control for links is missing"),
        (452, "no_product", "no product was found"),
        (453, "sold_out", "the product is sold out"),
        (454, "product_unavailable", "the product is unavailable"),
        (455, "product_name_refused", "refused the product's name"),
        (456, "barred_from_selling", "this account may not sell"),
    ] {
        runs.spawn(async move {
            let stage = stage_with(seed, &[fault]).await;
            let finished = publish_with(&stage, "buy it", json!({"add_product_link": "1"})).await;
            assert_refused(&stage, &finished, "product_unavailable", words).await;
        });
    }
    runs.join_all().await;
}
