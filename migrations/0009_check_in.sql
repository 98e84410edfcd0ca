-- Gates, paired devices and the ledger of scans.

create table event_gates (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  order_index int not null default 0,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, id),
  unique (event_id, name),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
create index on event_gates (organization_id);
comment on table event_gates is 'Doors of an event. A gate takes every tier unless event_gate_tiers names some for it.';
select app.touch('event_gates');
select app.secure('event_gates',
  read => 'owner admin producer staff@event wall@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_gates', topics => 'event:event_id');

create table event_gate_tiers (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  gate_id uuid not null,
  ticket_tier_id uuid not null,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (gate_id, ticket_tier_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, gate_id) references event_gates (event_id, id) on delete cascade,
  foreign key (event_id, ticket_tier_id) references ticket_tiers (event_id, id) on delete cascade
);
create index on event_gate_tiers (organization_id);
create index on event_gate_tiers (event_id);
create index on event_gate_tiers (ticket_tier_id);
comment on table event_gate_tiers is 'Which tiers a gate takes.';
select app.touch('event_gate_tiers');
select app.secure('event_gate_tiers',
  read => 'owner admin producer staff@event wall@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_gate_tiers', topics => 'event:event_id');

create table gate_counters (
  gate_id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  event_id uuid not null,
  entries int not null default 0 check (entries >= 0),
  exits int not null default 0 check (exits >= 0),
  refused int not null default 0 check (refused >= 0),
  updated_at timestamptz not null default now(),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, gate_id) references event_gates (event_id, id) on delete cascade
) with (fillfactor = 20);
create index on gate_counters (event_id);
create index on gate_counters (organization_id);
comment on table gate_counters is 'People in and out through a gate, annulled scans left out, and scans refused there. Always equal to app.recount().';
select app.protect('gate_counters', 'entries', 'exits', 'refused');
select app.secure('gate_counters',
  read => 'owner admin producer staff@event wall@event',
  insert => 'none nosystem', update => 'none nosystem', delete => 'none nosystem');
select live.track('gate_counters', topics => 'event:event_id', key => 'gate_id');

create function app.provision_gate() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into gate_counters (gate_id, organization_id, event_id) values (new.id, new.organization_id, new.event_id);
  return null;
end $$;
alter function app.provision_gate() owner to app_definer;
create trigger provision_gate after insert on event_gates for each row execute function app.provision_gate();

