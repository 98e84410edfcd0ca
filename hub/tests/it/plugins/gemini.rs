//! Gemini in a real hub: suggestions with their sources, and no changed record.

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
