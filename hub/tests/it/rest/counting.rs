use reqwest::Method;

use super::client::Rest;
use super::probes;
use crate::support::TestHub;

/// The first row's number to the last one's, and how many in all.
async fn counted(of: &Rest, path: &str, how: &str) -> (u16, String) {
    let prefer = format!("count={how}");
    let answer = of.ask(Method::GET, path, &[("prefer", &prefer)], None).await;
    assert!(answer.headers["preference-applied"].contains(&prefer), "{answer:?}");
    (answer.status, answer.headers["content-range"].clone())
}

fn total(range: &str) -> u64 {
    range.split_once('/').and_then(|(_, total)| total.parse().ok()).unwrap_or_else(|| panic!("a total in {range}"))
}

/// `exact` counts, `planned` asks the planner, `estimated` counts as far as an answer goes and asks the planner beyond; each
/// of them counts what the caller may see.
#[tokio::test]
async fn rows_are_counted_as_exactly_as_was_asked() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    sql.execute(
        "insert into probes (organization_id, n, word) select $1, n, 'many' from generate_series(1001, 6000) n",
        &[&hub.organization_id],
    )
    .await
    .expect("many rows");
    sql.batch_execute("analyze probes").await.expect("the planner is told");
    assert_eq!(counted(&owner, "probes?select=n&order=n&limit=3", "exact").await, (206, "0-2/5006".into()));
    // Row security is part of what the planner supposes about: more or less is all that can be said.
    let (status, range) = counted(&owner, "probes?select=n&order=n&limit=3", "planned").await;
    assert!(status == 206 && range.starts_with("0-2/") && total(&range) > 3, "{range}");
    let (_, one) = counted(&owner, "probes?select=n&n=eq.1", "planned").await;
    assert!(total(&one) < total(&range), "{one} {range}");
    let (status, range) = counted(&owner, "probes?select=n&order=n&limit=3", "estimated").await;
    assert!(status == 206 && range.starts_with("0-2/") && total(&range) > 1_000, "{range}");
    // Few enough to be counted.
    assert_eq!(counted(&owner, "probes?select=n&n=lte.6&limit=2", "estimated").await, (206, "0-1/6".into()));
    assert_eq!(counted(&owner, "probes?select=n&n=eq.0", "estimated").await, (200, "*/0".into()));
    // A value that decides, embeds, an aggregate, a sealed column, nothing but the head.
    assert_eq!(counted(&owner, "probes?select=word,n.sum()&order=word", "estimated").await.1, "0-6/7");
    for path in [
        "probes?select=n,up:probes!parent_n(word)&word=eq.many&limit=1",
        "probes?select=word,n.max()&limit=1",
        "registrations?limit=1",
    ] {
        let (_, range) = counted(&owner, path, "planned").await;
        assert!(range.contains('/') && !range.ends_with('*'), "{path}: {range}");
    }
    let head = owner.ask(Method::HEAD, "probes?n=gt.0", &[("prefer", "count=planned")], None).await;
    assert!(total(&head.headers["content-range"]) >= 1_000, "{head:?}");
    // The planner may suppose less than there is; what was seen is there all the same.
    sql.batch_execute("delete from pg_statistic where starelid = 'probes'::regclass").await.expect("it forgets");
    let (_, range) =
        counted(&owner, "probes?select=n&order=n&n=gt.1000&word=eq.many&flag=is.null&offset=2000&limit=900", "planned")
            .await;
    assert!(total(&range) >= 2_900, "{range}");
}

/// F246: nobody learns by counting how many rows there are that they may not see, and a masked column answers no question.
#[tokio::test]
async fn counting_is_asking_under_the_same_rules() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    sql.execute(
        "insert into probes (organization_id, n) select $1, n from generate_series(1001, 6000) n",
        &[&hub.organization_id],
    )
    .await
    .expect("many rows");
    sql.batch_execute("analyze probes").await.expect("the planner is told");
    let stranger = Rest::new(&hub, Some(&hub.other_house().await.token));
    assert_eq!(counted(&stranger, "probes", "estimated").await.1, "*/0");
    let staff = Rest::member(&hub, "staff").await;
    for how in ["exact", "planned", "estimated"] {
        let masked = staff.ask(Method::GET, "probes?word=eq.many", &[("prefer", &format!("count={how}"))], None).await;
        assert_eq!((masked.status, masked.code().as_str()), (403, "42501"), "{how}");
    }
}