create table devices (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  name text not null check (length(name) between 1 and 100),
  profile text not null default 'scan' check (profile in ('scan', 'wall', 'caller')),
  kind text not null generated always as (case profile when 'scan' then 'checkin_tablet' else 'command_screen' end) stored,
  status text not null default 'active' check (status in ('active', 'revoked')),
  token_hash bytea not null unique,
  gate_id uuid,
  -- May admit against a rule, with a reason.
  supervisor boolean not null default false,
  app_version text,
  last_seen_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, gate_id) references event_gates (event_id, id) on delete set null (gate_id),
  constraint gate_of_event check (gate_id is null or event_id is not null)
);
create index on devices (event_id) where event_id is not null;
create index on devices (gate_id) where gate_id is not null;
comment on table devices is 'Paired tablets, caller desks and wall screens. A device acts within its event only; revoking the row ends its socket.';
select app.touch('devices');
select app.secure('devices',
  read => 'owner admin producer staff@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('devices', topics => 'event:event_id, org', omit => '{token_hash}');

create table device_pairings (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  code_hash bytea not null unique,
  name text not null check (length(name) between 1 and 100),
  profile text not null check (profile in ('scan', 'wall', 'caller')),
  gate_id uuid,
  supervisor boolean not null default false,
  expires_at timestamptz not null,
  claimed_at timestamptz,
  device_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, gate_id) references event_gates (event_id, id) on delete set null (gate_id),
  foreign key (organization_id, device_id) references devices (organization_id, id) on delete set null (device_id),
  constraint device_after_claim check (device_id is null or claimed_at is not null)
);
create index on device_pairings (organization_id);
create index on device_pairings (event_id);
create index on device_pairings (gate_id) where gate_id is not null;
create index on device_pairings (device_id) where device_id is not null;
comment on table device_pairings is 'Short codes that turn a tablet into a device of one event, once, for a few minutes.';
select app.touch('device_pairings');
select app.secure('device_pairings',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('device_pairings', topics => 'event:event_id', omit => '{code_hash}');

-- A token or a code is all that a device brings; its tenant is not known before these have answered.
create function app.device_by_token(token_hash bytea)
returns table (id uuid, organization_id uuid, event_id uuid, name text, profile text, gate_id uuid, supervisor boolean)
language sql stable security definer set search_path = public, pg_temp
as $$
  select d.id, d.organization_id, d.event_id, d.name, d.profile, d.gate_id, d.supervisor
    from devices d join organizations o on o.id = d.organization_id
   where d.token_hash = $1 and d.status = 'active' and o.status <> 'suspended' and app.is_system()
$$;
alter function app.device_by_token(bytea) owner to app_definer;

create function app.pairing_by_code(code_hash bytea)
returns table (id uuid, organization_id uuid, event_id uuid)
language sql stable security definer set search_path = public, pg_temp
as $$
  select p.id, p.organization_id, p.event_id
    from device_pairings p
   where p.code_hash = $1 and p.claimed_at is null and p.expires_at > now() and app.is_system()
$$;
alter function app.pairing_by_code(bytea) owner to app_definer;

create table check_ins (
  id uuid primary key default app.uuid7(),
  -- No key to organizations of its own: the event's is enough, and this is the table that is written in a storm.
  organization_id uuid not null default app.org(),
  event_id uuid not null,
  registration_id uuid,
  device_id uuid,
  scanned_by uuid references users on delete set null,
  gate_id uuid,
  -- Made by the tablet: the same scan sent again is the same row.
  scan_uid uuid not null,
  -- Of the code that was read; null when the guest was picked by name.
  qr_hash bytea,
  direction text not null default 'in' check (direction in ('in', 'out')),
  result text not null check (result in ('accepted', 'duplicate', 'unknown', 'wrong_event', 'wrong_gate', 'cancelled',
                                         'not_confirmed', 'not_inside', 'undone')),
  people smallint not null default 0,
  entry_no int check (entry_no > 0),
  overridden text check (overridden in ('wrong_gate', 'not_confirmed')),
  override_reason text check (length(override_reason) between 1 and 200),
  offline boolean not null default false,
  scanned_at timestamptz not null,
  received_at timestamptz not null default now(),
  undone_at timestamptz,
  created_at timestamptz not null default now(),
  unique (event_id, scan_uid),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, registration_id) references registrations (event_id, id) on delete cascade,
  foreign key (organization_id, device_id) references devices (organization_id, id) on delete set null (device_id),
  foreign key (event_id, gate_id) references event_gates (event_id, id) on delete set null (gate_id),
  constraint accepted_is_whole check (
    result not in ('accepted', 'undone')
    or (registration_id is not null and people > 0 and (direction = 'out') = (entry_no is null))),
  constraint refused_admits_nobody check (
    result in ('accepted', 'undone') or (people = 0 and entry_no is null and overridden is null)),
  constraint override_has_reason check (overridden is null or override_reason is not null),
  constraint undone_has_time check ((result = 'undone') = (undone_at is not null))
);
-- The exactly-once rule. Two tablets may race, on two hubs, after any crash: one row can be the guest's n-th entry.
create unique index one_entry on check_ins (registration_id, entry_no) where result = 'accepted' and direction = 'in';
create index on check_ins (registration_id);
create index on check_ins (organization_id, event_id, received_at);
create index on check_ins (device_id) where device_id is not null;
create index on check_ins (gate_id) where gate_id is not null;
create index on check_ins (scanned_by) where scanned_by is not null;
comment on table check_ins is 'Every scan, accepted or refused, as it was. Nothing in it changes but accepted to undone.';
select app.secure('check_ins',
  read => 'owner admin producer staff@event', insert => 'owner admin producer staff@event',
  update => 'owner admin producer', delete => 'owner admin');
