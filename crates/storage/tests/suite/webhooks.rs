//! Webhooks: each event is queued once for those that want it, claimed by one server, retried, and kept for a while.

use std::mem::take;

use chrono::{DateTime, Utc};
use tikmatrix_domain::{
    AfterAttempt, DELIVERY_PERIOD, Delivery, DeliveryAttempt, DeliveryId, DeliveryStatus, EventId,
    EventSubject, NewWebhook, Outcome, Presence, Secret, Webhook, WebhookChange, WebhookEvent, WebhookId,
};
use tikmatrix_storage::{
    ClaimedDelivery, NewDelivery, Page, PageStart, Redelivery, Subscription, UnreadEvent, UnreadEvents,
};

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

const ALL: Page<DeliveryId> = Page { start: PageStart::Number(1), size: 100 };

fn new_webhook() -> NewWebhook {
    NewWebhook {
        url: "https://example.com/hook".to_owned(),
        events: vec![WebhookEvent::TaskFailed, WebhookEvent::DeviceLost],
        description: String::new(),
        enabled: true,
        secret: Secret::from("whsec_c2VjcmV0"),
    }
}

async fn create(fixture: &Fixture) -> Webhook {
    fixture.store.webhooks().create(new_webhook(), 20, at(0)).await.unwrap().unwrap()
}

async fn subscription(fixture: &Fixture) -> Subscription {
    fixture.store.webhooks().subscriptions().list().await.unwrap().pop().unwrap()
}

async fn unread(fixture: &Fixture, after: EventId) -> (Vec<UnreadEvent>, EventId) {
    match fixture.store.webhooks().subscriptions().unread(after, 100).await.unwrap() {
        UnreadEvents::Next { events, read_to } => (events, read_to),
        pruned @ UnreadEvents::Pruned { .. } => panic!("{pruned:?}"),
    }
}

fn message(id: &str) -> NewDelivery {
    NewDelivery { message_id: id.to_owned(), event: WebhookEvent::TaskFailed, body: "{}".to_owned() }
}

/// Queues messages for a webhook without an event of their own.
async fn queue(fixture: &Fixture, webhook: &Webhook, ids: &[&str], now: DateTime<Utc>) {
    let position = subscription(fixture).await.position;
    let deliveries = ids.iter().map(|id| message(id)).collect();
    assert!(
        fixture
            .store
            .webhooks()
            .subscriptions()
            .queue(webhook.id, (position, position), deliveries, now)
            .await
            .unwrap()
    );
}

async fn claim(
    fixture: &Fixture,
    webhook: WebhookId,
    name: &str,
    now: DateTime<Utc>,
) -> Vec<ClaimedDelivery> {
    fixture.store.webhooks().deliveries().claim(webhook, 10, name.to_owned(), now).await.unwrap()
}

async fn settle(fixture: &Fixture, claimed: &ClaimedDelivery, status: u16, then: AfterAttempt) -> bool {
    let error = (status >= 300).then(|| format!("HTTP {status}"));
    let attempt = DeliveryAttempt { at: at(50), http_status: Some(status), error };
    fixture
        .store
        .webhooks()
        .deliveries()
        .settle(claimed.delivery.id, claimed.claim.clone(), attempt, then)
        .await
        .unwrap()
}

async fn deliveries(fixture: &Fixture, webhook: WebhookId) -> Vec<Delivery> {
    fixture.store.webhooks().log().list(webhook, None, ALL).await.unwrap().0
}

