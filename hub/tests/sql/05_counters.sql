-- F051: every counter equals the ledger at every moment, whatever happens in whatever order. A seeded walk of random
-- statements, one row or many, allowed or refused, over two events; after each, all is counted again.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(9);

insert into event_gates (id, organization_id, event_id, name)
select fixture.id('a', 'side gate ' || n), fixture.id('a', 'organization'), fixture.id('a', 'event ' || n), 'Side' from unnest(array[1, 2]) n;
update ticket_tiers set quantity_total = 60;
update events set capacity_limit = 90;

create table fixture.walk (step int, what text, refused boolean);

create function fixture.any_of(choices uuid[]) returns uuid
language sql volatile as $$ select choices[1 + floor(random() * array_length(choices, 1))::int] $$;

create procedure fixture.step(what text)
language plpgsql
as $$
declare
  org uuid := fixture.id('a', 'organization');
  n int := 1 + floor(random() * 2)::int;
  ev uuid := fixture.id('a', 'event ' || n);
  tier uuid := fixture.any_of(array[fixture.id('a', 'tier ' || n), fixture.id('a', 'standing ' || n)]);
  gate uuid := fixture.any_of(array[fixture.id('a', 'gate ' || n), fixture.id('a', 'side gate ' || n)]);
  picked uuid[] := array(select id from registrations where event_id = ev order by random() limit 1 + floor(random() * 12)::int);
  becomes text := (array['pending', 'confirmed', 'attended', 'cancelled', 'refunded'])[1 + floor(random() * 5)::int];
begin
  case what
    when 'register' then
      insert into registrations (organization_id, event_id, ticket_tier_id, attendee_name_enc, status, party_size, vip, qr_code_data)
      select org, ev, tier, fixture.sealed('g'), case when random() < 0.3 then 'pending' else 'confirmed' end,
             1 + floor(random() * 4)::int, random() < 0.2, 'FH1.' || replace(gen_random_uuid()::text, '-', '')
        from generate_series(1, 1 + floor(random() * 15)::int);
    when 'status' then update registrations set status = becomes where id = any (picked) and registrations.status <> 'cancelled';
    when 'party' then update registrations set party_size = party_size + 1, vip = not vip where id = any (picked);
    when 'tier' then update registrations set ticket_tier_id = tier where id = any (picked);
    when 'remove' then delete from registrations where id = any (picked[1:2]);
    when 'scan in' then
      update registrations set status = 'attended', arrived_count = party_size, inside_count = party_size, entries = entries + 1, checked_in_at = now()
       where id = any (picked) and registrations.status = 'confirmed';
      insert into check_ins (organization_id, event_id, registration_id, gate_id, scan_uid, result, people, entry_no, scanned_at)
      select org, ev, r.id, gate, app.uuid7(), 'accepted', r.party_size, r.entries, now()
        from registrations r where r.id = any (picked) and r.status = 'attended'
         and not exists (select from check_ins c where c.registration_id = r.id and c.result = 'accepted' and c.direction = 'in' and c.entry_no = r.entries)
         and r.entries > 0;
    when 'scan out' then
      with gone as (update registrations set inside_count = 0 where id = any (picked) and inside_count > 0 returning id, arrived_count)
      insert into check_ins (organization_id, event_id, registration_id, gate_id, scan_uid, direction, result, people, scanned_at)
      select org, ev, g.id, gate, app.uuid7(), 'out', 'accepted', g.arrived_count, now() from gone g;
    when 'refuse' then
      insert into check_ins (organization_id, event_id, gate_id, scan_uid, result, scanned_at)
      select org, ev, case when random() < 0.8 then gate end, app.uuid7(), (array['unknown', 'duplicate', 'cancelled'])[1 + floor(random() * 3)::int], now()
        from generate_series(1, 1 + floor(random() * 5)::int);
    when 'annul' then
      update check_ins set result = 'undone', undone_at = now()
       where id in (select id from check_ins where event_id = ev and result = 'accepted' order by random() limit 3);
    when 'forget scan' then delete from check_ins where id in (select id from check_ins where event_id = ev order by random() limit 1);
    when 'capacity' then update events set capacity_limit = 20 + floor(random() * 100)::int where id = ev;
    when 'remove gate' then
      delete from event_gates where id = gate;
      insert into event_gates (id, organization_id, event_id, name) values (gate, org, ev, 'Again ' || gen_random_uuid());
  end case;
