use std::collections::{HashMap, HashSet};

use deadpool_postgres::Transaction;
use domain::import::rundown::{Cue, PlacedCue, RundownPlan, StoredCue};
use uuid::Uuid;

use super::super::StoreError;
use super::super::identity::Identity;

/// Cues as columns, as the set-based statements take them.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<Uuid>,
    segments: Vec<Option<Uuid>>,
    keep_segments: Vec<bool>,
    numbers: Vec<Option<&'a str>>,
    titles: Vec<&'a str>,
    descriptions: Vec<Option<&'a str>>,
    starts: Vec<i64>,
    ends: Vec<i64>,
    modes: Vec<&'static str>,
    count_to_end: Vec<bool>,
    skipped: Vec<bool>,
    locations: Vec<Option<&'a str>>,
    kinds: Vec<&'a str>,
    places: Vec<i32>,
}

const INSERT: &str = "
    insert into event_schedules (id, organization_id, event_id, created_by, segment_id, cue_number, title, description,
                                 start_time, end_time, start_mode, count_to_end, skipped, location, type, order_index)
    select c.id, $1, $2, $3, c.segment, c.number, c.title, c.description, to_timestamp(c.starts / 1000.0),
           to_timestamp(c.ends / 1000.0), c.mode, c.count_to_end, c.skipped, c.location, c.kind, c.place
      from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::text[],
                  $12::bool[], $13::bool[], $14::text[], $15::text[], $16::int[])
           c(id, segment, number, title, description, starts, ends, mode, count_to_end, skipped, location, kind, place)";

const UPDATE: &str = "
    update event_schedules s
       set segment_id = case when c.keep_segment then s.segment_id else c.segment end, cue_number = c.number,
           title = c.title, description = c.description, start_time = to_timestamp(c.starts / 1000.0),
           end_time = to_timestamp(c.ends / 1000.0), start_mode = c.mode, count_to_end = c.count_to_end,
           skipped = c.skipped, location = c.location, type = c.kind
      from unnest($2::uuid[], $3::uuid[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
                  $10::text[], $11::bool[], $12::bool[], $13::text[], $14::text[])
           c(id, segment, keep_segment, number, title, description, starts, ends, mode, count_to_end, skipped, location, kind)
     where s.event_id = $1 and s.id = c.id";

const ORDER: &str = "
    update event_schedules s set order_index = o.place
      from unnest($2::uuid[], $3::int[]) o(id, place)
     where s.event_id = $1 and s.id = o.id and s.order_index <> o.place";

/// Writes the plan: segments by name, cues in the file's order. Cues that are not in the file keep their places in time.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    by: &Identity,
    event_id: Uuid,
    stored: &[StoredCue],
    plan: &RundownPlan,
) -> Result<(), StoreError> {
    let segments = write_segments(transaction, by, event_id, plan).await?;
    let mut placed: Vec<(Uuid, &PlacedCue)> = [&plan.added, &plan.changed, &plan.unchanged]
        .into_iter()
        .flatten()
        .map(|placed| (placed.id.unwrap_or_else(Uuid::now_v7), placed))
        .collect();
    placed.sort_by_key(|(_, placed)| placed.position);
    let order = order(stored, &placed);
    let places: HashMap<Uuid, i32> = (1..).zip(&order).map(|(place, id)| (*id, place)).collect();
    let old: HashMap<Uuid, &Cue> = stored.iter().map(|stored| (stored.id, &stored.cue)).collect();
    let changes: HashSet<Uuid> = plan.changed.iter().filter_map(|changed| changed.id).collect();
    let (mut added, mut changed) = (Columns::default(), Columns::default());
    for (id, PlacedCue { cue, .. }) in &placed {
        let segment = cue.segment.as_deref().and_then(|name| segments.get(name)).copied();
        match old.get(id) {
            None => added.push(*id, cue, segment, false, places[id]),
            Some(old) if changes.contains(id) => {
                changed.push(*id, cue, segment, old.segment == cue.segment, places[id])
            }
            Some(_) => {}
        }
    }
    let org = by.principal.organization_id;
    if !added.ids.is_empty() {
        let c = &added;
        transaction
            .execute(
                INSERT,
                &[
                    &org,
                    &event_id,
                    &by.principal.id,
                    &c.ids,
                    &c.segments,
                    &c.numbers,
                    &c.titles,
                    &c.descriptions,
                    &c.starts,
                    &c.ends,
                    &c.modes,
                    &c.count_to_end,
                    &c.skipped,
                    &c.locations,
                    &c.kinds,
                    &c.places,
                ],
            )
            .await?;
    }
    if !changed.ids.is_empty() {
        let c = &changed;
        transaction
            .execute(
                UPDATE,
                &[
                    &event_id,
                    &c.ids,
                    &c.segments,
                    &c.keep_segments,
                    &c.numbers,
                    &c.titles,
                    &c.descriptions,
                    &c.starts,
                    &c.ends,
                    &c.modes,
                    &c.count_to_end,
                    &c.skipped,
                    &c.locations,
                    &c.kinds,
                ],
            )
            .await?;
    }
    if !order.iter().eq(stored.iter().map(|stored| &stored.id)) {
        let places: Vec<i32> = order.iter().map(|id| places[id]).collect();
        transaction.execute(ORDER, &[&event_id, &order, &places]).await?;
    }
    Ok(())
}

