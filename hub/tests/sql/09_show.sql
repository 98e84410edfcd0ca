-- Planning, the rundown and the runs of it: F043, F046-F048, F052-F053, F061-F062, F065-F066.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(36);

create function fixture.ev() returns events
language sql stable as $$ select e from events e where e.id = fixture.id('a', 'event 1') $$;

-- F046, F045
select is((fixture.ev()).event_date, '2026-10-01'::date, 'F046: an event has the local date of its start');
update events set start_time = '2026-10-24 22:30Z', end_time = '2026-10-25 02:00Z' where id = fixture.id('a', 'event 1');
select is((fixture.ev()).event_date, '2026-10-25'::date, 'F046: in its own time zone, past midnight, on the night of the clock change');
select throws_ok($$ update events set end_time = start_time where id = fixture.id('a', 'event 1') $$, '23514', null, 'F046: it ends after it starts');
select throws_ok($$ update events set start_time = null where id = fixture.id('a', 'event 1') $$, '23514', null, 'F045: a published one has times');
select lives_ok($$ update events set status = 'draft', start_time = null where id = fixture.id('a', 'event 1') $$, 'F045: a draft need not');
select throws_ok($$ update events set capacity_limit = -1 where id = fixture.id('a', 'event 1') $$, '23514', null, 'F046: no negative capacity');
select throws_ok($$ update events set budget_total = -1 where id = fixture.id('a', 'event 1') $$, '23514', null, 'F046: no negative budget');
select throws_ok($$ update events set slug = 'evening-2' where id = fixture.id('a', 'event 1') $$, '23505', null, 'a slug is unique in its organization');
select isnt_empty($$ select from events where search @@ to_tsquery('simple', 'even:* & show') $$, 'F042: events are found by words of their title');

-- F047
select is((fixture.ev()).progress_percentage, 0::smallint, 'F047: nothing is done yet');
update tasks set status = 'done' where id = fixture.id('a', 'task 1');
select is((fixture.ev()).progress_percentage, 50::smallint, 'F047: one of two');
update tasks set status = 'cancelled' where id = fixture.id('a', 'later task 1');
select is((fixture.ev()).progress_percentage, 100::smallint, 'F047: cancelled work does not count');
update tasks set event_id = fixture.id('a', 'event 2') where id = fixture.id('a', 'task 1');
select is((select array_agg(progress_percentage order by slug) from events where organization_id = fixture.id('a', 'organization')), array[0, 33]::smallint[], 'F047: a task that moves counts where it is');
select is((select event_id from task_dependencies where depends_on_task_id = fixture.id('a', 'task 2')), fixture.id('a', 'event 2'), 'a dependency knows its task''s event');
update tasks set event_id = fixture.id('a', 'event 2') where id = fixture.id('a', 'later task 1');
select is((select array_agg(distinct event_id) from task_assignees where organization_id = fixture.id('a', 'organization')), array[fixture.id('a', 'event 2')], 'and helpers move with their task');
delete from tasks where event_id = fixture.id('a', 'event 2') and status = 'todo';
select is((select progress_percentage from events where id = fixture.id('a', 'event 2')), 100::smallint, 'F047: deleted work neither');
insert into tasks (id, organization_id, event_id, title) select fixture.id('a', 'chain ' || n), fixture.id('a', 'organization'), fixture.id('a', 'event 1'), n::text from generate_series(1, 4) n;
insert into task_dependencies (organization_id, task_id, depends_on_task_id)
select fixture.id('a', 'organization'), fixture.id('a', 'chain ' || n), fixture.id('a', 'chain ' || n + 1) from generate_series(1, 3) n;
select throws_ok($$ insert into task_dependencies (organization_id, task_id, depends_on_task_id) values (fixture.id('a', 'organization'), fixture.id('a', 'chain 4'), fixture.id('a', 'chain 1')) $$, '23514', null, 'tasks do not wait in a circle');