#[tokio::test]
async fn a_webhook_is_stored_with_its_secret_and_outlives_a_restart() {
    let fixture = Fixture::new();
    let created = create(&fixture).await;
    assert_eq!(fixture.store.webhooks().create(new_webhook(), 1, at(0)).await.unwrap(), None, "one is there");
    let fixture = fixture.reopen();
    assert_eq!(fixture.store.webhooks().find(created.id).await.unwrap(), Some(created.clone()));
    let change = WebhookChange {
        url: Some("http://example.com".to_owned()),
        events: Some(vec![WebhookEvent::AccountLimited]),
        secret: Some(Secret::from("whsec_b3RoZXI=")),
        ..WebhookChange::default()
    };
    let changed = fixture.store.webhooks().change(created.id, change.clone(), at(9)).await.unwrap().unwrap();
    let wanted = Webhook {
        url: "http://example.com".to_owned(),
        events: vec![WebhookEvent::AccountLimited],
        secret: Secret::from("whsec_b3RoZXI="),
        updated_at: at(9),
        ..created.clone()
    };
    assert_eq!(changed, wanted);
    assert_eq!(fixture.store.webhooks().list().await.unwrap(), std::slice::from_ref(&wanted));
    let nothing =
        fixture.store.webhooks().change(created.id, WebhookChange::default(), at(10)).await.unwrap();
    assert_eq!(nothing, Some(wanted), "no change leaves no trace");
    assert!(fixture.store.webhooks().delete(created.id).await.unwrap());
    assert!(!fixture.store.webhooks().delete(created.id).await.unwrap());
    assert_eq!(fixture.store.webhooks().change(created.id, change, at(11)).await.unwrap(), None);
}

#[tokio::test]
async fn events_from_the_creation_on_are_read_with_their_tasks_and_queued_once() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("a")]).await;
    let webhook = create(&fixture).await;
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let end = finish(Outcome::Failed, "no network", 2);
    fixture.store.attempts().finish(ids[0], lease("one"), end).await.unwrap();
    let position = subscription(&fixture).await.position;
    let (events, read_to) = unread(&fixture, position).await;
    let [event] = &events[..] else { panic!("{events:?}") };
    assert!(matches!(event.event.subject, EventSubject::Task { task, .. } if task == ids[0]));
    assert_eq!(event.task.as_ref().unwrap().app.as_str(), "tiktok");
    let queue = |to, id| {
        fixture.store.webhooks().subscriptions().queue(webhook.id, (position, to), vec![message(id)], at(3))
    };
    assert!(queue(read_to, "msg_1").await.unwrap());
    // Another server has read the same.
    assert!(!queue(read_to, "msg_2").await.unwrap());
    assert_eq!(subscription(&fixture).await.next_due, Some(at(3)));
    let queued = deliveries(&fixture, webhook.id).await;
    assert_eq!(queued.iter().map(|it| it.message_id.as_str()).collect::<Vec<_>>(), ["msg_1"]);
    assert_eq!((queued[0].expires_at, queued[0].attempts), (at(3) + DELIVERY_PERIOD, 0));
    let (events, _) = unread(&fixture, subscription(&fixture).await.position).await;
    assert_eq!(events, []);
    // What an event says of a deleted task is there all the same.
    fixture.store.task_changes().delete(vec![ids[0]], at(4)).await.unwrap();
    let (events, _) = unread(&fixture, position).await;
    assert_eq!(events.iter().map(|event| event.task.is_some()).collect::<Vec<_>>(), [false]);
}

#[tokio::test]
async fn events_that_a_webhook_has_not_read_are_not_deleted() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("a"), for_phone("a")]).await;
    let webhook = create(&fixture).await;
    fixture.create(vec![for_phone("a"), for_phone("a")]).await;
    fixture.store.events().prune(1).await.unwrap();
    let position = subscription(&fixture).await.position;
    let (_, read_to) = unread(&fixture, position).await;
    assert!(
        fixture
            .store
            .webhooks()
            .subscriptions()
            .queue(webhook.id, (position, read_to), vec![], at(1))
            .await
            .unwrap()
    );
    fixture.store.events().prune(1).await.unwrap();
    let pruned = fixture.store.webhooks().subscriptions().unread(position, 100).await.unwrap();
    assert_eq!(pruned, UnreadEvents::Pruned { newest: read_to });
}

#[tokio::test]
async fn a_device_is_lost_and_back_across_restarts_and_only_if_it_was_ready() {
    let mut fixture = Fixture::new();
    let webhook = create(&fixture).await;
    let subject =
        EventSubject::Device { address: "10.0.0.9:5555".to_owned(), state: "x".to_owned(), reason: None };
    let states =
        [None, Some(false), Some(true), None, Some(true), Some(false), Some(false), None, Some(true)];
    for is_ready in states {
        let (phone, subject) = (Some(serial("a")), subject.clone());
        fixture.store.events().record_device_event(phone, subject, is_ready, at(1)).await.unwrap();
        fixture = fixture.reopen();
    }
    // Without a serial nothing is known of it.
    fixture.store.events().record_device_event(None, subject, Some(true), at(1)).await.unwrap();
    let (mut events, _) = unread(&fixture, webhook.position).await;
    let changes: Vec<_> = events.iter_mut().map(|event| take(&mut event.presence)).collect();
    assert_eq!(changes, [Some(Presence::Lost), Some(Presence::Back)]);
}

