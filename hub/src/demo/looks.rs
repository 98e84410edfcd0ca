use deadpool_postgres::Transaction;
use serde_json::{Value, json};
use uuid::Uuid;

use super::people::chance;
use crate::store::StoreError;

/// Who walks: name, height in cm. Each walks twice, but not twice in a row.
const MODELS: [(&str, i32); 20] = [
    ("Nyadak Deng", 181),
    ("Margaux Vidal", 178),
    ("Hye-rin Song", 177),
    ("Ottilie Brandt", 180),
    ("Tiago Fonseca", 188),
    ("Aminata Sow", 179),
    ("Klára Benešová", 178),
    ("Elif Yıldız", 176),
    ("Bastien Roche", 187),
    ("Xin Lan", 180),
    ("Ifeoma Obi", 182),
    ("Signe Holm", 179),
    ("Rafael Duarte", 189),
    ("Anoushka Sen", 175),
    ("Maren Voss", 181),
    ("Liya Tesfaye", 180),
    ("Jules Kermadec", 186),
    ("Paloma Rivas", 177),
    ("Daria Volkonskaya", 179),
    ("Noé Laurent", 188),
];
/// Collections: name, what it is about.
const COLLECTIONS: [(&str, &str); 3] = [
    ("Ombre", "Wool, smoke and slate: the hour when colours go."),
    ("Minuit", "Velvet, jet and mirror: the middle of the night."),
    ("Aube", "Organza, pearl and wet silk: the first light."),
];
const CUTS: [&str; 10] = [
    "Cocoon coat",
    "Bias-cut gown",
    "Tailored cape",
    "Double-breasted smoking",
    "Column dress",
    "Pleated trouser suit",
    "Draped bustier",
    "Opera coat",
    "Asymmetric tunic",
    "Corset gown",
];
const FABRICS: [&str; 8] = [
    "slate wool",
    "crushed velvet",
    "black mikado",
    "mirror sequins",
    "pearl organza",
    "wet silk",
    "smoke tulle",
    "jet crêpe",
];
const EXTRAS: [&str; 6] = ["opera gloves", "veil", "lantern", "silver cuff", "thigh boots", "feathered collar"];

/// Puts forty looks into the segments, in the order in which they walk.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    organization_id: Uuid,
    event_id: Uuid,
    segments: &[(Uuid, usize)],
) -> Result<(), StoreError> {
    let agency: Uuid = transaction
        .query_one(
            "insert into model_agencies (organization_id, name, city, country)
             values ($1, 'Agence Lumen'::citext, 'Paris', 'FR') returning id",
            &[&organization_id],
        )
        .await?
        .get(0);
    let brand: Uuid = transaction
        .query_one(
            "insert into fashion_brands (organization_id, name, country, style)
             values ($1, 'Maison Nocturne'::citext, 'FR', 'evening couture') returning id",
            &[&organization_id],
        )
        .await?
        .get(0);
    let mut models: Vec<Uuid> = Vec::new();
    for (name, height) in MODELS {
        let row = transaction
            .query_one(
                "insert into model_profiles (organization_id, agency_id, name, height_cm, experience_level)
                 values ($1, $2, $3, $4::int, 'runway') returning id",
                &[&organization_id, &agency, &name, &height],
            )
            .await?;
        models.push(row.get(0));
    }
    let mut collections: Vec<Uuid> = Vec::new();
    for (name, about) in COLLECTIONS {
        let row = transaction
            .query_one(
                "insert into collections (organization_id, brand_id, name, description, season, year, status)
                 values ($1, $2, $3, $4, 'Autumn/Winter', 2026, 'published') returning id",
                &[&organization_id, &brand, &name, &about],
            )
            .await?;
        collections.push(row.get(0));
    }
    let mut look = 0;
    for (index, (segment, looks)) in segments.iter().enumerate() {
        for place in 1..=*looks {
            look += 1;
            let order = i32::try_from(place).unwrap_or(i32::MAX);
            transaction
                .execute(
                    "insert into show_lineup (organization_id, event_id, segment_id, model_profile_id, collection_id,
                                              order_index, outfit_details, notes)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &[
                        &organization_id,
                        &event_id,
                        segment,
                        &models[(look - 1) % models.len()],
                        &collections[index % collections.len()],
                        &order,
                        &outfit(look),
                        &note(look),
                    ],
                )
                .await?;
        }
    }
    Ok(())
}

fn outfit(look: usize) -> Value {
    let pick = |from: &[&'static str], salt| from[chance(look, salt) % from.len()];
    let mut pieces = vec![format!("{} in {}", pick(&CUTS, 11), pick(&FABRICS, 12))];
    if chance(look, 13).is_multiple_of(2) {
        pieces.push(pick(&EXTRAS, 14).to_owned());
    }
    json!({ "look": look, "pieces": pieces, "shoes": if look.is_multiple_of(3) { "barefoot sandals" } else { "black pumps" } })
}

fn note(look: usize) -> Option<&'static str> {
    match look {
        1 => Some("Opens. Starts on the spot, not on the music."),
        12 => Some("Stops at the mark until the spot is off."),
        30 => Some("Carries the lantern; prop table stage right."),
        33 => Some("Quick change: two dressers, ninety seconds."),
        40 => Some("Closes. Train bearer follows at three metres."),
        _ => None,
    }
}