/// The ids of all cues in their new order.
fn order(stored: &[StoredCue], placed: &[(Uuid, &PlacedCue)]) -> Vec<Uuid> {
    let in_file: HashSet<Uuid> = placed.iter().map(|(id, _)| *id).collect();
    let mut others = stored.iter().filter(|stored| !in_file.contains(&stored.id)).peekable();
    let mut order = Vec::with_capacity(stored.len() + placed.len());
    for (id, placed) in placed {
        while let Some(other) = others.next_if(|other| other.cue.start < placed.cue.start) {
            order.push(other.id);
        }
        order.push(*id);
    }
    order.extend(others.map(|other| other.id));
    order
}

/// The event's segments by name; those that only the file names are made, in its order and as long as their cues.
async fn write_segments(
    transaction: &Transaction<'_>,
    by: &Identity,
    event_id: Uuid,
    plan: &RundownPlan,
) -> Result<HashMap<String, Uuid>, StoreError> {
    let rows = transaction
        .query(
            "select id, name, order_index from runway_segments where event_id = $1 order by order_index desc",
            &[&event_id],
        )
        .await?;
    let last: i32 = rows.first().map_or(0, |row| row.get("order_index"));
    // Of two segments of one name the earlier one is meant: it is collected last.
    let mut segments: HashMap<String, Uuid> = rows.iter().map(|row| (row.get("name"), row.get("id"))).collect();
    let mut cues: Vec<&PlacedCue> = plan.added.iter().chain(&plan.changed).collect();
    cues.sort_by_key(|placed| placed.position);
    let (mut ids, mut names, mut seconds, mut places) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for name in cues.iter().filter_map(|placed| placed.cue.segment.as_deref()) {
        if segments.contains_key(name) {
            continue;
        }
        let of_segment = cues.iter().map(|placed| &placed.cue).filter(|cue| cue.segment.as_deref() == Some(name));
        let (first, end) =
            of_segment.fold((i64::MAX, i64::MIN), |(first, end), cue| (first.min(cue.start), end.max(cue.end)));
        let id = Uuid::now_v7();
        segments.insert(name.to_owned(), id);
        ids.push(id);
        names.push(name);
        seconds.push(i32::try_from((end - first) / 1000).unwrap_or(0));
        places.push(last + i32::try_from(places.len()).unwrap_or(0) + 1);
    }
    if !ids.is_empty() {
        transaction
            .execute(
                "insert into runway_segments (id, organization_id, event_id, created_by, name, duration_seconds, order_index)
                 select s.id, $1, $2, $3, s.name, s.seconds, s.place
                   from unnest($4::uuid[], $5::text[], $6::int[], $7::int[]) s(id, name, seconds, place)",
                &[&by.principal.organization_id, &event_id, &by.principal.id, &ids, &names, &seconds, &places],
            )
            .await?;
    }
    Ok(segments)
}

impl<'a> Columns<'a> {
    fn push(&mut self, id: Uuid, cue: &'a Cue, segment: Option<Uuid>, keep_segment: bool, place: i32) {
        self.ids.push(id);
        self.segments.push(segment);
        self.keep_segments.push(keep_segment);
        self.numbers.push(cue.cue_number.as_deref());
        self.titles.push(&cue.title);
        self.descriptions.push(cue.description.as_deref());
        self.starts.push(cue.start);
        self.ends.push(cue.end);
        self.modes.push(cue.start_mode.as_str());
        self.count_to_end.push(cue.count_to_end);
        self.skipped.push(cue.skipped);
        self.locations.push(cue.location.as_deref());
        self.kinds.push(&cue.kind);
        self.places.push(place);
    }
}

#[cfg(test)]
mod tests {
    use domain::run_of_show::StartMode;

    use super::*;

    fn cue(start: i64) -> Cue {
        Cue {
            cue_number: None,
            title: "Cue".into(),
            description: None,
            segment: None,
            start,
            end: start,
            start_mode: StartMode::Linked,
            count_to_end: false,
            kind: "cue".into(),
            location: None,
            skipped: false,
        }
    }

    #[test]
    fn cues_that_are_not_in_the_file_keep_their_places_in_time() {
        let id = Uuid::from_u128;
        let stored: Vec<StoredCue> =
            [(1, 10), (2, 20), (3, 30), (4, 40)].map(|(n, start)| StoredCue { id: id(n), cue: cue(start) }).into();
        let file: Vec<PlacedCue> = [(0, 15), (1, 30), (2, 35)]
            .map(|(position, start)| PlacedCue { row: position + 2, id: None, position, cue: cue(start) })
            .into();
        let placed = [(id(9), &file[0]), (id(3), &file[1]), (id(8), &file[2])];
        assert_eq!(order(&stored, &placed), [1, 9, 2, 3, 8, 4].map(id));
        assert_eq!(order(&stored, &[]), [1, 2, 3, 4].map(id));
    }
}
