-- Sealed values, keys, and the journal's way into the audit log: F241, F245.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(38);

-- Envelopes.
select throws_ok(format('select %L::bytea::sealed', v), '23514', null, 'F241: no envelope: ' || left(v, 20))
  from unnest(array['ada@example.com', '\x01', '\x02' || repeat('00', 60), repeat('x', 100)]) v;
select throws_ok($$ select 'short'::bytea::blind_index $$, '23514', null, 'F241: no blind index');

-- Keys belong to the hub.
insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
values (fixture.id('a', 'key'), fixture.id('a', 'organization'), 'registration', fixture.id('a', 'guest 1'), '\x00', 'kek-1');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from encryption_keys'), '42501', 'requests do not reach keys');
select is(fixture.ask('{"system": "a"}', 'select count(*) from encryption_keys'), '1', 'the hub does');
select throws_ok($$ insert into encryption_keys (subject_kind, subject_id, wrapped_key, kek_ref) values ('registration', fixture.id('a', 'guest 1'), '\x00', 'kek-1') $$, '23505', null, 'a person has one key that is good');
select throws_ok($$ update encryption_keys set destroyed_at = now() $$, '23514', null, 'a key is not destroyed while it is kept');
select lives_ok($$ update encryption_keys set destroyed_at = now(), wrapped_key = null $$, 'destroying it drops it');

-- The journal is archived. Commits of this transaction are given an age by hand.
update model_profiles set name = 'Ines Doe', experience_level = 'new face' where id = fixture.id('a', 'model card');
set constraints live.number_commit immediate;
update live.commits set committed_at = '2026-03-05 10:00Z', principal_kind = 'user', principal_id = fixture.id('a', 'owner')
 where organization_id = fixture.id('a', 'organization');
select is(live.archive('2026-03-05 09:00Z'), 0, 'what is younger than the window stays');
select is(live.archive('2026-03-05 11:00Z'), 1, 'what is older is moved');
select is((select count(*) from live.journal where organization_id = fixture.id('a', 'organization')) +
          (select count(*) from live.commits where organization_id = fixture.id('a', 'organization')), 0::bigint, 'out of the journal');
select is((select array_agg(distinct kept_from = seq + 1) from live.topics where organization_id = fixture.id('a', 'organization')), array[true], 'whose topics know from where on they are kept');
select is((select count(*) from audit_log where table_name = 'events' and row_key = to_jsonb(fixture.id('a', 'event 1')::text) and action = 'I'), 1::bigint, 'F245: a change that two topics heard of is recorded once');
select is((select (actor_kind, actor_id, changed, old_values - 'updated_at', new_values - 'updated_at')::text from audit_log where table_name = 'model_profiles' and action = 'U'),
          ('user'::text, fixture.id('a', 'owner'), array['experience_level', 'name', 'rev'], '{"rev": 1, "name": "[personal]", "experience_level": null}'::jsonb, '{"rev": 2, "name": "[personal]", "experience_level": "new face"}'::jsonb)::text,
          'F245: who changed what, without saying anything about the person');
select is((select new_values ->> 'attendee_name_enc' from audit_log where table_name = 'registrations' and action = 'I' limit 1), '[sealed]', 'F245: nor a ciphertext');
select is_empty($$ select from audit_log where old_values::text || new_values::text ~ 'Ines|\\\\x01' $$, 'nothing personal or sealed is in it anywhere');

-- F245: read by owners and admins, written by nobody.
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) > 20 from audit_log'), 'true', 'an owner reads it');
select is(array[fixture.ask('{"person": "a/producer"}', 'select count(*) from audit_log'), fixture.ask('{"device": "a/tablet 1"}', 'select count(*) from audit_log')], array['0', '0'], 'a producer does not, nor a tablet');
select is((select array_agg(distinct fixture.try(who, verb)) from unnest(array['{"person": "a/owner"}', '{"system": "a"}']::jsonb[]) who,
            unnest(array['delete from audit_log', 'update audit_log set actor_id = null', 'insert into audit_log (actor_kind, action, table_name, row_key) values (''user'', ''I'', ''x'', ''1'')']) verb),
          array['42501'], 'F245: and nobody rewrites it');

-- F245: each entry holds the hash of the one before it.
create function fixture.broken() returns bigint[]
language sql
as $$
  select array_agg(c.entry order by c.entry) from (
    select a.entry, a.hash, sha256(lag(a.hash, 1, app.audit_start(a.organization_id)) over (order by a.entry) || convert_to(app.audit_text(a), 'utf8')) as computed
      from audit_log a where a.organization_id = fixture.id('a', 'organization')) c
   where c.hash <> c.computed
$$;
select is((select (min(entry), max(entry) = count(*), max(entry))::text from audit_log where organization_id = fixture.id('a', 'organization')),
          (select (1, true, entries)::text from hub.audit_chains where organization_id = fixture.id('a', 'organization')), 'F245: entries are numbered from 1 without gaps');
