-- Who works on a show, and what their work lets them see: F084-F094, F097, F251, F275.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(55);

create function fixture.org() returns uuid language sql immutable as $$ select fixture.id('a', 'organization') $$;

-- F084-F087
select throws_ok($$ insert into organizer_teams (organization_id, owner_id, name) values (fixture.org(), fixture.id('a', 'producer'), 'Paris') $$, '23505', null, 'F084: a team is known by its name');
select throws_ok($$ delete from users where id = fixture.id('a', 'producer') $$, '23503', null, 'F084: who owns a team is not deleted');
select throws_ok($$ update organizer_team_members set stakeholder_id = fixture.id('a', 'stakeholder') where user_id is not null $$, '23514', null, 'F085: a place in a team is a member''s or a partner''s');
select throws_ok($$ insert into organizer_team_members (organization_id, team_id, user_id) values (fixture.org(), fixture.id('a', 'team 1'), fixture.id('a', 'staff')) $$, '23505', null, 'F085: nobody is in a team twice');
select throws_ok($$ insert into organizer_team_members (organization_id, team_id) values (fixture.org(), fixture.id('a', 'team 1')) $$, '23514', null, 'F085: nor is no one');
select throws_ok($$ insert into event_stakeholders (organization_id, event_id, stakeholder_id) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'stakeholder')) $$, '23505', null, 'F087: a partner is on a roster once');
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(name, '','') from stakeholders'), 'Jo', 'F086: a partner with a login sees their own card');
select is(fixture.ask('{"device": "a/tablet 1"}', 'select (select count(*) from stakeholders) + (select count(*) from vendors) + (select count(*) from organizer_teams)'), '0', 'a tablet sees no partner');
delete from stakeholders where id = fixture.id('a', 'stakeholder');
select is((select count(*) from tasks where title ~ '^Fit' and organization_id = fixture.org()), 2::bigint, 'F097: a task stays when somebody who helped is gone');
delete from organizer_teams where id = fixture.id('a', 'team 2');
select is((select organizer_team_id from events where id = fixture.id('a', 'event 2')), null, 'F084: an event stays when its team goes');

-- F088, F089
select isnt_empty($$ select from staff where skills @> '{sewing}' $$, 'F088: crew are found by skill');
select throws_ok($$ insert into staff (organization_id) values (fixture.org()) $$, '23514', null, 'F088: crew have a login or a name');
select throws_ok($$ insert into staff (organization_id, user_id) values (fixture.org(), fixture.id('a', 'staff')) $$, '23505', null, 'F088: a person is crew once');
select is(fixture.ask('{"person": "a/staff"}', 'select count(*) from staff'), '1', 'F088: crew see their own card');
select is(fixture.try('{"person": "a/staff"}', 'update staff set skills = ''{steaming}'''), '1', 'F088: and say what they can do');
select is(fixture.try('{"person": "a/staff"}', 'update staff set status = ''inactive'''), '42501', 'F088: not what they are');
select is(fixture.try('{"person": "a/owner"}', 'delete from staff_roles'), '23503', 'F089: a role that somebody is assigned to does not vanish');
update staff_assignments set status = 'cancelled';
select is(fixture.try('{"person": "a/owner"}', 'delete from staff_roles'), '1', 'F089: one that nobody is does');
update staff_assignments set status = 'scheduled';

-- F090, F091: shifts.
select throws_ok($$ update shifts set end_time = start_time $$, '23514', null, 'F090: a shift takes time');
select throws_ok($$ update staff_assignments set shift_id = fixture.id('a', 'shift 2') where id = fixture.id('a', 'assignment 1') $$, '23503', null, 'F091: an assignment is to a shift of its event');
select throws_ok($$ insert into staff_assignments (organization_id, event_id, staff_id, shift_id) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'crew'), fixture.id('a', 'shift 1')) $$, '23505', null, 'F091: nobody is in a shift twice');
select is((select (count(*) filter (where a.status <> 'cancelled'), max(s.required_staff))::text from shifts s left join staff_assignments a on a.shift_id = s.id where s.id = fixture.id('a', 'shift 1')), '(1,2)', 'F090: one of two is there');

-- Two shifts at once: allowed, and said.
create function fixture.clashes() returns text
language sql stable
as $$ select string_agg(e.slug || ' ' || l.status, ', ' order by e.slug, l.created_at, l.status) from event_alerts l join events e on e.id = l.event_id where l.kind = 'staffing' $$;
insert into shifts (id, organization_id, event_id, start_time, end_time)
select fixture.id('a', 'late shift'), fixture.org(), fixture.id('a', 'event 2'), end_time, end_time + interval '2h' from shifts where id = fixture.id('a', 'shift 1');
insert into staff_assignments (id, organization_id, event_id, staff_id, shift_id) values (fixture.id('a', 'late'), fixture.org(), fixture.id('a', 'event 2'), fixture.id('a', 'crew'), fixture.id('a', 'late shift'));
select is(fixture.clashes(), null, 'F091: one shift after another is no trouble');
update shifts set start_time = start_time - interval '1 minute' where id = fixture.id('a', 'late shift');
select is(fixture.clashes(), 'evening-1 open, evening-2 open', 'F091: two at once are said at both events');
select is((select string_agg(distinct message, '') || count(distinct entity_id) from event_alerts where kind = 'staffing'), 'A crew member has two shifts at once1', 'without a name');
update shifts set notes = 'x';
update staff_assignments set notes = 'x';
select is((select count(*) from event_alerts where kind = 'staffing'), 2::bigint, 'and once');
update staff_assignments set status = 'cancelled' where id = fixture.id('a', 'late');
select is(fixture.clashes(), 'evening-1 resolved, evening-2 resolved', 'cancelled, it is over');
update staff_assignments set status = 'scheduled' where id = fixture.id('a', 'late');
select is((select count(*) from event_alerts where kind = 'staffing' and status = 'open'), 2::bigint, 'given again, it is said again');
delete from shifts where id = fixture.id('a', 'late shift');
select is((select count(*) from event_alerts where kind = 'staffing' and status = 'open'), 0::bigint, 'deleted, it is over');

