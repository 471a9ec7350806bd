//! TLS to MySQL, tried on the server of the run where its authority is known (`scripts/test` says so where it is not).

use std::path::PathBuf;

use parlance::{
    domain::operations,
    store::{Options, Store},
};

/// The server of this run with TLS, and the file of its authority.
fn server() -> (String, PathBuf) {
    #[expect(clippy::disallowed_methods, reason = "a setting of the run, not of the server")]
    let var = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let url = var("PARLANCE_TEST_DATABASE_URL").replace("127.0.0.1", "localhost");
    (format!("{url}mysql?require_ssl=true"), var("PARLANCE_TEST_MYSQL_CA").into())
}

async fn connects(url: &str, mysql_ca: Option<PathBuf>) -> Result<String, String> {
    let store = Store::open(&Options { url: url.to_owned(), pool_size: 2, mysql_ca })?;
    operations::database(&store).await.map_err(|error| error.cause().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a MySQL server whose authority PARLANCE_TEST_MYSQL_CA names"]
async fn tls_connects_with_the_right_authority_and_refuses_without_it() {
    let (url, ca) = server();
    let version = connects(&url, Some(ca)).await.unwrap();
    assert!(version.contains("(TLS_"), "{version}");
    let refused = connects(&url, None).await.unwrap_err();
    assert!(refused.contains("certificate"), "{refused}");
}