select is(fixture.broken(), null, 'F245: and chained');
update audit_log set new_values = new_values || '{"rev": 3}' where organization_id = fixture.id('a', 'organization') and entry = 7;
select is(fixture.broken(), array[7::bigint], 'one that was altered does not fit any more');
update audit_log set new_values = new_values || '{"rev": 1}' where organization_id = fixture.id('a', 'organization') and entry = 7;
select is((select array_agg(distinct people @> array[fixture.id('a', 'attendee')]) from audit_log where table_name = 'registrations' and row_key = to_jsonb(fixture.id('a', 'guest 1')::text) and action = 'I'),
          array[true], 'F245: an entry names the people it is about');

-- The archive and the journal are read together.
update ticket_tiers set price = 30 where id = fixture.id('a', 'standing 1');
update registrations set seat = 'B 7' where id = fixture.id('a', 'guest 1');
set constraints live.number_commit immediate;
create function fixture.trail(who jsonb, arguments text) returns text
language sql
as $$
  select fixture.ask(who, format('select string_agg(concat_ws('' '', table_name, action, changed, entry is null), '', '' order by occurred_at desc, id desc)
                                    from app.audit_trail(%s)', arguments))
$$;
select is(fixture.trail('{"person": "a/owner"}', format('null, %L, null, null, null, null, null, null, 10', fixture.id('a', 'guest 1'))),
          'registrations U {rev,seat} t, registrations I f', 'F245: what is not archived yet is found with what is');
select is(fixture.trail('{"person": "a/admin"}', format('''registrations'', null, %L, null, null, null, null, null, 10', fixture.id('a', 'attendee'))),
          'registrations U {rev,seat} t, registrations I f', 'F245: a person is found in rows that a later change does not name them in');
select is(fixture.trail('{"person": "a/owner"}', format('null, null, null, %L, null, null, null, null, 1', fixture.id('a', 'owner'))) ~ ' f$', true, 'by who did it');
select is(fixture.trail('{"person": "a/owner"}', '''ticket_tiers'', null, null, null, now(), null, null, null, 10'), 'ticket_tiers U {price,rev} t', 'by table and time');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from (select * from app.audit_trail(null, null, null, null, null, null, null, null, 1000)) t where old_values::text || new_values::text ~ ''Ines|x01'''), '0', 'nothing personal is read from the journal either');
select is(fixture.ask('{"person": "a/owner"}', $$
            with first as (select * from app.audit_trail(null, null, null, null, null, null, null, null, 20) order by occurred_at desc, id desc),
                 edge as (select occurred_at, id from first order by occurred_at, id limit 1),
                 second as (select t.* from edge e, app.audit_trail(null, null, null, null, null, null, e.occurred_at, e.id, 2000) t)
            select (select count(*) from first) + (select count(*) from second)
                 - (select count(*) from app.audit_trail(null, null, null, null, null, null, null, null, 5000)) $$), '0', 'pages neither overlap nor leave out');
select is(array(select fixture.trail(who, 'null, null, null, null, null, null, null, null, 10') from unnest(
            array['{"person": "a/producer"}', '{"person": "a/staff"}', '{"person": "a/model"}', '{"device": "a/tablet 1"}', '{"plugin": "a/connector"}', '{}']::jsonb[]) who),
          array_fill('42501'::text, array[6]), 'F245: nobody else reads it');
select is(fixture.trail('{"person": "b/owner", "in": "a"}', 'null, null, null, null, null, null, null, null, 10'), '42501', 'least of all another house');
select is(array(select fixture.ask('{"person": "a/owner"}', q) from unnest(array['select count(*) from hub.audit_heads', 'select count(*) from hub.audit_chains', 'select live.audited_organizations()', 'select live.archive(now())']) q),
          array_fill('42501'::text, array[4]), 'requests do not reach the chain');
select is((select array_agg(distinct fixture.try('{"system": "a"}', verb)) from unnest(array['update hub.audit_heads set entry = 1', 'delete from hub.audit_heads', 'update hub.audit_chains set entries = 1']) verb),
          array['42501'], 'nor does the hub rewrite what it has signed');

-- What is kept how long is data.
insert into hub.maintenance_runs (kind, status, started_at, finished_at) values ('backup', 'ok', now() - interval '500 days', now() - interval '500 days');
select is(fixture.act('{"system": null}', $$ select live.retain('upkeep', 10) $$), '1', 'F252: a rule is followed');
select is((select count(*) from hub.maintenance_runs where kind = 'backup'), 0::bigint, 'F252: what is old is gone');
select is(fixture.ask('{"system": null}', $$ select live.retain('nothing', 10) $$), 'P0002', 'a rule that is none');

select * from finish();
rollback;
