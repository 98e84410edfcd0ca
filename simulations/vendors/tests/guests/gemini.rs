//! Gemini: suggestions with their sources (F212, F215), scores (F214), gaps (F216), nodes that fail alone (F213), and nothing that is not
//! what was asked for (F217).

use serde_json::{Value, json};
use vendors::Gemini;

use crate::stage::Stage;

async fn connected() -> (Gemini, Stage) {
    let gemini = Gemini::start().await;
    let stage = Stage::of("gemini", "vale", &gemini.routes()).await;
    stage.organization.set_secret("key", gemini.key());
    stage.organization.add("contacts", ada());
    (gemini, stage)
}

fn ada() -> Value {
    json!({"id": "contact-1", "name": "Ada Vale", "role": "Designer", "email": "ada@example.com"})
}

fn contact() -> Value {
    json!({"table": "contacts", "id": "contact-1"})
}

#[tokio::test]
async fn f215_a_suggestion_names_its_source_and_changes_nothing_by_itself() {
    let (gemini, mut stage) = connected().await;
    let text =
        r#"{"suggestions":[{"field":"role","value":"Creative director"},{"field":"bio_grounded","value":"Invented"}]}"#;
    gemini.will_say(text, &[("Creative director", "https://example.com/ada")]);
    let result = stage.does("enrich", contact(), "k").await.expect("suggestions");
    assert_eq!((&result["suggestions"], &result["without_source"]), (&json!(1), &json!(1)));
    let suggestion = &stage.organization.rows("enrichment_suggestions")[0];
    assert_eq!(
        (&suggestion["field"], &suggestion["old_value"], &suggestion["proposed_value"]),
        (&json!("role"), &json!("Designer"), &json!("Creative director"))
    );
    let citation = &stage.organization.rows("ai_citations")[0];
    assert_eq!((&citation["url"], &citation["id"]), (&json!("https://example.com/ada"), &suggestion["citation_id"]));
    let run = &stage.organization.rows("ai_runs")[0];
    assert_eq!(
        (&run["id"], &run["schema_valid"], &run["tokens_out"]),
        (&suggestion["ai_run_id"], &json!(true), &json!(40))
    );
    assert_eq!(stage.organization.rows("contacts"), [ada()]);
    let asked = gemini.asked()[0].to_string();
    assert!(asked.contains("Ada Vale") && !asked.contains("ada@example.com"), "{asked}");
}

#[tokio::test]
async fn f217_an_answer_of_another_shape_is_kept_as_failed_and_shown_to_nobody() {
    for text in ["Ada is a creative director.", r#"{"suggestions":[{"field":"salary","value":"much"}]}"#] {
        let (gemini, mut stage) = connected().await;
        gemini.will_say(text, &[]);
        stage.does("enrich", contact(), "k").await.expect("an end");
        let run = &stage.organization.rows("ai_runs")[0];
        assert_eq!((&run["schema_valid"], &run["status"]), (&json!(false), &json!("failed")), "{text}");
        assert_eq!(stage.organization.rows("enrichment_suggestions"), Vec::<Value>::new(), "{text}");
    }
}

#[tokio::test]
async fn f212_silence_overload_and_used_up_searches_are_waited_out() {
    let (gemini, mut stage) = connected().await;
    gemini.refuse_searches(1);
    gemini.will_say_nothing();
    gemini.will_search_too_much();
    gemini.will_say(
        r#"{"suggestions":[{"field":"role","value":"Creative director"}]}"#,
        &[("Creative", "https://example.com/ada")],
    );
    stage.does("enrich", contact(), "k").await.expect("suggestions");
    assert_eq!((stage.runs, stage.organization.rows("ai_runs").len()), (4, 1));
}

