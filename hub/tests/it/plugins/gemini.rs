//! Gemini in a real hub: suggestions with their sources, thoughts about deals, and no changed record.

use serde_json::json;
use vendors::Gemini;

use super::workshop::Workshop;

/// F204, F212, F215, F217: what is found is a suggestion with its source and waits for a person; what has no source, or is not
/// what was asked for, is shown to nobody; the record stays as it is until somebody accepts.
#[tokio::test]
async fn what_is_found_is_suggested_and_changes_nothing() {
    let gemini = Gemini::start().await;
    let hub = Workshop::routed(&gemini.routes()).await;
    let install = hub.guest("gemini", json!({})).await;
    let connection = hub.connect(install, "models", json!({ "key": gemini.key() }), None).await;
    let row = json!({ "name": "Ada Vale", "role": "Intern", "email": "ada@vale.example", "whatsapp": "+1 555 0001" });
    let contact = hub.add("contacts", row).await;
    let before = hub.row("contacts", contact).await;
    gemini.will_say(
        r#"{"suggestions":[{"field":"role","value":"Creative director"},{"field":"bio_grounded","value":"Flies to the moon"}]}"#,
        &[("Creative director", "https://example.com/ada")],
    );
    let wanted = json!({ "table": "contacts", "id": contact });
    let found = hub.does(install, connection, "enrich", wanted.clone()).await;
    assert_eq!((&found["suggestions"], &found["without_source"]), (&json!(1), &json!(1)), "{found}");
    let suggested = hub
        .rows("enrichment_suggestions?select=field,old_value,proposed_value,status,contact_id,ai_citations(url)")
        .await;
    let expected = json!({ "field": "role", "old_value": "Intern", "proposed_value": "Creative director", "status": "proposed",
                           "contact_id": contact, "ai_citations": { "url": "https://example.com/ada" } });
    assert_eq!(suggested, [expected]);
    assert_eq!(hub.row("contacts", contact).await, before, "a plugin changes no record");
    let told = gemini.asked()[0].to_string();
    assert!(told.contains("Ada Vale") && !told.contains("ada@vale") && !told.contains("555"), "{told}");

    // What waits for a person is not suggested again; of the rest an answer that is not in the schema is kept for nobody to see.
    gemini.will_say(r#"{"suggestions":[{"field":"bio_grounded","value":"x","sql":"drop"}]}"#, &[]);
    let found = hub.does(install, connection, "enrich", wanted).await;
    assert!(found["rejected"].is_string(), "{found}");
    let fields = gemini.asked()[1]["contents"].to_string();
    assert!(fields.contains("fields: bio_grounded"), "{fields}");
    let runs = hub.rows("ai_runs?select=status,schema_valid,proposed_output&order=created_at").await;
    let states: Vec<_> = runs.iter().map(|run| (run["status"].as_str(), run["schema_valid"].as_bool())).collect();
    assert_eq!(states, [(Some("succeeded"), Some(true)), (Some("failed"), Some(false))]);
    assert!(runs[1]["proposed_output"].is_null());
    assert_eq!(hub.rows("enrichment_suggestions?select=id").await.len(), 1);
}

/// F213, F214, F216: the nodes think about a deal each in a job of its own, a company's pages are read for what it lacks; what comes of
/// it waits for a person, and with the person's word the score is on the deal.
#[tokio::test]
async fn what_is_thought_about_a_deal_counts_when_a_person_says_so() {
    let gemini = Gemini::start().await;
    let hub = Workshop::routed(&gemini.routes()).await;
    let install = hub.guest("gemini", json!({})).await;
    let connection = hub.connect(install, "models", json!({ "key": gemini.key() }), None).await;
    let row = json!({ "name": "Velours", "industry": "Beauty", "website": "https://velours.example" });
    let account = hub.add("accounts", row).await;
    let deal = hub.add("deals", json!({ "title": "Backstage beauty", "account_id": account })).await;
    gemini.will_say(r#"{"score":74,"reasoning":"The same guests"}"#, &[]);
    let wanted = json!({ "deal_id": deal, "nodes": ["strategy"] });
    let done = hub.does(install, connection, "deal", wanted).await;
    let thought = hub
        .until(std::time::Duration::from_secs(20), async || {
            let query =
                "ai_runs?select=id,agent_node,parent_run_id,proposed_output,approval_status&agent_node=eq.strategy";
            hub.rows(query).await.pop()
        })
        .await;
    assert_eq!(
        (&thought["parent_run_id"], &thought["approval_status"]),
        (&done["run"], &json!("pending")),
        "{thought}"
    );
    let score = async || hub.row("deals", deal).await["fit_score"].clone();
    assert!(score().await.is_null(), "a plugin changes no record");
    let id = thought["id"].as_str().expect("an id");
    let approved = json!({ "approval_status": "approved" });
    let answer = hub.ask("PATCH", &format!("/rest/v1/ai_runs?id=eq.{id}"), Some(approved)).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(score().await, 74);

    let page = "https://velours.example/about";
    let said = json!({ "gaps": [{ "title": "No backstage partner", "reasoning": "It names none", "page": page }] });
    gemini.will_read(&said.to_string(), &[page]);
    let wanted = json!({ "account_id": account, "pages": [page] });
    let found = hub.does(install, connection, "gaps", wanted).await;
    assert_eq!((&found["recommendations"], &found["without_source"]), (&json!(1), &json!(0)), "{found}");
    let gaps = hub.rows("ai_recommendations?select=kind,account_id,status,ai_runs(ai_citations(url))").await;
    let expected = json!({ "kind": "partnership_gap", "account_id": account, "status": "proposed",
                           "ai_runs": { "ai_citations": [{ "url": page }] } });
    assert_eq!(gaps, [expected]);
}