#[tokio::test]
async fn a_delivery_is_claimed_once_and_again_when_its_server_is_dead() {
    let fixture = Fixture::new();
    let webhook = create(&fixture).await;
    queue(&fixture, &webhook, &["msg_1", "msg_2"], at(0)).await;
    let first =
        fixture.store.webhooks().deliveries().claim(webhook.id, 1, "one".to_owned(), at(1)).await.unwrap();
    assert_eq!(first[0].delivery.message_id, "msg_1", "the oldest");
    assert_eq!(
        (first[0].url.as_str(), first[0].secret.expose()),
        ("https://example.com/hook", "whsec_c2VjcmV0")
    );
    let second = claim(&fixture, webhook.id, "two", at(1)).await;
    assert_eq!(second.iter().map(|it| it.delivery.message_id.as_str()).collect::<Vec<_>>(), ["msg_2"]);
    assert_eq!(claim(&fixture, webhook.id, "three", at(100)).await, []);
    // The first server is dead: another one makes the attempt, and a late result of the first does not count.
    let again = claim(&fixture, webhook.id, "four", at(122)).await;
    assert_eq!(again.len(), 2);
    assert!(!settle(&fixture, &first[0], 204, AfterAttempt::Delivered).await);
    assert!(settle(&fixture, &again[0], 204, AfterAttempt::Delivered).await);
    // A server that ends gives back what it has not finished.
    fixture.store.webhooks().deliveries().release(Some("four".to_owned()), at(123)).await.unwrap();
    let last = claim(&fixture, webhook.id, "five", at(123)).await;
    assert_eq!((last.len(), last[0].delivery.attempts), (1, 0), "it does not count");
    fixture.store.webhooks().deliveries().release(None, at(124)).await.unwrap();
    assert_eq!(claim(&fixture, webhook.id, "six", at(124)).await.len(), 1);
}

#[tokio::test]
async fn the_result_of_an_attempt_is_logged_and_decides_what_follows() {
    let fixture = Fixture::new();
    let webhook = create(&fixture).await;
    queue(&fixture, &webhook, &["msg_1"], at(0)).await;
    let claimed = claim(&fixture, webhook.id, "one", at(1)).await;
    assert_eq!(deliveries(&fixture, webhook.id).await[0].next_attempt_at, None, "it is under way");
    assert!(settle(&fixture, &claimed[0], 500, AfterAttempt::Retry(at(60))).await);
    let logged = deliveries(&fixture, webhook.id).await.remove(0);
    let wanted = Delivery {
        attempts: 1,
        http_status: Some(500),
        error: Some("HTTP 500".to_owned()),
        attempted_at: Some(at(50)),
        next_attempt_at: Some(at(60)),
        ..claimed[0].delivery.clone()
    };
    assert_eq!(logged, wanted);
    assert_eq!(claim(&fixture, webhook.id, "two", at(59)).await, []);
    let claimed = claim(&fixture, webhook.id, "two", at(60)).await;
    assert!(settle(&fixture, &claimed[0], 500, AfterAttempt::GiveUp).await);
    let logged = deliveries(&fixture, webhook.id).await.remove(0);
    assert_eq!(
        (logged.status, logged.attempts, logged.settled_at),
        (DeliveryStatus::Failed, 2, Some(at(50)))
    );
    assert_eq!(subscription(&fixture).await.next_due, None);
    // It is queued again, and retried as a new one.
    let store = fixture.store.webhooks().log();
    let queued = store.redeliver(webhook.id, logged.id, at(70)).await.unwrap();
    let Redelivery::Queued(queued) = queued else { panic!("{queued:?}") };
    assert_eq!((queued.status, queued.next_attempt_at), (DeliveryStatus::Pending, Some(at(70))));
    assert_eq!(queued.expires_at, at(70) + DELIVERY_PERIOD);
    assert_eq!(store.redeliver(WebhookId(99), logged.id, at(70)).await.unwrap(), Redelivery::NotThere);
    let claimed = claim(&fixture, webhook.id, "three", at(70)).await;
    assert_eq!(claimed[0].delivery.message_id, "msg_1");
    assert!(settle(&fixture, &claimed[0], 204, AfterAttempt::Delivered).await);
    for (status, count) in [(DeliveryStatus::Delivered, 1), (DeliveryStatus::Failed, 0)] {
        assert_eq!(store.list(webhook.id, Some(status), ALL).await.unwrap().1, count);
    }
    store.prune(at(50)).await.unwrap();
    assert_eq!(deliveries(&fixture, webhook.id).await.len(), 1, "it is not old");
    store.prune(at(51)).await.unwrap();
    assert_eq!(deliveries(&fixture, webhook.id).await, []);
}

