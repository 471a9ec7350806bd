//! Pages through a list to its end, and minds what every page says of itself.

use serde_json::json;

use super::Client;

const CONNECTION: &str = "edges { cursor node { KEY } } nodes { KEY } \
     pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount";

/// One list: how to ask for it, and where it is in the answer.
pub(crate) struct List<'a> {
    /// With `PAGE` among the arguments and `CONNECTION` as what is selected: `users(PAGE) { CONNECTION }`.
    pub(crate) document: &'a str,
    /// Where the connection is: `users`.
    pub(crate) path: &'a str,
    /// The field that tells the items apart, by its path in a node: `username`, `user { id }`.
    pub(crate) key: &'a str,
}

impl List<'_> {
    /// The keys of all items in list order, `size` at a time, from the first page to the last or the other way.
    pub(crate) async fn pages(
        &self,
        client: &Client,
        size: i32,
        is_backwards: bool,
    ) -> Vec<String> {
        let (mut cursor, mut pages) = (None, Vec::new());
        loop {
            let page = self.page(client, size, is_backwards, cursor.as_deref()).await;
            assert!(
                page.keys.len() <= usize::try_from(size).unwrap(),
                "a page of {} for {size}",
                page.keys.len()
            );
            let (is_more, next, was_asked_after) = if is_backwards {
                (page.has_previous, page.start, page.has_next)
            } else {
                (page.has_next, page.end, page.has_previous)
            };
            assert_eq!(
                was_asked_after,
                cursor.is_some(),
                "the page knows that it is not the first one asked for"
            );
            pages.push(page.keys);
            assert!(pages.len() < 1_000, "the pages have no end");
            if !is_more {
                break;
            }
            assert!(next.is_some() && next != cursor, "a page leads on");
            cursor = next;
        }
        if is_backwards {
            pages.reverse();
        }
        pages.concat()
    }

    /// How many items there are.
    pub(crate) async fn total(&self, client: &Client) -> i64 {
        self.page(client, 1, false, None).await.total
    }

    async fn page(
        &self,
        client: &Client,
        size: i32,
        is_backwards: bool,
        cursor: Option<&str>,
    ) -> OnePage {
        let page = if is_backwards {
            "last: $size, before: $cursor"
        } else {
            "first: $size, after: $cursor"
        };
        let document = self.document.replace("PAGE", page);
        let document = document.replace("CONNECTION", &CONNECTION.replace("KEY", self.key));
        let document = format!("query P($size: Int, $cursor: String) {{ {document} }}");
        let answer = client.asks(document, json!({ "size": size, "cursor": cursor })).await;
        let at = |path: &str| answer.gives(&format!("{}.{path}", self.path));
        let key = |node: &serde_json::Value| {
            let mut value = node;
            while let Some(inner) = value.as_object() {
                value = inner.values().next().unwrap();
            }
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        };
        let (edges, nodes) = (at("edges"), at("nodes"));
        let (edges, nodes) = (edges.as_array().unwrap(), nodes.as_array().unwrap());
        let keys: Vec<String> = nodes.iter().map(key).collect();
        assert_eq!(
            edges.iter().map(|edge| key(&edge["node"])).collect::<Vec<_>>(),
            keys,
            "edges are nodes"
        );
        let cursors: Vec<_> =
            edges.iter().map(|edge| edge["cursor"].as_str().unwrap().to_owned()).collect();
        let text = |path: &str| at(path).as_str().map(str::to_owned);
        let (start, end) = (text("pageInfo.startCursor"), text("pageInfo.endCursor"));
        assert_eq!(
            (start.as_ref(), end.as_ref()),
            (cursors.first(), cursors.last()),
            "cursors of the ends"
        );
        OnePage {
            keys,
            has_next: at("pageInfo.hasNextPage").as_bool().unwrap(),
            has_previous: at("pageInfo.hasPreviousPage").as_bool().unwrap(),
            start,
            end,
            total: at("totalCount").as_i64().unwrap(),
        }
    }

    /// Page by page in any size and direction the list is this one, and it is counted as long as it is.
    pub(crate) async fn is(&self, client: &Client, expected: &[impl AsRef<str>]) {
        let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
        for size in [1, 2, 3, 100] {
            for is_backwards in [false, true] {
                let pages = self.pages(client, size, is_backwards).await;
                assert_eq!(
                    pages, expected,
                    "{} by {size}, backwards: {is_backwards}",
                    self.document
                );
            }
        }
        assert_eq!(
            self.total(client).await,
            i64::try_from(expected.len()).unwrap(),
            "{}",
            self.document
        );
    }

    /// Sizes that no page has, and cursors that this list has not given, are refused by the argument's name.
    pub(crate) async fn refuses_bad_pages(&self, client: &Client, foreign_cursors: &[String]) {
        let ask = async |page: &str| {
            let document =
                self.document.replace("PAGE", page).replace("CONNECTION", "nodes { __typename }");
            client.asks_for(format!("{{ {document} }}")).await
        };
        for field in ["first", "last"] {
            for size in [0, -1, 101, 1_000_000] {
                ask(&format!("{field}: {size}")).await.fails_on(&[field]);
            }
            ask(&format!("{field}: 100")).await.succeeds();
        }
        ask("first: 1, last: 1").await.fails_with("BAD_USER_INPUT");
        let garbage =
            ["", "garbage", "MQ", "====", "' OR 1=1", "\u{1F600}", "MTpzZXE6Og"].map(str::to_owned);
        for cursor in garbage.iter().chain(foreign_cursors) {
            for field in ["after", "before"] {
                ask(&format!("{field}: {}", serde_json::Value::from(cursor.as_str())))
                    .await
                    .fails_on(&[field]);
            }
        }
    }

    /// Every cursor of the list.
    pub(crate) async fn cursors(&self, client: &Client) -> Vec<String> {
        let document =
            self.document.replace("PAGE", "first: 100").replace("CONNECTION", "edges { cursor }");
        client
            .asks_for(format!("{{ {document} }}"))
            .await
            .each(&format!("{}.edges", self.path), "cursor")
    }
}

struct OnePage {
    keys: Vec<String>,
    has_next: bool,
    has_previous: bool,
    start: Option<String>,
    end: Option<String>,
    total: i64,
}
