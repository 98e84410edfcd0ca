-- Events, who is on them, and their counters.

create table events (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid,
  organizer_id uuid not null default app.uid() references users on delete restrict,
  venue_id uuid,
  organizer_team_id uuid,
  category_id uuid,
  title text not null check (length(title) between 1 and 300),
  slug citext not null,
  description text,
  theme text,
  guest_count_target int check (guest_count_target > 0),
  status text not null default 'draft' check (status in ('draft', 'published', 'cancelled', 'completed')),
  live_state text not null default 'idle' check (live_state in ('idle', 'doors_open', 'running', 'paused', 'ended')),
  event_type text not null default 'fashion_show' check (event_type in
    ('fashion_show', 'exhibition', 'workshop', 'popup', 'pr_event', 'other')),
  is_public boolean not null default false,
  -- A guest who has left may come in again.
  allow_reentry boolean not null default true,
  time_zone text not null default 'UTC',
  start_time timestamptz,
  end_time timestamptz,
  event_date date generated always as ((start_time at time zone time_zone)::date) stored,
  capacity_limit int check (capacity_limit > 0),
  currency currency_code not null default 'USD',
  budget_total amount not null default 0 check (budget_total >= 0),
  budget_actual amount not null default 0,
  progress_percentage smallint not null default 0 check (progress_percentage between 0 and 100),
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple',
    title || ' ' || coalesce(theme, '') || ' ' || coalesce(description, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, slug),
  unique (organization_id, id),
  foreign key (organization_id, venue_id) references venues (organization_id, id) on delete set null (venue_id),
  constraint dates_when_live check (status in ('draft', 'cancelled') or (start_time is not null and end_time is not null)),
  constraint end_after_start check (end_time > start_time)
);
create index on events (organization_id, start_time);
create index on events (organization_id, status);
create index on events using gin (search);
create index on events (project_id) where project_id is not null;
create index on events (organizer_id);
create index on events (venue_id) where venue_id is not null;
comment on table events is 'A runway show, exhibition, workshop, pop-up or PR event. event_date is the local date of its start.';

