//! The link to a product: "Add link", "Product", the first of the list, its name, "Add". Assumed: no public dump shows
//! these sheets. Each way in which it can end has a remark of its own.

use std::time::Duration;

use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{Selector, UiTree};
use tikmatrix_domain::StandardFailure;

use super::elements::OptionElements;
use super::rows::{SHEET_TIMEOUT, open_sheet};

/// For the list of products to load.
const LIST_TIMEOUT: Duration = Duration::from_secs(20);

/// The way to the link.
pub(super) struct ProductLink<'a> {
    pub(super) elements: &'a OptionElements,
}

impl ProductLink<'_> {
    pub(super) async fn add_product(&self, context: &mut Context) -> Result<(), Failure> {
        let elements = self.elements;
        let code = StandardFailure::ProductUnavailable;
        open_sheet(context, &elements.link_row, &elements.link_product, code).await.map_err(|failure| {
            let is_ours = failure.code() == code;
            if is_ours { refused(&format!("the control for links is missing: {failure}")) } else { failure }
        })?;
        context.screen().tap(&elements.link_product, SHEET_TIMEOUT).await?;
        self.step(context, &elements.product_row).await?;
        context.screen().tap(&elements.product_row, SHEET_TIMEOUT).await?;
        self.step(context, &elements.product_name_field).await?;
        context.screen().tap(&elements.product_add, SHEET_TIMEOUT).await?;
        self.step(context, &elements.linked_product).await
    }

    /// Waits for what follows a tap, or for how the app ends the way to it.
    async fn step(&self, context: &mut Context, wanted: &Selector) -> Result<(), Failure> {
        let elements = self.elements;
        let ends = [
            (&elements.product_barred, "this account may not sell: TikTok does not let it link products"),
            (&elements.products_none, "no product was found: the account has none to link"),
            (&elements.product_sold_out, "the product is sold out"),
            (&elements.product_gone, "the product is unavailable"),
            (&elements.product_name_refused, "TikTok refused the product's name"),
        ];
        let seen = |tree: &UiTree| {
            let end = ends.iter().find(|(sign, _)| sign.is_on(tree)).map(|(_, remark)| Err(*remark));
            end.or_else(|| wanted.is_on(tree).then_some(Ok(())))
        };
        match context.screen().wait_until(&wanted.to_string(), LIST_TIMEOUT, seen).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(remark)) => Err(refused(remark)),
            Err(failure) if failure.is_not_found() => {
                Err(refused(&format!("the way to it changed: {failure}")))
            }
            Err(other) => Err(other),
        }
    }
}

fn refused(why: &str) -> Failure {
    let remark = format!("the product link could not be added: {why}; nothing was published");
    Failure::new(StandardFailure::ProductUnavailable, remark)
}