-- F048
select is((fixture.ev()).budget_actual, 80::amount, 'F048: the event''s actual is the sum of its items');
insert into budget_items (organization_id, event_id, category, item_name, actual_amount) values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'sound', 'PA', 20.125);
select is((fixture.ev()).budget_actual, 100.125::amount, 'F048: to the thousandth');
delete from budget_items where category = 'light';
select is((fixture.ev()).budget_actual, 20.125::amount, 'F048: less what was dropped');
select throws_ok($$ insert into budget_items (organization_id, event_id, category, item_name, currency) values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'sound', 'PA', 'EUR') $$, '23514', 'a budget item is in the currency of its event', 'F048: one currency an event');
select throws_ok($$ update events set currency = 'EUR' where id = fixture.id('a', 'event 1') $$, '23514', null, 'F048: which does not change under its items');

-- F061, F062, F065, F066
insert into event_phases (organization_id, event_id, phase_key, title, order_index) values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'fitting', 'Fitting', 98);
select lives_ok($$ update event_phases set order_index = case order_index when 97 then 98 else 97 end where event_id = fixture.id('a', 'event 1') $$, 'F061: phases trade places in one statement');
select throws_ok($$ update event_phases set order_index = 97 where event_id = fixture.id('a', 'event 1') $$, '23505', null, 'F061: and never share one');
select throws_ok($$ update event_schedules set end_time = start_time - interval '1 second' $$, '23514', null, 'F062: a cue does not end before it starts');
select throws_ok($$ update runway_segments set duration_seconds = -1 $$, '23514', null, 'F065: a segment takes no negative time');
delete from model_profiles where id = fixture.id('a', 'model card');
delete from collections where id = fixture.id('a', 'collection');
select is((select (model_profile_id, collection_id)::text from show_lineup where id = fixture.id('a', 'look 1')), '(,)', 'F066: a look stays, open, without its model and collection');
select is((select string_agg(time_slot, '') from rehearsal_schedules where event_id = fixture.id('a', 'event 1')), '10:00–11:30', 'rehearsals have their local clock times');

-- F053: runs.
select throws_ok($$ insert into show_runs (organization_id, event_id, kind, started_at) values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'show', now()) $$, '23505', null, 'an event has one live run');
update show_runs set status = 'ended', ended_at = now(), live_cue_id = null where event_id = fixture.id('a', 'event 1');
select lives_ok($$ insert into show_runs (id, organization_id, event_id, kind, started_at) values (fixture.id('a', 'show'), fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'show', now()) $$, 'a rehearsal that ended makes room for the show');
insert into show_run_cues (id, organization_id, event_id, run_id, position, title, planned_start, planned_end, start_mode, status, actual_start)
select fixture.id('a', 'c' || n), fixture.id('a', 'organization'), fixture.id('a', 'event 1'), fixture.id('a', 'show'), n, n::text, now(), now(), 'linked',
       case n when 2 then 'live' else 'planned' end, case n when 2 then now() end from generate_series(1, 3) n;
set constraints all immediate;
select lives_ok($$ set constraints all deferred;
  update show_run_cues set status = case id when fixture.id('a', 'c2') then 'done' else 'live' end, actual_start = now() where id in (fixture.id('a', 'c1'), fixture.id('a', 'c2'));
  set constraints all immediate $$, 'one statement ends a cue and starts another, earlier or later');
select throws_ok($$ update show_run_cues set status = 'live', actual_start = now() where id = fixture.id('a', 'c3') $$, '23P01', null, 'a run has one live cue');
select throws_ok($$ update show_runs set live_cue_id = fixture.id('a', 'run cue 2') where id = fixture.id('a', 'show') $$, '23503', null, 'which is its own');
select throws_ok($$ update show_run_steps set verb = '{"do": "end"}' $$, '23514', null, 'steps are not rewritten');
select lives_ok($$ update show_run_steps set undone = true $$, 'only undone');

-- F052
insert into event_alerts (organization_id, event_id, kind, message, dedupe_key) values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'schedule_slip', 'Late', 'slip');
select throws_ok($$ insert into event_alerts (organization_id, event_id, kind, message, dedupe_key) values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'schedule_slip', 'Later', 'slip') $$, '23505', null, 'F052: an alert that is open is not raised again');

select * from finish();
rollback;
