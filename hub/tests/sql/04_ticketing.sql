-- Tiers and registrations, F074-F078 and F083: no seat too many, no impossible status, counts that nobody else writes.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(41);

create function fixture.register(tier text, status text, n int default 1, event text default 'event 1') returns void
language sql
as $$
  insert into registrations (organization_id, event_id, ticket_tier_id, attendee_name_enc, status, qr_code_data)
  select fixture.id('a', 'organization'), fixture.id('a', event), fixture.id('a', tier), fixture.sealed('g'), status,
         'FH1.' || replace(gen_random_uuid()::text, '-', '')
    from generate_series(1, n)
$$;
create function fixture.tier() returns ticket_tiers
language sql stable as $$ select t from ticket_tiers t where t.id = fixture.id('a', 'small') $$;
create function fixture.counted() returns event_counters
language sql stable as $$ select e from event_counters e where e.event_id = fixture.id('a', 'event 1') $$;

-- The fixture's own guest is out of the way.
delete from registrations where event_id = fixture.id('a', 'event 1');
insert into ticket_tiers (id, organization_id, event_id, name, quantity_total)
values (fixture.id('a', 'small'), fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'Small', 3);

select is((fixture.tier()).status, 'active', 'F074: a tier with seats is active');
select lives_ok($$ select fixture.register('small', 'pending') $$, 'a pending registration holds a seat');
select is((fixture.tier()).quantity_held, 1, 'held');
select lives_ok($$ select fixture.register('small', 'confirmed', 2) $$, 'confirmed ones take seats, several in one statement');
select is(((fixture.tier()).quantity_sold, (fixture.tier()).status)::text, '(2,sold_out)', 'F075: the tier turns sold out by itself');
select throws_ok($$ select fixture.register('small', 'confirmed') $$, '23514', 'the tier Small is sold out', 'F075: one too many is refused');
select throws_ok($$ select fixture.register('small', 'pending') $$, '23514', 'the tier Small is sold out', 'F075: a hold, too');
select is(((fixture.tier()).quantity_sold, (fixture.tier()).quantity_held)::text, '(2,1)', 'refused attempts leave no trace');

-- A hundred buyers one after the other for the seats of another tier.
do $$
declare sold int := 0;
begin
  for i in 1 .. 100 loop
    begin
      perform fixture.register('standing 1', case i % 2 when 0 then 'confirmed' else 'pending' end);
      sold := sold + 1;
    exception when check_violation then null;
    end;
  end loop;
  perform set_config('fixture.sold', sold::text, true);
end $$;
select is(current_setting('fixture.sold'), '50', 'F075: of a hundred buyers, exactly as many as there are seats succeed');
select is((fixture.counted()).held_count + (fixture.counted()).registered_count, 53, 'and the event counts them all');

select throws_ok($$ update ticket_tiers set quantity_total = 2 where id = fixture.id('a', 'small') $$, '23514', null, 'a tier does not shrink below what it sold');
select lives_ok($$ update ticket_tiers set quantity_total = 4 where id = fixture.id('a', 'small') $$, 'it grows');
select is((fixture.tier()).status, 'active', 'F075: and is on sale again by itself');
select lives_ok($$ update ticket_tiers set status = 'inactive' where id = fixture.id('a', 'small') $$, 'a producer takes it off');
select fixture.register('small', 'confirmed');
select is((fixture.tier()).status, 'inactive', 'an inactive tier stays inactive, sold out or not');
update ticket_tiers set status = 'active' where id = fixture.id('a', 'small');

-- F076
select throws_ok($$ update events set capacity_limit = 53 where id = fixture.id('a', 'event 1') $$, '23514', 'a capacity of 53 is below the seats already taken', 'F076: the capacity does not fall below the seats taken');
select lives_ok($$ update events set capacity_limit = 54 where id = fixture.id('a', 'event 1') $$, 'F076: it may fall to them');
select is((fixture.counted()).capacity_limit, 54, 'the counters know it');
select throws_ok($$ select fixture.register('tier 1', 'confirmed') $$, '23514', 'the event is full', 'F076: over all tiers, no registration beyond the capacity');
update events set capacity_limit = 55 where id = fixture.id('a', 'event 1');
select lives_ok($$ select fixture.register('tier 1', 'confirmed') $$, 'F076: one seat more, one registration more');
select throws_ok($$ select fixture.register('tier 1', 'pending', 2) $$, '23514', 'the event is full', 'a statement is refused whole');
select lives_ok($$ update events set capacity_limit = null where id = fixture.id('a', 'event 1') $$, 'a capacity can be lifted');

-- F077: cancelling frees the seat at once.
update registrations set status = 'cancelled' where ticket_tier_id = fixture.id('a', 'small') and status = 'pending';
select is(((fixture.tier()).quantity_sold, (fixture.tier()).quantity_held)::text, '(3,0)', 'F077: a cancelled hold is free');
update registrations set status = 'refunded' where ticket_tier_id = fixture.id('a', 'small') and status = 'confirmed';
select is((fixture.tier()).quantity_sold, 0, 'F077: refunded seats are free');

