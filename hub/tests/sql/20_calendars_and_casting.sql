-- Calendars that take one booking at a time, designers and models: F046, F057, F059, F060, F099, F102-F106, F110-F113, F249.
begin;
\ir support/fixture.psql
create extension if not exists dblink;
select fixture.house('a'), fixture.house('b');
select plan(60);

create function fixture.org() returns uuid language sql immutable as $$ select fixture.id('a', 'organization') $$;
create function fixture.at(t text) returns timestamptz language sql immutable as $$ select timestamptz '2027-01-10 00:00Z' + t::interval $$;
-- A period in the calendar of venue 1.
create function fixture.hold(becomes text, starts text, ends text, for_event text default null) returns text
language sql immutable
as $$ select format('insert into venue_availability (organization_id, venue_id, event_id, status, start_time, end_time) values (%L, %L, %L, %L, %L, %L)',
                    fixture.org(), fixture.id('a', 'venue 1'), fixture.id('a', for_event), becomes, fixture.at(starts), fixture.at(ends)) $$;

-- F059
select lives_ok(fixture.hold('booked', '18h', '30h', 'event 1'), 'F059: a venue is booked, past midnight too');
select is((select date from venue_availability where start_time = fixture.at('18h')), '2027-01-10'::date, 'F059: it is one row, on the date of its start');
select throws_ok(fixture.hold('booked', '29h59m', '40h', 'event 2'), '23P01', null, 'F059: another booking does not overlap it');
select throws_ok(fixture.hold('blocked', '0h', '18h1m'), '23P01', null, 'F059: nor does a block');
select lives_ok(fixture.hold('booked', '30h', '31h', 'event 2'), 'F059: one that begins when it ends does');
select lives_ok(fixture.hold('tentative', '18h', '30h', 'event 2'), 'F059: a tentative one may');
select throws_ok($$ update venue_availability set status = 'blocked' where status = 'tentative' and start_time = fixture.at('18h') $$, '23P01', null, 'F059: until it is confirmed');
select throws_ok($$ update venue_availability set end_time = fixture.at('30h1m') where start_time = fixture.at('18h') and status = 'booked' $$, '23P01', null, 'F059: nor does a booking grow into the next');
select lives_ok($$ update venue_availability set status = 'available' where start_time = fixture.at('18h') and status = 'booked' $$, 'F059: given back');
select lives_ok(fixture.hold('booked', '18h', '30h', 'event 2'), 'F059: it is free again');
select throws_ok(fixture.hold('booked', '50h', '51h'), '23514', null, 'F059: a booking is for something');
select throws_ok(fixture.hold('available', '51h', '51h'), '23514', null, 'F059: a period ends after it starts');
select throws_ok(fixture.hold('available', '52h', '51h'), '23514', null, 'F059: and not before');
select throws_ok(fixture.hold('free', '51h', '52h'), '23514', null, 'F059: its states are a closed list');
select is((select during from venue_availability where start_time = fixture.at('30h')), tstzrange(fixture.at('30h'), fixture.at('31h'), '[)'), 'F059: the period is half open');
update venue_availability set time_zone = 'Pacific/Auckland' where start_time = fixture.at('30h');
select is((select date from venue_availability where start_time = fixture.at('30h')), '2027-01-11'::date, 'its date is local');
select is(fixture.try('{"person": "a/staff"}', 'delete from venue_availability'), '0', 'staff do not change the calendar');
select is(fixture.ask('{"person": "a/staff"}', format('select count(*) from venue_availability where event_id is distinct from %L', fixture.id('a', 'event 1'))), '0', 'nor see more of it than their event');

-- F057
select throws_ok($$ insert into venue_floor_plans (organization_id, venue_id, name, version) values (fixture.org(), fixture.id('a', 'venue 1'), 'Ground floor of a', 2) $$, '23505', null, 'F057: a plan has one current version');
update venue_floor_plans set is_current = false where id = fixture.id('a', 'plan 1');
select lives_ok($$ insert into venue_floor_plans (organization_id, venue_id, name, version) values (fixture.org(), fixture.id('a', 'venue 1'), 'Ground floor of a', 2) $$, 'F057: the next version takes its place');
select is(fixture.ask('{"person": "a/staff"}', format('select count(*) from venue_floor_plans where venue_id = %L', fixture.id('a', 'venue 2'))), '0', 'F057: staff see the plans of the venue they work in only');
select is(fixture.ask('{"person": "a/staff"}', 'select count(*) from venue_floor_plans'), '2', 'F057: but those');