select live.track('check_ins', topics => 'event:event_id');

create function app.guard_check_in() returns trigger
language plpgsql
as $$
declare
  -- Those who and where it happened may be deleted; the scan stays.
  loose constant text[] := array['gate_id', 'device_id', 'scanned_by'];
begin
  if to_jsonb(new) - loose - array['result', 'undone_at'] <> to_jsonb(old) - loose - array['result', 'undone_at']
     or (new.gate_id is not null and new.gate_id is distinct from old.gate_id)
     or (new.device_id is not null and new.device_id is distinct from old.device_id)
     or (new.scanned_by is not null and new.scanned_by is distinct from old.scanned_by) then
    raise exception 'a scan is kept as it was' using errcode = '23514', constraint = 'scan_is_kept', table = 'check_ins';
  end if;
  if (new.result, new.undone_at) is distinct from (old.result, old.undone_at)
     and not (old.result = 'accepted' and new.result = 'undone') then
    raise exception 'only an accepted scan can be annulled, once'
      using errcode = '23514', constraint = 'annul_accepted', table = 'check_ins';
  end if;
  return new;
end $$;
create trigger c_guard before update on check_ins for each row execute function app.guard_check_in();

-- Counts scans: refused ones on the event, then people and refusals of each gate, gates ascending. Transactions that
-- change registrations and scans write the registrations first, so that the order of locks stays: tiers, event, gates.
create type app.scan_change as (
  sign int, event_id uuid, gate_id uuid, entered int, left_people int, refused int
);

create type app.gate_change as (gate_id uuid, entered int, left_people int, refused int);

create function app.count_check_ins() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  changes app.scan_change[] := '{}';
  passed app.gate_change[];
  delta record;
begin
  if tg_op <> 'DELETE' then
    changes := array(
      select row(1, r.event_id, r.gate_id,
                 case when r.result = 'accepted' and r.direction = 'in' then r.people else 0 end,
                 case when r.result = 'accepted' and r.direction = 'out' then r.people else 0 end,
                 (r.result not in ('accepted', 'undone'))::int)::app.scan_change
        from new_rows r);
  end if;
  if tg_op <> 'INSERT' then
    changes := changes || array(
      select row(-1, r.event_id, r.gate_id,
                 case when r.result = 'accepted' and r.direction = 'in' then r.people else 0 end,
                 case when r.result = 'accepted' and r.direction = 'out' then r.people else 0 end,
                 (r.result not in ('accepted', 'undone'))::int)::app.scan_change
        from old_rows r);
  end if;

  for delta in
    select c.event_id, sum(c.sign * c.refused)::int as refused
      from unnest(changes) c group by c.event_id having sum(c.sign * c.refused) <> 0 order by c.event_id
  loop
    update event_counters e set refused_count = e.refused_count + delta.refused, updated_at = now()
     where e.event_id = delta.event_id;
  end loop;
  passed := array(
    select d from (
      select c.gate_id, sum(c.sign * c.entered)::int as entered, sum(c.sign * c.left_people)::int as left_people,
             sum(c.sign * c.refused)::int as refused
        from unnest(changes) c where c.gate_id is not null group by c.gate_id) d
     where (d.entered, d.left_people, d.refused) <> (0, 0, 0));
  if passed <> '{}' then
    update gate_counters g
       set entries = g.entries + d.entered, exits = g.exits + d.left_people, refused = g.refused + d.refused,
           updated_at = now()
      from (select p.* from unnest(passed) p join gate_counters k on k.gate_id = p.gate_id
             order by p.gate_id for no key update of k) d
     where g.gate_id = d.gate_id;
  end if;
  return null;
end $$;
alter function app.count_check_ins() owner to app_definer;
create trigger count_check_ins_i after insert on check_ins referencing new table as new_rows
  for each statement execute function app.count_check_ins();
create trigger count_check_ins_u after update on check_ins referencing old table as old_rows new table as new_rows
  for each statement execute function app.count_check_ins();
create trigger count_check_ins_d after delete on check_ins referencing old table as old_rows
  for each statement execute function app.count_check_ins();

