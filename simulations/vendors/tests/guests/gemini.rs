//! Gemini: suggestions with their sources (F212, F215), and nothing that is not what was asked for (F217).

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
