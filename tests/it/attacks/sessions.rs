//! Sessions that are over: nothing of them is good at any door, and what they had open ends.

use super::LONG;
use crate::support::{Answer, Heard, PASSWORD, TestApp, json};

const ME: &str = "{ viewer { id } }";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_a_session_ends_its_tokens_and_what_it_has_open_on_every_instance() {
    let app = TestApp::start().await;
    // It hears nothing of the first: what it knows, it has found out by looking.
    let other = app.another_instance().await;
    let (here, there) = (app.serves().await, other.serves().await);
    let (admin, bob) = (app.admin().await, app.person("bob").await);
    for ending in ["logout", "revoke", "password", "disable", "delete"] {
        let ann = app.person(&format!("ann-{ending}")).await;
        let input = json!({ "username": ann.name, "password": PASSWORD });
        let granted = app.stranger().does("login", input, "accessToken refreshToken").await;
        let access = granted.word("login.accessToken");
        let refresh = granted.word("login.refreshToken");
        let client = app.stranger().with_token(&access);
        let sessions = ann.asks_for("{ sessions { id current } }").await;
        let session = sessions
            .list("sessions")
            .into_iter()
            .find(|session| session["current"] == false)
            .unwrap();
        let chat = ann.starts_a_conversation_with(&bob).await;
        let live = format!("subscription {{ messageAdded(conversationId: \"{chat}\") {{ id }} }}");
        let mut sockets = [here.lets_in(&client).await, there.lets_in(&client).await];
        for socket in &mut sockets {
            socket.starts("live", &live).await;
        }
        let elsewhere = other.stranger().with_token(&access);
        let mut events =
            [client.follows(&live, json!({})).await, elsewhere.follows(&live, json!({})).await];
        let done: Answer = match ending {
            "logout" => client.asks_for("mutation { logout { sessionId } }").await,
            "revoke" => {
                ann.does("revokeSession", json!({ "sessionId": session["id"] }), "sessionId").await
            }
            "password" => {
                let input = json!({ "currentPassword": PASSWORD, "newPassword": "another horse" });
                ann.does("changePassword", input, "accessToken").await
            }
            "disable" => {
                let input = json!({ "userId": ann.id, "disabled": true });
                admin.does("setUserDisabled", input, "user { id }").await
            }
            _ => client.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await,
        };
        done.succeeds();
        for app in [&app, &other] {
            let client = app.stranger().with_token(&access);
            client.asks_for(ME).await.fails_with("SESSION_REVOKED").has_status(401);
            let answer = client.rests("GET", "/api/users/me/", None).await;
            assert_eq!(answer.status, 401, "{ending}: {}", answer.text);
            let input = json!({ "refreshToken": refresh });
            let answer = app.stranger().does("refreshToken", input, "accessToken").await;
            answer.fails_with("SESSION_REVOKED");
        }
        for socket in &mut sockets {
            let closed = tokio::time::timeout(LONG, socket.is_closed()).await;
            assert_eq!(closed.expect("it should be closed").code, 4401, "{ending}");
        }
        for events in &mut events {
            assert_eq!(events.hears().await, Heard::Broken, "{ending}");
        }
    }
}
