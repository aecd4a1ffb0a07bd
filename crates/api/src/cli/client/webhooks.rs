//! `tikmatrix webhook`: the URLs that a server calls when something happens.

use anyhow::bail;
use clap::{Args, Subcommand};
use tikmatrix_api_types::WebhookEvent;
use tikmatrix_api_types::fields::{WebhookEventText, WebhookUrl, text_parser};
use tikmatrix_api_types::webhooks::{DeliveryQuery, NewWebhook, WebhookPatch, WebhookSecret};
use tikmatrix_client::Client;

use super::show::{Column, Output};
use super::{Work, patch, value};

const COLUMNS: [Column; 5] = [
    ("ID", "/id"),
    ("URL", "/url"),
    ("EVENTS", "/events"),
    ("ENABLED", "/enabled"),
    ("DESCRIPTION", "/description"),
];

const DELIVERY_COLUMNS: [Column; 7] = [
    ("ID", "/id"),
    ("EVENT", "/event"),
    ("STATUS", "/status"),
    ("ATTEMPTS", "/attempts"),
    ("HTTP", "/http_status"),
    ("NEXT ATTEMPT", "/next_attempt_at"),
    ("ERROR", "/error"),
];

/// The commands about webhooks.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the webhooks
    List,
    /// Shows one webhook
    Show {
        /// Its number
        webhook_id: i64,
    },
    /// Creates a webhook and shows its secret, which is not shown again
    Create {
        /// The URL that is called
        url: WebhookUrl,
        /// An event that it gets; may be given more than once [default: all]
        #[arg(long, env = "TIKMATRIX_WEBHOOK_EVENT", value_name = "EVENT", value_delimiter = ',',
            value_parser = text_parser::<WebhookEvent>())]
        event: Option<Vec<WebhookEventText>>,
        #[command(flatten)]
        details: Details,
    },
    /// Changes a webhook
    Change {
        /// Its number
        webhook_id: i64,
        /// The URL that is called
        #[arg(long, env = "TIKMATRIX_WEBHOOK_URL", value_name = "URL")]
        url: Option<WebhookUrl>,
        /// An event that it gets; may be given more than once, and replaces those of before
        #[arg(long, env = "TIKMATRIX_WEBHOOK_EVENT", value_name = "EVENT", value_delimiter = ',',
            value_parser = text_parser::<WebhookEvent>())]
        event: Option<Vec<WebhookEventText>>,
        #[command(flatten)]
        details: Details,
    },
    /// Deletes a webhook with the log of its deliveries
    Delete {
        /// Its number
        webhook_id: i64,
    },
    /// Sends a test event and shows what the receiver answered
    Test {
        /// The number of the webhook
        webhook_id: i64,
    },
    /// Lists what was delivered to a webhook, and what waits
    Deliveries {
        /// The number of the webhook
        webhook_id: i64,
        #[command(flatten)]
        query: DeliveryQuery,
    },
    /// Delivers an event again
    Redeliver {
        /// The number of the webhook
        webhook_id: i64,
        /// The number of the delivery
        delivery_id: i64,
    },
}

/// The fields of a webhook that are the same when it is created and changed.
#[derive(Debug, Args)]
pub(in crate::cli) struct Details {
    /// Whether it gets events
    #[arg(long, env = "TIKMATRIX_WEBHOOK_ENABLED")]
    enabled: Option<bool>,
    /// A note for people
    #[arg(long, env = "TIKMATRIX_WEBHOOK_DESCRIPTION")]
    description: Option<String>,
    /// The secret that signs what it gets, whsec_ and base64. Other users of this machine can read a command line: prefer
    /// the variable
    #[arg(long, env = "TIKMATRIX_WEBHOOK_SECRET", value_name = "SECRET", hide_env_values = true)]
    secret: Option<WebhookSecret>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let webhooks = client.webhooks();
        match self {
            Self::List => output.list(&webhooks.list()?, "webhooks", &COLUMNS),
            Self::Show { webhook_id } => output.one(&webhooks.get(webhook_id)?),
            Self::Create { url, event, details: Details { enabled, description, secret } } => {
                let every = || WebhookEvent::ALL.iter().map(|event| (*event).into()).collect();
                let events = event.unwrap_or_else(every);
                let description = value(description);
                output.changed(&webhooks.create(&NewWebhook { url, events, enabled, description, secret })?)
            }
            Self::Change { webhook_id, url, event: events, details } => {
                let Details { enabled, description, secret } = details;
                let description = patch(description);
                let change = WebhookPatch { url, events, enabled, description, secret };
                output.changed(&webhooks.change(webhook_id, &change)?)
            }
            Self::Delete { webhook_id } => {
                output.done(&webhooks.delete(webhook_id)?, &format!("Deleted webhook {webhook_id}."))
            }
            Self::Test { webhook_id } => {
                let test = webhooks.test(webhook_id)?;
                output.one(&test)?;
                if !test.delivered {
                    bail!("webhook {webhook_id} did not accept the test event");
                }
                Ok(())
            }
            Self::Deliveries { webhook_id, query } => {
                output.list(&webhooks.deliveries(webhook_id, &query)?, "deliveries", &DELIVERY_COLUMNS)
            }
            Self::Redeliver { webhook_id, delivery_id } => {
                output.changed(&webhooks.redeliver(webhook_id, delivery_id)?)
            }
        }
    }
}