#[tokio::test]
async fn nothing_is_asked_when_every_field_waits_for_a_person() {
    let (gemini, mut stage) = connected().await;
    let id = contact()["id"].clone();
    for field in ["role", "bio_grounded"] {
        let row = json!({"id": field, "contact_id": id, "field": field, "status": "proposed"});
        stage.organization.add("enrichment_suggestions", row);
    }
    assert_eq!(stage.does("enrich", contact(), "k").await, Ok(json!({"suggestions": 0})));
    assert_eq!(gemini.asked(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_key_that_is_not_taken_says_so() {
    let (_gemini, mut stage) = connected().await;
    stage.organization.set_secret("key", "AIzaAnotherKey");
    assert_eq!(stage.does("check", json!({}), "k").await.expect_err("a refusal").code(), "key_refused");
}

fn deal() -> Value {
    json!({"id": "deal-1", "title": "Backstage beauty", "kind": "sponsorship", "account_id": "account-1", "contact_id": "contact-1"})
}

fn company() -> Value {
    json!({"id": "account-1", "name": "Velours", "industry": "Beauty", "email": "office@velours.example"})
}

#[tokio::test]
async fn f213_f214_each_node_thinks_by_itself_and_one_that_fails_takes_nothing_from_the_others() {
    let (gemini, mut stage) = connected().await;
    stage.organization.add("deals", deal());
    stage.organization.add("accounts", company());
    gemini.will_say(r#"{"score":74,"reasoning":"The same guests"}"#, &[]);
    gemini.will_say("I would call them.", &[]);
    gemini.will_say_nothing();
    gemini.will_say(r#"{"actions":[{"title":"Call","reasoning":"They wrote"}]}"#, &[]);
    gemini.will_say(r#"{"subject":"A partnership","body":"Dear Velours"}"#, &[]);
    stage.does("deal", json!({"deal_id": "deal-1"}), "k").await.expect("thoughts");
    let runs = stage.organization.rows("ai_runs");
    let parent = runs.iter().find(|run| run["agent_node"] == "orchestrator").expect("the orchestrator")["id"].clone();
    let of =
        |node: &str| runs.iter().find(|run| run["agent_node"] == node).unwrap_or_else(|| panic!("{node}: {runs:?}"));
    let strategy = of("strategy");
    assert_eq!(strategy["proposed_output"], json!({"fit_score": 74, "reasoning": "The same guests"}));
    assert_eq!((&strategy["approval_status"], &strategy["parent_run_id"]), (&json!("pending"), &parent));
    // The scorer's answer is no score: it is kept as failed, and nobody is shown it.
    assert_eq!((&of("scorer")["status"], of("scorer").get("proposed_output")), (&json!("failed"), None));
    assert_eq!(of("analyst")["status"], "succeeded", "silence is waited out");
    assert_eq!(of("content")["proposed_output"]["body"], "Dear Velours");
    assert_eq!(stage.organization.rows("ai_recommendations")[0]["title"], "Call");
    assert_eq!(stage.organization.rows("deals"), [deal()], "nothing changes by itself");
    let asked = gemini.asked();
    let budgets: Vec<_> =
        asked.iter().map(|asked| asked.pointer("/generationConfig/thinkingConfig/thinkingBudget")).collect();
    assert_eq!(budgets[0], Some(&json!(4096)), "a strategy is thought about");
    assert!(budgets[1..].iter().all(Option::is_none));
    let told = json!(asked).to_string();
    assert!(told.contains("Velours") && !told.contains("office@") && !told.contains("Ada"), "{told}");
}

#[tokio::test]
async fn f216_a_gap_names_the_page_it_follows_from() {
    let (gemini, mut stage) = connected().await;
    stage.organization.add("accounts", company());
    let (about, shop) = ("https://velours.example/about", "https://velours.example/shop");
    let gap = |title: &str, page: &str| json!({"title": title, "reasoning": "The page says so", "page": page});
    let said = json!({"gaps": [gap("No backstage partner", about), gap("No shop in Milan", shop), gap("No app", "https://else.example")]});
    gemini.will_read(&said.to_string(), &[about, "https://else.example"]);
    let asked = json!({"account_id": "account-1", "pages": [about, shop]});
    let found = stage.does("gaps", asked, "k").await.expect("gaps");
    // A page that could not be read, or was never asked about, stands behind nothing.
    assert_eq!((&found["recommendations"], &found["without_source"]), (&json!(1), &json!(2)));
    let recommended = &stage.organization.rows("ai_recommendations")[0];
    assert_eq!((&recommended["kind"], &recommended["payload"]["page"]), (&json!("partnership_gap"), &json!(about)));
    let citation = &stage.organization.rows("ai_citations")[0];
    assert_eq!((&citation["url"], &citation["id"]), (&json!(about), &recommended["payload"]["citation_id"]));
    assert_eq!(gemini.asked()[0]["tools"], json!([{"url_context": {}}]));
    for pages in [json!([]), json!(["file:///etc/passwd"]), json!(["https://a.example/\nnew instructions"])] {
        let refused = stage.does("gaps", json!({"account_id": "account-1", "pages": pages}), "k").await;
        assert_eq!(refused.expect_err("refused").code(), "payload_malformed");
    }
}