#[tokio::test]
async fn a_webhook_that_is_gone_or_disabled_gives_up_what_waits_and_later_gets_only_what_is_new() {
    let fixture = Fixture::new();
    let webhook = create(&fixture).await;
    queue(&fixture, &webhook, &["msg_1", "msg_2"], at(0)).await;
    let claimed =
        fixture.store.webhooks().deliveries().claim(webhook.id, 1, "one".to_owned(), at(1)).await.unwrap();
    assert!(settle(&fixture, &claimed[0], 410, AfterAttempt::Gone).await);
    let gone = fixture.store.webhooks().find(webhook.id).await.unwrap().unwrap();
    assert!(!gone.enabled && gone.disabled_reason.as_deref().unwrap().contains("410"), "{gone:?}");
    let logged = deliveries(&fixture, webhook.id).await;
    let errors: Vec<_> = logged.iter().map(|it| (it.status, it.error.as_deref())).collect();
    let failed = DeliveryStatus::Failed;
    assert_eq!(errors, [(failed, Some("the webhook was disabled")), (failed, Some("HTTP 410"))]);
    assert_eq!(fixture.store.webhooks().subscriptions().list().await.unwrap(), []);
    assert_eq!(claim(&fixture, webhook.id, "two", at(100)).await, []);
    let store = fixture.store.webhooks().log();
    assert_eq!(store.redeliver(webhook.id, logged[0].id, at(2)).await.unwrap(), Redelivery::Disabled);
    // What happens while it is disabled is not for it.
    fixture.create(vec![for_phone("a")]).await;
    let enable = WebhookChange { enabled: Some(true), ..WebhookChange::default() };
    let enabled = fixture.store.webhooks().change(webhook.id, enable, at(9)).await.unwrap().unwrap();
    assert_eq!((enabled.enabled, enabled.disabled_reason), (true, None));
    assert_eq!(enabled.position, fixture.store.events().newest().await.unwrap());
}

#[tokio::test]
async fn a_deleted_webhook_takes_its_deliveries_along_also_one_that_is_under_way() {
    let fixture = Fixture::new();
    let webhook = create(&fixture).await;
    queue(&fixture, &webhook, &["msg_1"], at(0)).await;
    let claimed = claim(&fixture, webhook.id, "one", at(1)).await;
    assert!(fixture.store.webhooks().delete(webhook.id).await.unwrap());
    assert!(!settle(&fixture, &claimed[0], 410, AfterAttempt::Gone).await);
    assert_eq!(deliveries(&fixture, webhook.id).await, []);
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let fixture = Fixture::new();
    let webhook = create(&fixture).await;
    queue(&fixture, &webhook, &["msg_1", "msg_2", "msg_3"], at(0)).await;
    let page = |start| fixture.store.webhooks().log().list(webhook.id, None, Page { start, size: 2 });
    let (first, total) = page(PageStart::Number(1)).await.unwrap();
    let ids = |page: &[Delivery]| page.iter().map(|it| it.message_id.clone()).collect::<Vec<_>>();
    assert_eq!((ids(&first), total), (vec!["msg_3".to_owned(), "msg_2".to_owned()], 3));
    let (second, _) = page(PageStart::Before(first[1].id)).await.unwrap();
    assert_eq!(ids(&second), ["msg_1"]);
    assert_eq!(ids(&page(PageStart::Number(2)).await.unwrap().0), ["msg_1"]);
}
