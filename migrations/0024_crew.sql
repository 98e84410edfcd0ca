-- Who does the work: suppliers and their services, outside partners, production teams, crew and their shifts.

create table vendors (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  account_id uuid,
  name text not null check (length(name) between 1 and 200),
  type text[] not null default '{}',
  contact_info_enc sealed,
  status text not null default 'active' check (status in ('active', 'inactive')),
  rating numeric(3, 2) check (rating between 0 and 5),
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple', name)) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, account_id) references accounts (organization_id, id) on delete set null (account_id)
);
create index on vendors using gin (type);
create index on vendors using gin (search);
create index on vendors (account_id) where account_id is not null;
comment on table vendors is 'Suppliers. rating is the mean of their ratings.';
select app.touch('vendors');
select app.protect('vendors', 'rating');
select app.secure('vendors',
  read => 'owner admin producer staff', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  mask => '{"contact_info": ["staff"]}');
select app.refuse_devices('vendors');
select live.track('vendors', topics => 'org');

create table vendor_services (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  vendor_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  description text,
  pricing jsonb not null default '{}',
  availability jsonb not null default '{}',
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (vendor_id, id),
  foreign key (organization_id, vendor_id) references vendors (organization_id, id) on delete cascade
);
create index on vendor_services (organization_id);
comment on table vendor_services is 'What a supplier offers, at which price.';
select app.touch('vendor_services');
select app.secure('vendor_services',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('vendor_services', topics => 'org');

create table event_vendors (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  vendor_id uuid not null,
  service_id uuid,
  status text not null default 'pending' check (status in ('pending', 'confirmed', 'completed')),
  requirements jsonb not null default '{}',
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique nulls not distinct (event_id, vendor_id, service_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, vendor_id) references vendors (organization_id, id) on delete cascade,
  foreign key (vendor_id, service_id) references vendor_services (vendor_id, id) on delete set null (service_id)
);
create index on event_vendors (organization_id);
create index on event_vendors (vendor_id);
create index on event_vendors (service_id) where service_id is not null;
comment on table event_vendors is 'Suppliers hired for an event, once for each service.';
select app.touch('event_vendors');
select app.secure('event_vendors',
  read => 'owner admin producer staff@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_vendors', topics => 'event:event_id');

-- A supplier stays hired when a service goes, and is not hired twice for nothing in particular.
create function app.leave_service() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  -- With the supplier or the organization goes all of it.
  if not exists (select from vendors v join organizations o on o.id = v.organization_id where v.id = old.vendor_id) then
    return old;
  end if;
  delete from event_vendors v
   where v.vendor_id = old.vendor_id and v.service_id = old.id
     and exists (select from event_vendors o
                  where o.event_id = v.event_id and o.vendor_id = v.vendor_id and o.service_id is null);
  update event_vendors v set service_id = null where v.vendor_id = old.vendor_id and v.service_id = old.id;
  return old;
end $$;
alter function app.leave_service() owner to app_definer;
create trigger leave_service before delete on vendor_services
  for each row execute function app.leave_service();

alter table budget_items add foreign key (organization_id, vendor_id)
  references vendors (organization_id, id) on delete set null (vendor_id);
create index on budget_items (vendor_id) where vendor_id is not null;

create table stakeholders (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  -- Their login, if they have one.
  user_id uuid references users on delete cascade,
  managed_by uuid references users on delete set null,
  contact_id uuid,
  vendor_id uuid,
  name text not null check (length(name) between 1 and 200),
  email_enc sealed,
  email_bidx blind_index,
  phone_enc sealed,
  role text,
  company text,
  search tsvector generated always as (to_tsvector('simple',
    name || ' ' || coalesce(company, '') || ' ' || coalesce(role, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete set null (contact_id),
  foreign key (organization_id, vendor_id) references vendors (organization_id, id) on delete set null (vendor_id)
);
create index on stakeholders (user_id);
create index on stakeholders (organization_id, email_bidx);
create index on stakeholders using gin (search);
create index on stakeholders (managed_by) where managed_by is not null;
create index on stakeholders (contact_id) where contact_id is not null;
create index on stakeholders (vendor_id) where vendor_id is not null;
comment on table stakeholders is 'Outside partners of productions: suppliers'' people, contractors, press offices.';
select app.touch('stakeholders');
create trigger c_guard_member before insert or update of user_id on stakeholders
  for each row execute function app.guard_member('user_id');
create trigger c_guard_manager before insert or update of managed_by on stakeholders
  for each row execute function app.guard_member('managed_by');
select app.secure('stakeholders',
  read => 'owner admin producer staff any@own', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.refuse_devices('stakeholders');
select live.track('stakeholders', topics => 'org');

alter table task_assignees add foreign key (organization_id, stakeholder_id)
  references stakeholders (organization_id, id) on delete cascade;
create index on task_assignees (stakeholder_id) where stakeholder_id is not null;

create table event_stakeholders (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  stakeholder_id uuid not null,
  role text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, stakeholder_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, stakeholder_id) references stakeholders (organization_id, id) on delete cascade
);
create index on event_stakeholders (organization_id);
create index on event_stakeholders (stakeholder_id);
comment on table event_stakeholders is 'The roster of an event: outside partners, each once.';
select app.touch('event_stakeholders');
select app.secure('event_stakeholders',
  read => 'owner admin producer staff@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_stakeholders', topics => 'event:event_id');

create table organizer_teams (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  owner_id uuid not null references users on delete restrict,
  name text not null check (length(name) between 1 and 200),
  type text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id)
);
create index on organizer_teams (owner_id);
comment on table organizer_teams is 'Production teams. Who is in the team of an event sees the event.';
select app.touch('organizer_teams');
create trigger c_guard_member before insert or update of owner_id on organizer_teams
  for each row execute function app.guard_member('owner_id');
select app.secure('organizer_teams',
  read => 'owner admin producer staff', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.refuse_devices('organizer_teams');
select live.track('organizer_teams', topics => 'org');

alter table events add foreign key (organization_id, organizer_team_id)
  references organizer_teams (organization_id, id) on delete set null (organizer_team_id);
create index on events (organizer_team_id) where organizer_team_id is not null;

create table organizer_team_members (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  team_id uuid not null,
  user_id uuid references users on delete cascade,
  stakeholder_id uuid,
  role text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, team_id) references organizer_teams (organization_id, id) on delete cascade,
  foreign key (organization_id, stakeholder_id) references stakeholders (organization_id, id) on delete cascade,
  constraint one_party check (num_nonnulls(user_id, stakeholder_id) = 1)
);
create unique index on organizer_team_members (team_id, user_id) where user_id is not null;
create unique index on organizer_team_members (team_id, stakeholder_id) where stakeholder_id is not null;
create index on organizer_team_members (organization_id);
create index on organizer_team_members (team_id);
create index on organizer_team_members (user_id) where user_id is not null;
create index on organizer_team_members (stakeholder_id) where stakeholder_id is not null;
comment on table organizer_team_members is 'Who is in a team: members of the organization and outside partners.';
select app.touch('organizer_team_members');
create trigger c_guard_member before insert or update of user_id on organizer_team_members
  for each row execute function app.guard_member('user_id');
select app.secure('organizer_team_members',
  read => 'owner admin producer staff', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.refuse_devices('organizer_team_members');
select live.track('organizer_team_members', topics => 'org');

create table staff_roles (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  name text not null check (length(name) between 1 and 200),
  description text,
  -- What the crew's screens offer. Never asked when rights are decided.
  permissions jsonb not null default '{}',
  requirements jsonb not null default '{}',
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id)
);
comment on table staff_roles is 'Kinds of crew work. One that somebody is assigned to is not deleted.';
select app.touch('staff_roles');
select app.secure('staff_roles',
  read => 'owner admin producer staff', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.refuse_devices('staff_roles');
select live.track('staff_roles', topics => 'org');

create table staff (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  user_id uuid references users on delete set null,
  -- What they usually do.
  role_id uuid,
  -- Of crew without a login.
  name text,
  status text not null default 'active' check (status in ('active', 'inactive')),
  skills text[] not null default '{}',
  certifications jsonb not null default '[]',
  availability jsonb not null default '{}',
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, role_id) references staff_roles (organization_id, id) on delete set null (role_id),
  constraint named check (user_id is not null or name is not null or status = 'inactive')
);
create unique index on staff (organization_id, user_id) where user_id is not null;
create index on staff using gin (skills);
create index on staff (user_id) where user_id is not null;
create index on staff (role_id) where role_id is not null;
comment on table staff is 'Crew of an organization, with or without a login.';
select app.touch('staff');
create trigger c_guard_member before insert or update of user_id on staff
  for each row execute function app.guard_member('user_id');
select app.secure('staff',
  read => 'owner admin producer any@own', insert => 'owner admin producer',
  update => 'owner admin producer staff@own', delete => 'owner admin',
  limit_update => '{"staff": ["skills", "certifications", "availability"]}');
select live.track('staff', topics => 'org');

create table shifts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  required_staff int not null default 1 check (required_staff >= 0),
  notes text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint end_after_start check (end_time > start_time)
);
create index on shifts (organization_id);
comment on table shifts is 'Work shifts of an event, and how many people each needs.';
select app.touch('shifts');
select app.secure('shifts',
  read => 'owner admin producer staff@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('shifts', topics => 'event:event_id');

create table staff_assignments (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  staff_id uuid not null,
  role_id uuid,
  shift_id uuid,
  status text not null default 'scheduled' check (status in ('scheduled', 'completed', 'cancelled')),
  notes text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, staff_id) references staff (organization_id, id) on delete cascade,
  foreign key (organization_id, role_id) references staff_roles (organization_id, id) on delete set null (role_id),
  foreign key (event_id, shift_id) references shifts (event_id, id) on delete cascade
);
create unique index on staff_assignments (staff_id, shift_id) where status <> 'cancelled' and shift_id is not null;
create index on staff_assignments (organization_id);
create index on staff_assignments (event_id);
create index on staff_assignments (staff_id);
create index on staff_assignments (role_id) where role_id is not null;
create index on staff_assignments (shift_id) where shift_id is not null;
comment on table staff_assignments is 'Who works at an event, in which shift and role. Whoever is assigned sees the event.';
select app.touch('staff_assignments');
select app.secure('staff_assignments',
  read => 'owner admin producer staff@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('staff_assignments', topics => 'event:event_id');

create function app.guard_role_in_use() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if exists (select from organizations o where o.id = old.organization_id)
     and exists (select from staff_assignments a
                  where a.organization_id = old.organization_id and a.role_id = old.id and a.status <> 'cancelled') then
    raise exception 'somebody is assigned to the role'
      using errcode = '23503', constraint = 'role_in_use', table = 'staff_roles';
  end if;
  return old;
end $$;
alter function app.guard_role_in_use() owner to app_definer;
create trigger guard_role_in_use before delete on staff_roles
  for each row execute function app.guard_role_in_use();

-- Two shifts of one person at once are allowed, but said, at the event of each; and no longer said when one of them is
-- moved or dropped. An alert names no one: its entity is the crew member.
create function app.watch_staffing() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[];
begin
  if tg_table_name = 'shifts' then
    touched := array(
      select distinct a.staff_id from staff_assignments a
        join new_rows n on n.id = a.shift_id join old_rows o on o.id = n.id
       where (o.start_time, o.end_time) <> (n.start_time, n.end_time));
  elsif tg_op = 'INSERT' then
    touched := array(select distinct r.staff_id from new_rows r);
  elsif tg_op = 'DELETE' then
    touched := array(select distinct r.staff_id from old_rows r);
  else
    touched := array(
      select distinct x.staff_id from old_rows o join new_rows n on n.id = o.id,
             unnest(array[o.staff_id, n.staff_id]) x (staff_id)
       where (o.staff_id, o.shift_id, o.status) is distinct from (n.staff_id, n.shift_id, n.status));
  end if;
  if touched = '{}' then
    return null;
  end if;

  -- One planner at a time for each of them: two shifts given at the same moment would not see each other.
  perform from staff s where s.id = any (touched) order by s.id for no key update;
  with clashes as (
    select distinct e.organization_id, e.id as event_id, a.staff_id,
           'staffing:' || least(a.id, b.id) || ':' || greatest(a.id, b.id) as dedupe_key
      from staff_assignments a
      join shifts x on x.id = a.shift_id
      join events e on e.id = a.event_id
      join staff_assignments b on b.staff_id = a.staff_id and b.id <> a.id and b.status = 'scheduled'
      join shifts y on y.id = b.shift_id
     where a.staff_id = any (touched) and a.status = 'scheduled'
       and x.start_time < y.end_time and y.start_time < x.end_time
  ), over as (
    update event_alerts l set status = 'resolved', resolved_at = now()
     where l.kind = 'staffing' and l.entity_type = 'staff' and l.entity_id = any (touched) and l.status <> 'resolved'
       and l.dedupe_key like 'staffing:%' and l.event_id in (select e.id from events e)
       and not exists (select from clashes c where c.event_id = l.event_id and c.dedupe_key = l.dedupe_key)
  )
  insert into event_alerts (organization_id, event_id, kind, severity, message, source, entity_type, entity_id, dedupe_key)
  select c.organization_id, c.event_id, 'staffing', 'warning', 'A crew member has two shifts at once', 'system', 'staff',
         c.staff_id, c.dedupe_key
    from clashes c where tg_op <> 'DELETE'
  on conflict (event_id, dedupe_key) where status <> 'resolved' and dedupe_key is not null do nothing;
  return null;
end $$;
alter function app.watch_staffing() owner to app_definer;
create trigger watch_staffing_i after insert on staff_assignments referencing new table as new_rows
  for each statement execute function app.watch_staffing();
create trigger watch_staffing_u after update on staff_assignments referencing old table as old_rows new table as new_rows
  for each statement execute function app.watch_staffing();
create trigger watch_staffing_d after delete on staff_assignments referencing old table as old_rows
  for each statement execute function app.watch_staffing();
create trigger watch_staffing_u after update on shifts referencing old table as old_rows new table as new_rows
  for each statement execute function app.watch_staffing();

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('vendors', 'contact_info_enc', 'sealed', '-', true, 'shred'),
  ('stakeholders', 'name', 'personal', 'self', true, 'tombstone'),
  ('stakeholders', 'email_enc', 'sealed', 'self', true, 'shred'),
  ('stakeholders', 'email_bidx', 'sealed', 'self', false, 'null'),
  ('stakeholders', 'phone_enc', 'sealed', 'self', true, 'shred'),
  ('staff', 'name', 'personal', 'user_id or self', true, 'null'),
  ('staff', 'certifications', 'personal', 'user_id or self', true, 'tombstone');
