-- The ledger of scans, F079, F272, F273: exactly once, kept as it was, annulled at most once.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(25);

create function fixture.scan(uid uuid, result text, people int default 0, entry int default null, direction text default 'in') returns void
language sql
as $$
  insert into check_ins (organization_id, event_id, registration_id, device_id, gate_id, scan_uid, direction, result, people, entry_no, scanned_at)
  values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), fixture.id('a', 'guest 1'), fixture.id('a', 'tablet 1'),
          fixture.id('a', 'gate 1'), uid, direction, result, people, entry, now())
$$;
create function fixture.gate() returns text
language sql stable as $$ select format('%s in, %s out, %s refused', entries, exits, refused) from gate_counters where gate_id = fixture.id('a', 'gate 1') $$;

select is(fixture.gate(), '0 in, 0 out, 1 refused', 'a refused scan is kept and counted');
select lives_ok($$ select fixture.scan(fixture.id('s', '1'), 'accepted', 3, 1) $$, 'a party of three comes in');
select is(fixture.gate(), '3 in, 0 out, 1 refused', 'the gate counts people');
select throws_ok($$ select fixture.scan(fixture.id('s', '2'), 'accepted', 3, 1) $$, '23505', null, 'F079: the same entry is not accepted twice');
select throws_ok($$ select fixture.scan(fixture.id('s', '1'), 'duplicate') $$, '23505', null, 'F272: the same scan sent again is not another scan');
select lives_ok($$ select fixture.scan(fixture.id('s', '3'), 'duplicate') $$, 'the second tablet''s refusal is kept');
select lives_ok($$ select fixture.scan(fixture.id('s', '4'), 'accepted', 2, null, 'out') $$, 'two go out');
select lives_ok($$ select fixture.scan(fixture.id('s', '5'), 'accepted', 1, 2) $$, 'one comes back: the second entry');
select is(fixture.gate(), '4 in, 2 out, 2 refused', 'and the gate counted all of it');

-- Shapes that cannot be.
select throws_ok($$ select fixture.scan(fixture.id('s', '6'), 'accepted', 0, 3) $$, '23514', null, 'an accepted scan lets somebody pass');
select throws_ok($$ select fixture.scan(fixture.id('s', '6'), 'accepted', 1) $$, '23514', null, 'an entry has its number');
select throws_ok($$ select fixture.scan(fixture.id('s', '6'), 'duplicate', 1) $$, '23514', null, 'a refused one lets nobody pass');
select throws_ok($$ insert into check_ins (organization_id, event_id, scan_uid, result, people, entry_no, scanned_at)
                    values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), app.uuid7(), 'accepted', 1, 1, now()) $$, '23514', null, 'nobody is admitted without a ticket');
select throws_ok($$ insert into check_ins (organization_id, event_id, registration_id, scan_uid, result, people, entry_no, overridden, scanned_at)
                    values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), fixture.id('a', 'guest 1'), app.uuid7(), 'accepted', 1, 9, 'wrong_gate', now()) $$, '23514', null, 'an override has its reason');
select throws_ok($$ insert into check_ins (organization_id, event_id, registration_id, scan_uid, result, scanned_at)
                    values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), fixture.id('a', 'guest 2'), app.uuid7(), 'duplicate', now()) $$, '23503', null, 'a scan belongs to its ticket''s event');

-- Annul.
select lives_ok($$ update check_ins set result = 'undone', undone_at = now() where scan_uid = fixture.id('s', '5') $$, 'an accepted scan is annulled');
select is(fixture.gate(), '3 in, 2 out, 2 refused', 'the gate forgets it, as people and not as a refusal');
select throws_ok($$ update check_ins set undone_at = now() + interval '1 hour' where scan_uid = fixture.id('s', '5') $$, '23514', null, 'once');
select throws_ok($$ update check_ins set result = 'accepted', undone_at = null where scan_uid = fixture.id('s', '5') $$, '23514', null, 'and for good');
select throws_ok($$ update check_ins set result = 'undone', undone_at = now() where scan_uid = fixture.id('s', '3') $$, '23514', 'only an accepted scan can be annulled, once', 'a refusal is not annulled');
select lives_ok($$ select fixture.scan(fixture.id('s', '7'), 'accepted', 1, 2) $$, 'the number is free for the next entry');

-- Kept.
select throws_ok($$ update check_ins set people = 1 where scan_uid = fixture.id('s', '1') $$, '23514', 'a scan is kept as it was', 'a scan is not rewritten');
select throws_ok($$ update check_ins set gate_id = fixture.id('a', 'gate 2') where scan_uid = fixture.id('s', '1') $$, '23514', 'a scan is kept as it was', 'nor moved');
delete from devices where id = fixture.id('a', 'tablet 1');
select is((select count(*) from check_ins where event_id = fixture.id('a', 'event 1') and device_id is null), 6::bigint, 'scans outlive their tablet');

-- F273: what a token and a code find, for the hub only.
select is(fixture.ask('{"system": "a"}', format('select (select name || '' '' || profile from app.device_by_token(%L)) || (select count(*) from app.device_by_token(%L))',
            sha256(convert_to('adesk1', 'utf8')), 'nothing'::bytea))
          || fixture.ask('{"person": "a/owner"}', format('select count(*) from app.device_by_token(%L)', sha256(convert_to('adesk1', 'utf8'))))
          || fixture.ask('{"system": "a"}', format('select count(*) from app.pairing_by_code(%L)', sha256(convert_to('acode1', 'utf8')))),
          'desk caller000', 'a token finds its device for the hub alone; a claimed code finds nothing');

select * from finish();
rollback;