end $$;

do $$
declare
  kinds text[] := array['register', 'status', 'party', 'tier', 'remove', 'scan in', 'scan in', 'scan out', 'refuse', 'annul', 'forget scan', 'capacity', 'remove gate'];
  kind text;
  wrong text;
begin
  perform setseed(0.4242);
  for i in 1 .. 600 loop
    kind := kinds[1 + floor(random() * array_length(kinds, 1))::int];
    begin
      call fixture.step(kind);
      insert into fixture.walk values (i, kind, false);
    exception when check_violation or unique_violation or foreign_key_violation then
      insert into fixture.walk values (i, kind, true);
    end;
    select string_agg(format('%s %s: stored %s, counted %s', r.counter, r.subject, r.stored, r.counted), '; ') into wrong
      from unnest(array[1, 2]) n, app.recount(fixture.id('a', 'event ' || n)) r where r.stored <> r.counted;
    if wrong is not null then
      raise exception 'after step % (%): %', i, kind, wrong;
    end if;
  end loop;
end $$;

select pass('F051: 600 random steps, and no counter was ever wrong');
select is((select count(distinct what) from fixture.walk where not refused), 12::bigint, 'every kind of step was done');
select ok((select count(*) from fixture.walk where refused) between 20 and 400, 'and many were refused');
select ok((select sum(counted) from app.recount(fixture.id('a', 'event 1'))) > 200, 'there was something to count');
select is((select count(*) from app.recount(fixture.id('a', 'event 1'))), (9 + 2 * 5 + 2 * 3)::bigint, 'the recount names every counter');

-- The recount itself is able to find a fault.
alter table event_counters disable trigger protect_derived;
update event_counters set refused_count = refused_count + 1 where event_id = fixture.id('a', 'event 1');
select is((select string_agg(counter, ', ') from app.recount(fixture.id('a', 'event 1')) where stored <> counted), 'event.refused_count', 'a wrong counter is found');

-- Presence without a scan is found too, and a scan explains it.
delete from registrations where event_id = fixture.id('a', 'event 2');
insert into registrations (id, organization_id, event_id, ticket_tier_id, attendee_name_enc, status, party_size, qr_code_data)
values (fixture.id('a', 'by hand'), fixture.id('a', 'organization'), fixture.id('a', 'event 2'), fixture.id('a', 'tier 2'), fixture.sealed('g'), 'attended', 2, 'FH1.0123456789012345678901234567890');
select is((select (registration_id, inside_count, scanned_inside)::text from app.unexplained_guests(fixture.id('a', 'event 2'))), (fixture.id('a', 'by hand'), 2, 0)::text, 'a guest who came in by hand is unexplained');
insert into check_ins (organization_id, event_id, registration_id, scan_uid, result, people, entry_no, scanned_at)
values (fixture.id('a', 'organization'), fixture.id('a', 'event 2'), fixture.id('a', 'by hand'), app.uuid7(), 'accepted', 2, 1, now());
select is_empty($$ select * from app.unexplained_guests(fixture.id('a', 'event 2')) $$, 'a scan explains it');

-- Nothing relevant changed: the counters' rows are not even touched.
create table fixture.before as select ctid as place, * from event_counters;
update registrations set seat = 'B7', door_note = 'With a dog';
select is_empty($$ select e.event_id from event_counters e join fixture.before b using (event_id) where b.place <> e.ctid $$, 'a seat does not wake the counters');

select * from finish();
rollback;