-- F059, F249: two planners save at the same moment. Their commits are real, in a house that is deleted at the end.
select dblink_connect('one', fixture.address()), dblink_connect('two', fixture.address());
select dblink_exec(c, 'set statement_timeout = ''10s''') from unnest(array['one', 'two']) c;
select app.uuid7() as org, app.uuid7() as person, app.uuid7() as event, app.uuid7() as venue \gset
select dblink_exec('one', format($$
  begin;
  insert into users (id, email_enc, email_bidx, full_name, status) values (%2$L, %3$L, %4$L, 'Planner', 'active');
  insert into organizations (id, owner_id, name, slug) values (%1$L, %2$L, 'Race', %5$L);
  insert into events (id, organization_id, organizer_id, title, slug) values (%6$L, %1$L, %2$L, 'Show', 'show');
  insert into venues (id, organization_id, name) values (%7$L, %1$L, 'Hall');
  commit $$, :'org', :'person', fixture.sealed('p'), fixture.blind(:'org'), 'race-' || :'org', :'event', :'venue'));
select format($$ insert into venue_availability (organization_id, venue_id, event_id, status, start_time, end_time)
                 values (%L, %L, %L, 'booked', '2027-01-10 18:00Z', '2027-01-10 23:00Z') $$, :'org', :'venue', :'event') as booking \gset
select dblink_exec('one', 'begin');
select dblink_exec('one', :'booking');
select is(dblink_send_query('two', :'booking'), 1, 'F059: while one planner saves, another does');
select dblink_exec('one', 'commit');
select throws_ok($$ select * from dblink_get_result('two') as t (done text) $$, '23P01', null, 'F059: one of them is refused');
select dblink_exec('one', format('delete from organizations where id = %L', :'org'));
select dblink_exec('one', format('delete from users where id = %1$L; delete from live.journal where organization_id = %2$L;
  delete from live.commits where organization_id = %2$L; delete from live.topics where organization_id = %2$L', :'person', :'org'));
select dblink_disconnect('one'), dblink_disconnect('two');

-- F105
create function fixture.book(house text, card text, starts text, ends text, becomes text default 'booked') returns text
language sql immutable
as $$ select format('insert into model_availability (organization_id, model_profile_id, event_id, status, start_time, end_time) values (%L, %L, %L, %L, %L, %L)',
                    fixture.id(house, 'organization'), fixture.id(house, card), fixture.id(house, 'event 1'), becomes, fixture.at(starts), fixture.at(ends)) $$;
select lives_ok(fixture.book('a', 'model card', '8h', '12h'), 'F105: a model is booked');
select throws_ok(fixture.book('a', 'model card', '11h', '13h'), '23P01', null, 'F105: and not twice at once');
select lives_ok(fixture.book('a', 'model card', '11h', '13h', 'tentative'), 'F105: but asked');
select lives_ok(fixture.book('a', 'other model card', '8h', '12h'), 'F105: another model is free');
select lives_ok(fixture.book('b', 'model card', '8h', '12h'), 'F105: so is another house''s');
-- One person in two houses.
insert into memberships (organization_id, user_id, role) values (fixture.id('b', 'organization'), fixture.id('a', 'model'), 'model');
select throws_ok($$ update model_profiles set user_id = fixture.id('a', 'model') where id = fixture.id('b', 'model card') $$, '23P01', null, 'F105: two cards that turn out to be one person do not hide a double booking');
delete from model_availability where organization_id = fixture.id('b', 'organization');
select lives_ok($$ update model_profiles set user_id = fixture.id('a', 'model') where id = fixture.id('b', 'model card') $$, 'F105: without one they are linked');
select is(fixture.try('{"person": "b/producer"}', fixture.book('b', 'model card', '9h', '10h')), '23P01', 'F105: a model is not booked twice by two houses either');
select is(fixture.ask('{"person": "b/producer"}', 'select count(*) from model_availability'), '0', 'F105: the second house learns no more than that');
select is(fixture.try('{"person": "b/producer"}', format('update model_profiles set user_id = %L where id = %L', fixture.id('a', 'designer'), fixture.id('b', 'other model card'))), '23514', 'F105: nobody asks after strangers by linking a card to them');
select is(fixture.try('{"person": "a/model"}', fixture.book('a', 'model card', '20h', '21h', 'tentative')), '1', 'F105: a model keeps their own calendar');
select is(fixture.try('{"person": "a/model"}', fixture.book('a', 'other model card', '20h', '21h', 'tentative')), '42501', 'F105: and nobody else''s');
select is((select distinct person_key from model_availability where model_profile_id = fixture.id('a', 'model card')), fixture.id('a', 'model'), 'a calendar is a person''s');
update model_profiles set user_id = null where id = fixture.id('b', 'model card');
insert into model_availability (organization_id, model_profile_id, person_key, start_time, end_time)
values (fixture.id('b', 'organization'), fixture.id('b', 'model card'), fixture.id('a', 'model'), fixture.at('8h'), fixture.at('9h'));
select is((select person_key from model_availability where organization_id = fixture.id('b', 'organization')), fixture.id('b', 'model card'), 'whatever was written');

-- F104
select throws_ok($$ insert into event_models (organization_id, event_id, model_profile_id, is_opening) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'other model card'), true) $$, '23505', null, 'F104: one model opens');
select lives_ok($$ insert into event_models (organization_id, event_id, model_profile_id, is_closing) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'other model card'), true) $$, 'F104: another one closes');
select throws_ok($$ update event_models set is_closing = true where id = fixture.id('a', 'casting 1') $$, '23505', null, 'F104: and only that one');
select throws_ok($$ insert into event_models (organization_id, event_id, model_profile_id) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'model card')) $$, '23505', null, 'F104: nobody is cast twice');
select is(fixture.ask('{"person": "a/model"}', 'select count(*) from event_models'), '1', 'F104: a model sees their own casting only');
-- F101, F103
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(name, '', '' order by name) from model_profiles'), 'Awa, Ines', 'F101: whoever sees the casting sees who is cast');
delete from show_lineup where event_id = fixture.id('a', 'event 1');
delete from event_models where id = fixture.id('a', 'casting 1');
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(name, '', '' order by name) from model_profiles'), 'Awa, Ines', 'F020: whoever sees a shot of their project sees who is in it');
delete from shot_models where organization_id = fixture.org();
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(name, '', '') from model_profiles'), 'Awa', 'F101: and nobody else');
delete from model_agencies where id = fixture.id('a', 'agency');
select is((select count(*) from model_profiles where organization_id = fixture.org() and agency_id is null), 2::bigint, 'F102: models stay when their agency goes');