-- Every transition, allowed or not.
create table fixture.transitions as
  select f as was, t as becomes, null::text as outcome, format('%s>%s', f, t) = any (array['pending>confirmed', 'pending>cancelled', 'pending>attended',
           'confirmed>attended', 'confirmed>cancelled', 'confirmed>refunded', 'attended>confirmed', 'attended>pending', 'attended>refunded']) as allowed
    from unnest(array['pending', 'confirmed', 'attended', 'cancelled', 'refunded']) f,
         unnest(array['pending', 'confirmed', 'attended', 'cancelled', 'refunded']) t where f <> t;
do $$
declare t record;
begin
  for t in select * from fixture.transitions loop
    delete from registrations where ticket_tier_id = fixture.id('a', 'small');
    perform fixture.register('small', t.was);
    begin
      update registrations set status = t.becomes where ticket_tier_id = fixture.id('a', 'small');
      update fixture.transitions x set outcome = 'allowed' where x.was = t.was and x.becomes = t.becomes;
    exception when check_violation then
      update fixture.transitions x set outcome = 'refused' where x.was = t.was and x.becomes = t.becomes;
    end;
    if exists (select from app.recount(fixture.id('a', 'event 1')) r where r.stored <> r.counted) then
      update fixture.transitions x set outcome = 'miscounted' where x.was = t.was and x.becomes = t.becomes;
    end if;
  end loop;
end $$;
select is_empty($$ select * from fixture.transitions where outcome <> case when allowed then 'allowed' else 'refused' end $$, 'F077: each status goes where it may and nowhere else, and is counted');

-- Status set by hand.
delete from registrations where ticket_tier_id = fixture.id('a', 'small');
select fixture.register('small', 'confirmed');
update registrations set party_size = 4 where ticket_tier_id = fixture.id('a', 'small');
update registrations set status = 'attended' where ticket_tier_id = fixture.id('a', 'small');
select is((select (arrived_count, inside_count, checked_in_at is not null)::text from registrations where ticket_tier_id = fixture.id('a', 'small')),
          '(4,4,t)', 'attended by hand means the whole party, now');
update registrations set status = 'confirmed' where ticket_tier_id = fixture.id('a', 'small');
select is((select (arrived_count, inside_count, checked_in_at is not null)::text from registrations where ticket_tier_id = fixture.id('a', 'small')),
          '(0,0,f)', 'and taking it back means nobody');
select throws_ok($$ update registrations set arrived_count = 1 where ticket_tier_id = fixture.id('a', 'small') $$, '23514', null, 'nobody arrives on a ticket that is not attended');
select throws_ok($$ update registrations set status = 'attended', arrived_count = 5 where ticket_tier_id = fixture.id('a', 'small') $$, '23514', null, 'nor more than the party');
select throws_ok($$ update registrations set status = 'attended', arrived_count = 1, inside_count = 2 where ticket_tier_id = fixture.id('a', 'small') $$, '23514', null, 'nor are more inside than arrived');

-- Only the triggers write what they derive.
select throws_ok($$ update ticket_tiers set quantity_sold = 0 $$, '42501', 'ticket_tiers.quantity_sold is derived and cannot be written', 'sold is not written by hand, not by a superuser either');
select throws_ok($$ update event_counters set arrived_people = 0, inside_people = 0, checked_in_count = 99 $$, '42501', null, 'nor are the event''s counters');
select throws_ok($$ update tier_counters set expected_people = 99 $$, '42501', null, 'nor a tier''s');
select throws_ok($$ update gate_counters set entries = 99 $$, '42501', null, 'nor a gate''s');
select is(fixture.try('{"system": "a"}', 'update event_counters set refused_count = 9'), '0', 'nor by the hub');

-- F078, F083 and shapes.
select throws_ok($$ insert into registrations (organization_id, event_id, ticket_tier_id, attendee_name_enc, qr_code_data)
                    select organization_id, event_id, ticket_tier_id, attendee_name_enc, qr_code_data from registrations limit 1 $$, '23505', null, 'F078: a code is unique');
select throws_ok($$ update registrations set qr_code_data = 'short' $$, '23514', null, 'F078: and long enough not to be guessed');
select throws_ok($$ update registrations set attendee_name_enc = 'Ada Lovelace' $$, '23514', null, 'F241: a name cannot be stored in clear');
select throws_ok($$ update registrations set ticket_tier_id = fixture.id('a', 'tier 2') where event_id = fixture.id('a', 'event 1') $$, '23503', null, 'F083: a ticket has a tier of its own event');
select throws_ok($$ update registrations set event_id = fixture.id('a', 'event 2'), ticket_tier_id = fixture.id('a', 'tier 2') where event_id = fixture.id('a', 'event 1') $$,
                 '23514', 'a registration stays with its event', 'and stays with its event');
select throws_ok($$ insert into ticket_tiers (organization_id, event_id, name, type, price, quantity_total)
                    values (fixture.id('a', 'organization'), fixture.id('a', 'event 1'), 'Press', 'comp', 5, 1) $$, '23514', null, 'F074: a complimentary tier is free');

select * from finish();
rollback;