-- Every counter of an event, as stored and as counted now. Runs as whoever asks: row security decides what is counted.
create function app.recount(of_event uuid)
returns table (counter text, subject uuid, stored bigint, counted bigint)
language sql stable
as $$
  with guests as (
    select r.*, r.status in ('confirmed', 'attended') as registered from registrations r where r.event_id = of_event
  ), counted as (
    select count(*) filter (where status = 'pending') as held,
           count(*) filter (where registered) as registered,
           count(*) filter (where status = 'attended') as checked_in,
           coalesce(sum(party_size) filter (where registered), 0) as expected,
           coalesce(sum(arrived_count), 0) as arrived,
           coalesce(sum(inside_count), 0) as inside,
           count(*) filter (where registered and vip) as vip_expected,
           count(*) filter (where status = 'attended' and vip) as vip_arrived,
           (select count(*) from check_ins c
             where c.event_id = of_event and c.result not in ('accepted', 'undone')) as refused
      from guests
  )
  select 'event.' || n.counter, e.event_id, n.stored, n.counted
    from event_counters e, counted c,
         lateral (values ('held_count', e.held_count, c.held), ('registered_count', e.registered_count, c.registered),
                         ('checked_in_count', e.checked_in_count, c.checked_in),
                         ('expected_people', e.expected_people, c.expected),
                         ('arrived_people', e.arrived_people, c.arrived), ('inside_people', e.inside_people, c.inside),
                         ('vip_expected', e.vip_expected, c.vip_expected), ('vip_arrived', e.vip_arrived, c.vip_arrived),
                         ('refused_count', e.refused_count, c.refused)) n (counter, stored, counted)
   where e.event_id = of_event
  union all
  select 'tier.' || n.counter, t.id, n.stored, n.counted
    from ticket_tiers t
    join tier_counters k on k.ticket_tier_id = t.id
    left join lateral (
      select count(*) filter (where g.registered) as sold, count(*) filter (where g.status = 'pending') as held,
             coalesce(sum(g.party_size) filter (where g.registered), 0) as expected,
             coalesce(sum(g.arrived_count), 0) as arrived, coalesce(sum(g.inside_count), 0) as inside
        from guests g where g.ticket_tier_id = t.id) c on true,
         lateral (values ('quantity_sold', t.quantity_sold, c.sold), ('quantity_held', t.quantity_held, c.held),
                         ('expected_people', k.expected_people, c.expected),
                         ('arrived_people', k.arrived_people, c.arrived),
                         ('inside_people', k.inside_people, c.inside)) n (counter, stored, counted)
   where t.event_id = of_event
  union all
  select 'gate.' || n.counter, g.gate_id, n.stored, n.counted
    from gate_counters g
    left join lateral (
      select coalesce(sum(s.people) filter (where s.result = 'accepted' and s.direction = 'in'), 0) as entries,
             coalesce(sum(s.people) filter (where s.result = 'accepted' and s.direction = 'out'), 0) as exits,
             count(*) filter (where s.result not in ('accepted', 'undone')) as refused
        from check_ins s where s.event_id = of_event and s.gate_id = g.gate_id) c on true,
         lateral (values ('entries', g.entries, c.entries), ('exits', g.exits, c.exits),
                         ('refused', g.refused, c.refused)) n (counter, stored, counted)
   where g.event_id = of_event
$$;

-- Guests whose presence no scan explains: set by hand, or a fault. Empty when everybody came in by a scan.
create function app.unexplained_guests(of_event uuid)
returns table (registration_id uuid, inside_count int, scanned_inside int)
language sql stable
as $$
  select r.id, r.inside_count::int, coalesce(s.inside, 0)
    from registrations r
    left join (select c.registration_id,
                      sum(case c.direction when 'in' then c.people else -c.people end)::int as inside
                 from check_ins c
                where c.event_id = of_event and c.result = 'accepted' group by c.registration_id) s
      on s.registration_id = r.id
   where r.event_id = of_event and r.inside_count <> coalesce(s.inside, 0)
$$;
