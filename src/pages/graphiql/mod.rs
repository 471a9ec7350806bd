//! GraphiQL, out of the program: at `/graphiql`, and at `/graphql` for who comes with a browser.
//! `vendor` holds what is taken from npm (`scripts/update-graphiql`), the rest is ours: the bar
//! in which one signs in, and the examples.

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use maud::{DOCTYPE, html};

use super::{
    Site,
    assets::{self, Asset},
};

/// The page loads from and speaks to its own server alone, by HTTP and WebSocket; fonts and
/// pictures are within its style sheet. The one style with a hash is what its menus put into the
/// page while they are open.
const POLICY: &str = "default-src 'none'; script-src 'self'; \
                      style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='; \
                      img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

static STYLES: [Asset; 2] = [
    Asset::style("graphiql", include_bytes!("vendor/graphiql.css.gz")).gzipped(),
    Asset::style("graphiql-bar", include_bytes!("bar.css")),
];

/// In the order in which they need each other.
static SCRIPTS: [Asset; 6] = [
    Asset::script("react", include_bytes!("vendor/react.js.gz")).gzipped(),
    Asset::script("react-dom", include_bytes!("vendor/react-dom.js.gz")).gzipped(),
    Asset::script("graphql-ws", include_bytes!("vendor/graphql-ws.js.gz")).gzipped(),
    Asset::script("graphiql", include_bytes!("vendor/graphiql.js.gz")).gzipped(),
    Asset::script("graphiql-examples", include_bytes!("examples.js")),
    Asset::script("graphiql-start", include_bytes!("start.js")),
];

pub(super) fn routes() -> Router<Site> {
    let playground = get(async || Redirect::permanent("/graphiql"));
    Router::new()
        .route("/graphiql", get(async || page()))
        .route("/playground", playground)
        .merge(assets::routes(STYLES.iter().chain(&SCRIPTS)))
}

/// Whether somebody looks at this address with a browser, and does not ask it by a program:
/// who takes HTML as gladly as JSON is shown a page. A socket is asked for by a page already.
pub fn is_for_people(method: &Method, headers: &HeaderMap) -> bool {
    let wants = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    matches!(*method, Method::GET | Method::HEAD)
        && !headers.contains_key(header::UPGRADE)
        && wants(header::ACCEPT).is_some_and(prefers_html)
}

/// The first of the two kinds that is named is the one that is meant; browsers name no JSON.
fn prefers_html(accept: &str) -> bool {
    let mut named = accept.split(',').filter_map(|range| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        let is_html = kind.eq_ignore_ascii_case("text/html");
        let is_data = ["json", "event-stream"].iter().any(|data| kind.ends_with(data));
        (is_html || is_data).then_some(is_html)
    });
    named.next().unwrap_or(false)
}

/// The page.
pub fn page() -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "GraphiQL – Parlance" }
                link rel="icon" href="data:,";
                @for style in &STYLES {
                    link rel="stylesheet" href=(style.address());
                }
                @for script in &SCRIPTS {
                    script src=(script.address()) defer {}
                }
            }
            body {
                header.bar {
                    h1 { "Parlance GraphiQL" }
                    form #sign-in {
                        input name="username" aria-label="User name" placeholder="User name"
                            autocomplete="username" required;
                        input name="email" type="email" aria-label="E-mail address"
                            placeholder="E-mail address" autocomplete="email" hidden;
                        input name="password" type="password" aria-label="Password"
                            placeholder="Password" autocomplete="current-password" required;
                        button.first type="submit" value="login" { "Log in" }
                        button type="submit" value="register" { "Register" }
                    }
                    div.account #account hidden {
                        span { "Signed in as " strong #who {} }
                        button #copy type="button" { "Copy access token" }
                        span #copied role="status" {}
                        button #leave type="button" { "Log out" }
                    }
                    p.fault #fault role="alert" hidden {}
                }
                main #graphiql { p { "GraphiQL is loading. It needs JavaScript." } }
            }
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "Accept, origin"),
    ];
    (StatusCode::OK, headers, page.into_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_browsers_and_not_for_programs() {
        let chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, is_page) in [
            (chromium, true),
            ("Text/HTML", true),
            ("text/html, application/json", true),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/html;q=0.5", false),
            ("application/graphql-response+json, application/json, multipart/mixed", false),
            ("text/event-stream", false),
            ("", false),
        ] {
            assert_eq!(prefers_html(accept), is_page, "{accept}");
        }
    }
}