-- F106
select is(fixture.ask('{"person": "a/model"}', 'select count(*) from call_times where model_profile_id is null'), '0', 'F106: a model sees no call times but their own');
select is(fixture.ask('{"person": "a/designer"}', 'select count(*) from call_times'), '1', 'F106: nor does a designer');
insert into call_times (id, organization_id, event_id, staff_id, time_zone, call_at) values (fixture.id('a', 'call'), fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'crew'), 'Europe/Paris', '2027-03-27 23:30Z');
select is((select (date, time)::text from call_times where id = fixture.id('a', 'call')), '(2027-03-28,00:30:00)', 'F106: a call has its local date and time');
select throws_ok($$ update call_times set model_profile_id = fixture.id('a', 'model card') where id = fixture.id('a', 'call') $$, '23514', null, 'F262: a call is for one party');
select throws_ok($$ update call_times set staff_id = null where id = fixture.id('a', 'call') $$, '23514', null, 'F262: and for somebody');

-- F110-F113
select is(fixture.try('{"person": "a/designer"}', 'update designer_profiles set title = ''Founder'''), '1', 'F110: a designer keeps their own card');
select is(fixture.try('{"person": "a/designer"}', 'update designer_profiles set status = ''archived'''), '42501', 'F110: not its state');
select throws_ok(format('insert into designer_availability (organization_id, designer_profile_id, status, start_time, end_time) select organization_id, designer_profile_id, status, start_time, end_time from designer_availability where id = %L',
                        fixture.id('a', 'designer booking 1')), '23P01', null, 'F111: a designer is not booked twice at once');
select throws_ok($$ insert into event_designers (organization_id, event_id, designer_profile_id, brand_id, collection_order) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'other designer card'), fixture.id('a', 'brand'), 97) $$, '23505', null, 'F112: designers show in an order of their own');
insert into event_designers (organization_id, event_id, designer_profile_id, brand_id, collection_id, collection_order)
values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'designer card'), fixture.id('a', 'brand'), fixture.id('a', 'secret collection'), 98);
select lives_ok($$ delete from collections where organization_id = fixture.org() $$, 'F112: two collections of a designer may go at once');
select is((select count(*) from event_designers where event_id = fixture.id('a', 'event 1')), 1::bigint, 'F112: the designer keeps one place in the order');
select is(fixture.act('{"person": "a/designer"}', format('insert into collections (id, designer_id, name) values (%L, %L, ''Winter'')', fixture.id('a', 'winter'), fixture.id('a', 'designer card'))), '1', 'F113: a designer makes collections of their own');
select is(array[fixture.try('{"person": "a/designer"}', format('insert into collections (designer_id, name) values (%L, ''x'')', fixture.id('a', 'other designer card'))),
                fixture.try('{"person": "a/designer"}', format('update collections set designer_id = %L', fixture.id('a', 'other designer card'))),
                fixture.try('{"person": "a/designer"}', 'update collections set meta_data = ''{"x": 1}'''),
                fixture.try('{"person": "a/designer"}', 'delete from collections'),
                fixture.ask('{"person": "a/model"}', 'select count(*) from collections')],
          array['42501', '42501', '42501', '0', '0'], 'F113: not somebody else''s, nor gives them away, nor what is the team''s; drafts are seen by nobody else');

select * from finish();
rollback;
