//! Batches: what is wrong with one part is that part's own.

use workspace_audit_emulator::TenantName;

use crate::client::{ADMIN, Client, USERS};

const MYSELF: &str = "GET /admin/directory/v1/users/auditor@example.com?fields=id";

fn part(id: &str, request: &str) -> String {
    format!("--b\r\nContent-Type: application/http\r\nContent-ID: <{id}>\r\n\r\n{request}\r\n\r\n\r\n")
}

/// The status of each part, with the id of the call it answers; one status alone if there are no parts.
async fn statuses(client: &Client, path: &str, content_type: &str, parts: &[String]) -> Vec<String> {
    let token = client.token(Some(ADMIN), &[USERS]).await;
    let url = format!("{}{path}", client.emulator.base_url());
    let request = client.http.post(url).header("content-type", content_type).bearer_auth(token);
    let answer = request.body(format!("{}--b--\r\n", parts.concat())).send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Sat, 21 Nov 2026 07:00:00 GMT");
    if answer.status() != 200 {
        return vec![answer.status().as_str().to_owned()];
    }
    let text = answer.text().await.unwrap();
    let line = |part: &str, start: &str| {
        part.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default().to_owned()
    };
    text.split("--batch_of_answers\r\n")
        .skip(1)
        .map(|part| format!("{}{:.3}", line(part, "Content-ID: "), line(part, "HTTP/1.1 ")))
        .collect()
}

#[tokio::test]
async fn a_bad_part_fails_alone() {
    let client = Client::of(TenantName::Healthy).await;
    let parts = [
        part("1", MYSELF),
        part("2", "GE(T /x HTTP/1.1"),
        part("3", "GET http://[ HTTP/1.1"),
        part("4", ""),
        "--b\r\nContent-ID: <5>\r\n".to_owned(),
        part("6", "GET /admin/directory/v1/users/%FF"),
        part("7", MYSELF),
    ];
    let answered =
        statuses(&client, "/batch/admin/directory_v1", "multipart/mixed; boundary=b", &parts).await;
    assert_eq!(
        answered,
        [
            "<response-1>200",
            "<response-2>400",
            "<response-3>400",
            "<response-4>400",
            "<response-5>400",
            "<response-6>400",
            "<response-7>200"
        ]
    );
}

#[tokio::test]
async fn a_boundary_stands_on_a_line_of_its_own_and_is_named_in_any_case() {
    let client = Client::of(TenantName::Healthy).await;
    let parts = [part("1", "GET /admin/directory/v1/users/a--b@example.com"), part("2", MYSELF)];
    let answered = statuses(&client, "/batch", "Multipart/Mixed; Boundary=b", &parts).await;
    assert_eq!(answered, ["<response-1>404", "<response-2>200"]);
}

#[tokio::test]
async fn the_calls_of_a_batch_go_to_one_api() {
    let client = Client::of(TenantName::Healthy).await;
    let parts = [part("1", MYSELF), part("2", "GET /gmail/v1/users/me/settings/imap")];
    for (path, expected) in [
        ("/batch", &["<response-1>200", "<response-2>400"][..]),
        ("/batch/admin/directory_v1", &["<response-1>200", "<response-2>400"]),
        ("/batch/gmail/v1", &["<response-1>400", "<response-2>403"]),
        ("/batch/drive/v3", &["404"]),
    ] {
        let answered = statuses(&client, path, "multipart/mixed; boundary=b", &parts).await;
        assert_eq!(answered, expected, "{path}");
    }
}

#[tokio::test]
async fn gmail_takes_100_calls_and_directory_1000() {
    let client = Client::of(TenantName::Healthy).await;
    let calls = |count: usize, request: &str| vec![part("1", request); count];
    let imap = "GET /gmail/v1/users/me/settings/imap";
    for (path, parts, answers) in [
        ("/batch/gmail/v1", calls(100, imap), 100),
        ("/batch/gmail/v1", calls(101, imap), 1),
        ("/batch", calls(1000, MYSELF), 1000),
        ("/batch", calls(1001, MYSELF), 1),
    ] {
        let answered = statuses(&client, path, "multipart/mixed; boundary=b", &parts).await;
        assert_eq!(answered.len(), answers, "{path}");
        assert_eq!(answered[0] == "400", answers == 1, "{path}");
    }
}
