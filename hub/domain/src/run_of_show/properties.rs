use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use schemas::{CueVerb, RunKind, RunStatus};
use uuid::Uuid;

use super::{CueStatus, PlannedCue, Run, StartMode};

const SEVEN_PM: i64 = 1_790_704_800_000;

/// A consistent rundown: linked cues start where the one before ends.
fn plans() -> impl Strategy<Value = Vec<PlannedCue>> {
    let cue =
        (0i64..1800, prop::option::weighted(0.3, -300i64..900), prop::bool::weighted(0.15), prop::bool::weighted(0.1));
    prop::collection::vec(cue, 1..10).prop_map(|cues| {
        let mut end = SEVEN_PM;
        cues.into_iter()
            .zip(1u128..)
            .map(|((seconds, gap, count_to_end, skipped), id)| {
                let start = end + gap.unwrap_or(0) * 1000;
                let mode = if gap.is_some() { StartMode::Hard } else { StartMode::Linked };
                let cue = PlannedCue {
                    id: Uuid::from_u128(id),
                    start,
                    end: start + seconds * 1000,
                    mode,
                    count_to_end,
                    skipped,
                };
                if !skipped {
                    end = cue.end;
                }
                cue
            })
            .collect()
    })
}

fn verbs() -> impl Strategy<Value = Vec<(CueVerb, i64, bool)>> {
    let cue_id = || (1u128..11).prop_map(Uuid::from_u128);
    let verb = prop_oneof![
        6 => Just(CueVerb::Next),
        2 => Just(CueVerb::Hold),
        2 => Just(CueVerb::Resume),
        2 => cue_id().prop_map(|cue_id| CueVerb::Jump { cue_id }),
        2 => (-1_200_000i64..1_200_000).prop_map(|ms| CueVerb::AddTime { ms }),
        1 => any::<i64>().prop_map(|ms| CueVerb::AddTime { ms }),
        3 => (cue_id(), any::<bool>()).prop_map(|(cue_id, skipped)| CueVerb::Skip { cue_id, skipped }),
        1 => Just(CueVerb::End),
        1 => Just(CueVerb::Start { kind: RunKind::Show, cue_id: None }),
        2 => Just(CueVerb::Undo),
    ];
    // Now and then the clock is set back, or is nonsense.
    let passes = prop_oneof![12 => 0i64..900_000, 2 => -600_000i64..0, 1 => any::<i64>()];
    prop::collection::vec((verb, passes, prop::bool::weighted(0.1)), 0..40)
}

fn check(run: &Run, now: i64) -> Result<(), proptest::test_runner::TestCaseError> {
    let live: Vec<usize> = (0..run.cues.len()).filter(|&i| run.cues[i].status == CueStatus::Live).collect();
    prop_assert_eq!(live, run.live.into_iter().collect::<Vec<_>>());
    prop_assert_eq!(run.live.is_none(), run.status == RunStatus::Ended);
    prop_assert_eq!(run.held_at.is_some(), run.status == RunStatus::Held);
    let forecast = run.forecast();
    for (index, cue) in run.cues.iter().enumerate() {
        prop_assert!(cue.planned_end >= cue.planned_start && cue.held_ms >= 0);
        prop_assert!(cue.actual_end.is_none_or(|end| Some(end) >= cue.actual_start));
        prop_assert_eq!(cue.started(), cue.actual_start.is_some());
        prop_assert_eq!(cue.status == CueStatus::Done, cue.actual_end.is_some());
        prop_assert!(!(cue.skipped && matches!(cue.status, CueStatus::Planned)));
        if let Some(live) = run.live {
            prop_assert_eq!(cue.status == CueStatus::Planned, !cue.skipped && index > live && !cue.started());
            let to_come = cue.status == CueStatus::Planned;
            prop_assert_eq!(forecast.expected_start(index, now).is_some(), to_come);
            prop_assert_eq!(forecast.expected_end(index, now).is_some(), to_come || index == live);
            if to_come {
                prop_assert!(forecast.expected_end(index, now) >= forecast.expected_start(index, now));
                if cue.start_mode == StartMode::Hard {
                    prop_assert!(forecast.expected_start(index, now) >= Some(cue.planned_start));
                }
            }
        }
    }
    if run.live.is_some() {
        // A chain of linked starts is forecast in its order, without holes, behind the live cue.
        let coming: Vec<usize> = (0..run.cues.len()).filter(|&i| forecast.expected_end(i, now).is_some()).collect();
        for pair in coming.windows(2) {
            if forecast.cues[pair[0]].chain == forecast.cues[pair[1]].chain {
                prop_assert_eq!(forecast.expected_start(pair[1], now), forecast.expected_end(pair[0], now));
            }
        }
        prop_assert!(forecast.show_end(now).is_some());
    }
    Ok(())
}

