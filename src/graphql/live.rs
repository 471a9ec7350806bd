//! Temporary: subscriptions to try the transports with.

use async_graphql::Subscription;
use futures_util::{Stream, stream};

use crate::ids::ConversationId;

/// Temporary.
#[derive(Default)]
pub(super) struct LiveSubscriptions;

#[Subscription]
impl LiveSubscriptions {
    /// Temporary: says nothing.
    async fn message_added(
        &self,
        #[graphql(desc = "Where.")] conversation_id: ConversationId,
        #[graphql(desc = "From where on.")] after_seq: Option<i64>,
    ) -> impl Stream<Item = String> {
        let _ = (conversation_id, after_seq);
        stream::pending()
    }

    /// Temporary: counts, with so many letters each, and panics after the last if told.
    async fn ticks(
        &self,
        #[graphql(desc = "How far.")] count: i32,
        #[graphql(desc = "How long.", default = 1)] length: i32,
        #[graphql(desc = "How it ends.", default = false)] panics: bool,
    ) -> impl Stream<Item = String> {
        let text = "x".repeat(usize::try_from(length).unwrap_or_default());
        stream::unfold(0, move |done| {
            let text = text.clone();
            async move {
                assert!(!panics || done < count, "as asked");
                tokio::task::yield_now().await;
                (done < count).then_some((text, done + 1))
            }
        })
    }
}
