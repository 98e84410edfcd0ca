-- Sealed values, keys, and the journal's way into the audit log: F241, F245.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(21);

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
update model_profiles set name = 'Ines Doe', portfolio_url = 'https://example.com' where id = fixture.id('a', 'model card');
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
          ('user'::text, fixture.id('a', 'owner'), array['name', 'portfolio_url', 'rev'], '{"rev": 1, "name": "[personal]", "portfolio_url": null}'::jsonb, '{"rev": 2, "name": "[personal]", "portfolio_url": "https://example.com"}'::jsonb)::text,
          'F245: who changed what, without saying anything about the person');
select is((select new_values ->> 'attendee_name_enc' from audit_log where table_name = 'registrations' and action = 'I' limit 1), '[sealed]', 'F245: nor a ciphertext');
select is_empty($$ select from audit_log where old_values::text || new_values::text ~ 'Ines|\\\\x01' $$, 'nothing personal or sealed is in it anywhere');

-- F245: read by owners and admins, written by nobody.
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) > 20 from audit_log'), 'true', 'an owner reads it');
select is(array[fixture.ask('{"person": "a/producer"}', 'select count(*) from audit_log'), fixture.ask('{"device": "a/tablet 1"}', 'select count(*) from audit_log')], array['0', '0'], 'a producer does not, nor a tablet');
select is((select array_agg(distinct fixture.try(who, verb)) from unnest(array['{"person": "a/owner"}', '{"system": "a"}']::jsonb[]) who,
            unnest(array['delete from audit_log', 'update audit_log set actor_id = null', 'insert into audit_log (actor_kind, action, table_name, row_key) values (''user'', ''I'', ''x'', ''1'')']) verb),
          array['42501'], 'F245: and nobody rewrites it');

select * from finish();
rollback;