proptest! {
    /// F050, F053: whatever the caller presses, whatever the clock does.
    #[test]
    fn any_sequence_of_verbs_keeps_the_run_whole(plan in plans(), verbs in verbs(), late in -600_000i64..600_000) {
        let mut now = SEVEN_PM + late;
        let Ok(mut run) = Run::start(&plan, RunKind::Show, None, now) else {
            prop_assert!(plan.iter().all(|cue| cue.skipped));
            return Ok(());
        };
        let mut past = Vec::new();
        check(&run, now)?;
        for (verb, passes, stale) in verbs {
            now = if passes.unsigned_abs() > 1_000_000 { passes } else { now.saturating_add(passes) };
            let expect = if stale { run.revision.wrapping_sub(1) } else { run.revision };
            let before = run.clone();
            let result = match (&verb, past.pop()) {
                (CueVerb::Undo, Some(earlier)) => {
                    let result = run.undo(expect, Run::clone(&earlier));
                    if result.is_err() {
                        past.push(earlier);
                    }
                    result
                }
                (_, last) => {
                    past.extend(last);
                    run.apply(expect, &verb, now).inspect(|_| past.push(before.clone()))
                }
            };
            match result {
                Ok(after) => {
                    prop_assert!(!stale);
                    prop_assert_eq!(after.revision, before.revision + 1);
                    run = after;
                }
                Err(refusal) => {
                    prop_assert_eq!(&run, &before);
                    prop_assert!(!refusal.message.is_empty());
                }
            }
            // A nonsensical clock (a thousand years off) is survived, not forecast with.
            if (now - SEVEN_PM).abs() < 1_000_000_000_000 && run.cues.iter().all(|cue| cue.added_ms.abs() < 1_000_000_000) {
                check(&run, now)?;
            }
            let stored = serde_json::to_string(&run).expect("a run is plain data");
            prop_assert_eq!(&serde_json::from_str::<Run>(&stored).expect("what was stored"), &run);
        }
    }

    /// F050: a show on time is forecast exactly as planned, gaps, overlaps and all.
    #[test]
    fn on_time_means_as_planned(plan in plans()) {
        let Ok(run) = Run::start(&plan, RunKind::Rehearsal, None, SEVEN_PM) else { return Ok(()) };
        let live = &run.cues[run.live.expect("started")];
        let Ok(run) = Run::start(&plan, RunKind::Rehearsal, None, live.planned_start) else { return Ok(()) };
        for (index, cue) in run.cues.iter().enumerate().filter(|(_, cue)| cue.status == CueStatus::Planned) {
            prop_assert_eq!(run.forecast().expected_start(index, run.started_at), Some(cue.planned_start));
            prop_assert_eq!(run.forecast().expected_end(index, run.started_at), Some(cue.planned_end));
        }
    }

    /// Replanning with the plan that the run has changes nothing; with any other plan, what was
    /// played stays.
    #[test]
    fn replanning_keeps_what_was_played(plan in plans(), other in plans(), nexts in 0usize..6, skip in prop::option::of(1u128..10)) {
        let Ok(mut run) = Run::start(&plan, RunKind::Show, None, SEVEN_PM) else { return Ok(()) };
        let verbs = skip.map(|id| CueVerb::Skip { cue_id: Uuid::from_u128(id), skipped: true });
        for verb in verbs.into_iter().chain(std::iter::repeat_n(CueVerb::Next, nexts)) {
            run = run.apply(run.revision, &verb, SEVEN_PM + 60_000).unwrap_or(run);
        }
        prop_assert_eq!(&run.replan(&plan), &run);
        let replanned = run.replan(&other);
        prop_assert_eq!(replanned.revision, run.revision);
        for cue in run.cues.iter().filter(|cue| cue.started()) {
            prop_assert!(replanned.cues.contains(cue), "{cue:?}");
        }
        check(&replanned, SEVEN_PM + 60_000)?;
    }
}