-- F091, F275: what their work lets people see. Nobody of these is a member of the event.
delete from event_members;
delete from organizer_team_members;
delete from staff_assignments where id = fixture.id('a', 'late');
create function fixture.sees(who text) returns text
language sql
as $$ select fixture.ask(jsonb_build_object('person', 'a/' || who), 'select string_agg(slug, '', '' order by slug) from events') $$;
select is(fixture.sees('staff'), 'evening-1', 'F091: who is assigned sees the event');
select is(fixture.ask('{"person": "a/staff"}', 'select count(*) from shifts'), '1', 'F091: and its shifts');
update staff_assignments set status = 'completed' where id = fixture.id('a', 'assignment 1');
select is(fixture.sees('staff'), 'evening-1', 'F091: also when the work is done');
update staff_assignments set status = 'cancelled' where id = fixture.id('a', 'assignment 1');
select is(fixture.sees('staff'), null, 'F091: who is not any more does not');
insert into organizer_team_members (organization_id, team_id, user_id) values (fixture.org(), fixture.id('a', 'team 1'), fixture.id('a', 'staff'));
select is(fixture.sees('staff'), 'evening-1', 'F084: who is in its team sees the event');
update events set organizer_team_id = null where id = fixture.id('a', 'event 1');
select is(fixture.sees('staff'), null, 'F084: until another team has it');
insert into stakeholders (id, organization_id, user_id, name) values (fixture.id('a', 'partner'), fixture.org(), fixture.id('a', 'client'), 'Jo');
insert into event_stakeholders (organization_id, event_id, stakeholder_id) values (fixture.org(), fixture.id('a', 'event 2'), fixture.id('a', 'partner'));
select is(fixture.sees('client'), 'evening-2', 'F087: who is on the roster sees the event');
delete from show_lineup;
select is(fixture.sees('model'), 'evening-1', 'F104: who is cast sees the event');
update event_models set status = 'shortlisted' where id = fixture.id('a', 'casting 1');
select is(fixture.sees('model'), null, 'F104: who is only considered does not');
select is(fixture.sees('designer'), 'evening-1', 'F112: who shows sees the event');
delete from event_designers where event_id = fixture.id('a', 'event 1');
select is(fixture.sees('designer'), null, 'F112: and who does not does not');
select is(fixture.sees('sponsor'), 'evening-1', 'F182: who pays sees the event');
update event_sponsorships set status = 'cancelled' where event_id = fixture.id('a', 'event 1');
select is(fixture.sees('sponsor'), null, 'F182: and who does not any more does not');
update event_sponsorships set status = 'pending' where event_id = fixture.id('a', 'event 1');
update memberships set account_id = null where user_id = fixture.id('a', 'sponsor');
select is(fixture.sees('sponsor'), null, 'F182: nor does who left the company');
update staff_assignments set status = 'scheduled' where id = fixture.id('a', 'assignment 1');
update staff set status = 'inactive' where id = fixture.id('a', 'crew');
select is(fixture.sees('staff'), null, 'F091: nor do former crew');

-- F275: whoever loses an event that way loses it at once: the database rings.
select ok(exists (select from pg_trigger g where g.tgrelid = t::regclass and g.tgfoid = 'live.ring_partners'::regproc and g.tgtype & 16 = 16),
          'F275: a change of ' || t || ' rings')
  from unnest(array['staff_assignments', 'event_models', 'event_designers', 'event_sponsorships', 'event_stakeholders', 'organizer_team_members', 'staff']) t;

-- F092-F094
select throws_ok($$ insert into event_vendors (organization_id, event_id, vendor_id, service_id) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'vendor'), fixture.id('a', 'service')) $$, '23505', null, 'F094: a service is hired once');
insert into event_vendors (organization_id, event_id, vendor_id, status) values (fixture.org(), fixture.id('a', 'event 1'), fixture.id('a', 'vendor'), 'confirmed');
delete from vendor_services where organization_id = fixture.org();
select is((select string_agg(status, ',') from event_vendors where event_id = fixture.id('a', 'event 1')), 'confirmed', 'F093: a supplier stays hired, once, when a service goes');
select throws_ok($$ update vendors set rating = 5 $$, '42501', null, 'F092: nobody writes a rating');
select is(fixture.ask('{"person": "a/staff"}', 'select count(*) from vendor_services'), '0', 'F093: prices are not the crew''s business');

select * from finish();
rollback;