create table event_members (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  user_id uuid not null references users on delete cascade,
  role text not null default 'viewer' check (role in ('producer', 'show_caller', 'checkin', 'viewer')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, user_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
create index on event_members (user_id);
create index on event_members (organization_id);
comment on table event_members is 'Explicit access of one person to one event.';

-- The events of a person in one organization: those given explicitly, for models those they walk in, for attendees
-- those they hold a ticket of. (plpgsql, so that it may name tables of later files.)
create function app.event_ids_of_person(person uuid, tenant uuid) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  member_role text := (select m.role from memberships m
                        where m.user_id = person and m.organization_id = tenant and m.status = 'active');
begin
  return query select e.event_id from event_members e where e.user_id = person and e.organization_id = tenant;
  if member_role = 'model' then
    return query select l.event_id from show_lineup l
                   join model_profiles p on p.organization_id = l.organization_id and p.id = l.model_profile_id
                  where p.user_id = person and l.organization_id = tenant;
  elsif member_role = 'attendee' then
    return query select r.event_id from registrations r
                  where r.user_id = person and r.organization_id = tenant and r.status in ('confirmed', 'attended');
  end if;
end $$;
alter function app.event_ids_of_person(uuid, uuid) owner to app_definer;
-- Whom a function may be asked about is its caller's business; nobody asks this one but app.my_events().
revoke execute on function app.event_ids_of_person(uuid, uuid) from public;

-- The events that the scope `event` of an access rule means, for whoever acts now.
create function app.my_events() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.device_id() is not null then
    return query select d.event_id from devices d
                  where d.id = app.device_id() and d.status = 'active' and d.event_id is not null;
  else
    return query select app.event_ids_of_person(app.uid(), app.org());
  end if;
end $$;
alter function app.my_events() owner to app_definer;

select app.touch('events');
create trigger c_guard_member before insert or update of organizer_id on events
  for each row execute function app.guard_member('organizer_id');
select app.protect('events', 'budget_actual', 'progress_percentage');
select app.secure('events', event_column => 'id',
  read => 'owner admin producer staff@event client@event designer@event model@event sponsor@event
           attendee@event attendee@published wall@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin',
  mask => '{"budget_total":  ["staff", "client", "designer", "model", "sponsor", "attendee", "wall"],
            "budget_actual": ["staff", "client", "designer", "model", "sponsor", "attendee", "wall"],
            "meta_data":     ["staff", "client", "designer", "model", "sponsor", "attendee", "wall"]}');
select live.track('events', topics => 'event:id, project:project_id, org!');

select app.touch('event_members');
create trigger c_guard_member before insert or update of user_id on event_members
  for each row execute function app.guard_member('user_id');
select app.secure('event_members',
  read => 'owner admin producer staff@event any@own', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_members', topics => 'event:event_id');

alter table invitations add foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade;

-- Whoever sees an event sees where it is.
create policy read_of_events on venues for select
  using ((select app.role()) in ('staff', 'client', 'designer', 'model') and id in (select e.venue_id from events e));
insert into app.access (table_name, verb, role, scope)
  select 'venues', 'select', role, 'event' from unnest(array['staff', 'client', 'designer', 'model']) role;

create table event_counters (
  event_id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  capacity_limit int,
  held_count int not null default 0 check (held_count >= 0),
  registered_count int not null default 0 check (registered_count >= 0),
  checked_in_count int not null default 0 check (checked_in_count >= 0),
  expected_people int not null default 0 check (expected_people >= 0),
  arrived_people int not null default 0 check (arrived_people >= 0),
  inside_people int not null default 0 check (inside_people >= 0),
  vip_expected int not null default 0 check (vip_expected >= 0),
  vip_arrived int not null default 0 check (vip_arrived >= 0),
  refused_count int not null default 0 check (refused_count >= 0),
  updated_at timestamptz not null default now(),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint no_overcapacity check (capacity_limit is null or held_count + registered_count <= capacity_limit),
  constraint checked_in_le_registered check (checked_in_count <= registered_count),
  constraint inside_le_arrived check (inside_people <= arrived_people)
) with (fillfactor = 20);
create index on event_counters (organization_id);
comment on table event_counters is
  'One row an event, apart from events because every scan changes it. Registrations: held (pending), registered (confirmed and attended), checked_in (attended), vip_expected, vip_arrived. People, plus-ones included: expected, arrived, inside. Scans: refused. Always equal to app.recount().';
select app.secure('event_counters',
  read => 'owner admin producer staff@event wall@event',
  insert => 'none nosystem', update => 'none nosystem', delete => 'none nosystem');
select live.track('event_counters', topics => 'event:event_id', key => 'event_id');

-- Every event has its counters row from the first moment, with the capacity that is in force.
create function app.sync_event_capacity() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into event_counters (event_id, organization_id, capacity_limit)
    values (new.id, new.organization_id, new.capacity_limit);
    return null;
  end if;
  update event_counters c set capacity_limit = new.capacity_limit, updated_at = now()
   where c.event_id = new.id
     and (new.capacity_limit is null or c.held_count + c.registered_count <= new.capacity_limit);
  if not found then
    raise exception 'a capacity of % is below the seats already taken', new.capacity_limit
      using errcode = '23514', constraint = 'no_overcapacity', table = 'events', column = 'capacity_limit';
  end if;
  return null;
end $$;
alter function app.sync_event_capacity() owner to app_definer;
create trigger sync_event_capacity_i after insert on events
  for each row execute function app.sync_event_capacity();
create trigger sync_event_capacity_u after update on events
  for each row when (old.capacity_limit is distinct from new.capacity_limit)
  execute function app.sync_event_capacity();
select app.protect('event_counters', 'held_count', 'registered_count', 'checked_in_count', 'expected_people',
  'arrived_people', 'inside_people', 'vip_expected', 'vip_arrived', 'refused_count', 'capacity_limit');
