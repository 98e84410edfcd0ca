-- What goes with what: F012, F060, F073.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
create function fixture.count(of_table text, of_column text, value uuid) returns bigint
language plpgsql
as $$
declare n bigint;
begin
  execute format('select count(*) from %I where %I = $1', of_table, of_column) into n using value;
  return n;
end $$;
select plan(12 + (select count(*) from fixture.tenant_tables)::int);

-- F060
delete from venues where id = fixture.id('a', 'venue 1');
select is((select (venue_id, organization_id = fixture.id('a', 'organization'))::text from events where id = fixture.id('a', 'event 1')), '(,t)', 'F060: an event loses its venue and stays where it is');

-- The rows on which others lean.
delete from event_schedules where id = fixture.id('a', 'cue 1');
select is((select (schedule_id, title)::text from show_run_cues where id = fixture.id('a', 'run cue 1')), '(,"House to half")', 'a run keeps a cue that the rundown dropped');
delete from runway_segments where id = fixture.id('a', 'segment 1');
select is((select count(*) from show_lineup where event_id = fixture.id('a', 'event 1')), 0::bigint, 'looks go with their segment');
delete from ticket_tiers where id = fixture.id('a', 'tier 1');
select is_empty($$ select * from app.recount(fixture.id('a', 'event 1')) where stored <> counted $$, 'registrations go with their tier, and are no longer counted');
delete from event_gates where id = fixture.id('a', 'gate 1');
select is((select count(*) from devices where event_id = fixture.id('a', 'event 1') and gate_id is null), 3::bigint, 'devices lose a gate that is gone');
delete from tasks where id = fixture.id('a', 'later task 1');
select is((select count(*) from task_assignees where event_id = fixture.id('a', 'event 1')), 0::bigint, 'helpers go with their task');
delete from orders where id = fixture.id('a', 'order 2');
select is_empty($$ select * from app.recount(fixture.id('a', 'event 2')) where stored <> counted $$, 'registrations go with their order, and are no longer counted');

-- F073
select lives_ok($$ delete from events where id = fixture.id('a', 'event 1') $$, 'F073: an event is deleted with everything in it');
with of_events as materialized (
  select t.table_name from fixture.tenant_tables t
    join pg_attribute a on a.attrelid = t.relation and a.attname = 'event_id' and not a.attisdropped)
select is((select string_agg(table_name, ', ') from of_events where fixture.count(table_name, 'event_id', fixture.id('a', 'event 1')) > 0), null,
          'F073: nothing of it is left');
select is((select array_agg(fixture.count('events', 'organization_id', fixture.id(h, 'organization'))) from unnest(array['a', 'b']) h), array[1, 2]::bigint[],
          'and nothing else is gone');

-- F012
create table fixture.kept as
  select t.table_name, fixture.count(t.table_name, t.tenant, fixture.id('b', 'organization')) as n from fixture.tenant_tables t;
select is(fixture.try('{"person": "a/admin"}', 'delete from organizations'), '0', 'F012: an admin does not delete the organization');
select is(fixture.act('{"person": "a/owner"}', 'delete from organizations'), '1', 'F012: the owner deletes it with all its data, in one statement');
set constraints all immediate;
select is(array[fixture.count(t.table_name, t.tenant, fixture.id('a', 'organization')), fixture.count(t.table_name, t.tenant, fixture.id('b', 'organization'))],
          array[0, k.n], format('F012: %s of this house are gone, of the other house are not', t.table_name))
  from fixture.tenant_tables t join fixture.kept k using (table_name);

select * from finish();
rollback;
