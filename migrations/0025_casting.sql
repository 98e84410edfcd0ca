-- Models: when they are free, where they are cast, when they are called. And whom all this lets see an event.

-- The cards of the signed-in model, in the current organization.
create function app.my_model_cards() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return query select p.id from model_profiles p where p.user_id = app.uid() and p.organization_id = app.org();
end $$;
alter function app.my_model_cards() owner to app_definer;

-- A card is linked to a login of its own organization only: the link reaches into every organization's calendar.
create trigger c_guard_member before insert or update of user_id on model_profiles
  for each row execute function app.guard_member('user_id');

create table model_availability (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  model_profile_id uuid not null,
  -- The model's login, or else the card: a model who has a login is not booked twice by two organizations either.
  person_key uuid not null,
  event_id uuid,
  shoot_id uuid,
  -- Of the shoot: it names the topic that must hear of a change here.
  project_id uuid,
  time_zone text not null default 'UTC',
  start_time timestamptz not null,
  end_time timestamptz not null,
  date date generated always as ((start_time at time zone time_zone)::date) stored,
  during tstzrange generated always as (case when end_time > start_time then tstzrange(start_time, end_time, '[)') end) stored,
  status text not null default 'available' check (status in ('available', 'booked', 'tentative')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint end_after_start check (end_time > start_time),
  constraint booked_for_something check (status <> 'booked' or num_nonnulls(event_id, shoot_id) = 1),
  constraint project_of_shoot check (shoot_id is null or project_id is not null),
  constraint model_no_double_booking exclude using gist (person_key with =, during with &&) where (status = 'booked')
);
create index on model_availability (model_profile_id, start_time);
create index on model_availability (organization_id);
create index on model_availability (event_id) where event_id is not null;
create index on model_availability (shoot_id) where shoot_id is not null;
create index on model_availability (project_id) where project_id is not null;
comment on table model_availability is 'Calendar of a model. Booked periods never overlap, whoever booked them; another organization learns no more than that.';
select app.touch('model_availability');
select app.secure('model_availability',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('model_availability', 'select insert update delete', 'model', 'own',
  'model_profile_id in (select app.my_model_cards())');
select live.track('model_availability', topics => 'event:event_id, project:project_id, org');

create function app.set_person_key() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  new.person_key := coalesce((
    select p.user_id from model_profiles p where p.organization_id = new.organization_id and p.id = new.model_profile_id),
    new.model_profile_id);
  return new;
end $$;
alter function app.set_person_key() owner to app_definer;
create trigger c_set_person_key before insert or update on model_availability
  for each row execute function app.set_person_key();

create function app.move_with_model() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update model_availability a set person_key = coalesce(new.user_id, new.id) where a.model_profile_id = new.id;
  return null;
end $$;
alter function app.move_with_model() owner to app_definer;
create trigger move_with_model after update on model_profiles
  for each row when (old.user_id is distinct from new.user_id) execute function app.move_with_model();

create table event_models (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  model_profile_id uuid not null,
  status text not null default 'shortlisted' check (status in ('shortlisted', 'selected', 'confirmed', 'declined')),
  walk_order int check (walk_order > 0),
  is_opening boolean not null default false,
  is_closing boolean not null default false,
  fitting_status text not null default 'pending' check (fitting_status in ('pending', 'scheduled', 'completed')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, model_profile_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id) on delete cascade
);
create unique index one_opening on event_models (event_id) where is_opening;
create unique index one_closing on event_models (event_id) where is_closing;
create index on event_models (organization_id);
create index on event_models (model_profile_id);
comment on table event_models is 'Models cast in an event. One opens, one closes.';
select app.touch('event_models');
select app.secure('event_models',
  read => 'owner admin producer staff@event client@event designer@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('event_models', 'select', 'model', 'own', 'model_profile_id in (select app.my_model_cards())');
select live.track('event_models', topics => 'event:event_id');

-- Whoever sees the casting of an event sees who is cast.
create policy read_of_casting on model_profiles for select
  using ((select app.role()) in ('staff', 'client', 'designer')
         and id in (select m.model_profile_id from event_models m));

create table shoot_models (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  shoot_id uuid not null,
  model_profile_id uuid not null,
  status text not null default 'shortlisted' check (status in ('shortlisted', 'selected', 'confirmed', 'declined')),
  role text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (shoot_id, model_profile_id),
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id) on delete cascade
);
create index on shoot_models (organization_id);
create index on shoot_models (project_id);
create index on shoot_models (model_profile_id);
comment on table shoot_models is 'Models cast in a shoot.';
select app.touch('shoot_models');
select app.secure('shoot_models',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('shoot_models', 'select', 'model', 'own', 'model_profile_id in (select app.my_model_cards())');
select live.track('shoot_models', topics => 'project:project_id');

create table call_times (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  shoot_id uuid,
  -- Of the shoot: it names the topic that must hear of a change here.
  project_id uuid,
  model_profile_id uuid,
  designer_profile_id uuid,
  stakeholder_id uuid,
  staff_id uuid,
  time_zone text not null default 'UTC',
  call_at timestamptz not null,
  date date generated always as ((call_at at time zone time_zone)::date) stored,
  time time generated always as ((call_at at time zone time_zone)::time) stored,
  location text,
  notes text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id) on delete cascade,
  foreign key (organization_id, designer_profile_id) references designer_profiles (organization_id, id) on delete cascade,
  foreign key (organization_id, stakeholder_id) references stakeholders (organization_id, id) on delete cascade,
  foreign key (organization_id, staff_id) references staff (organization_id, id) on delete cascade,
  constraint one_party check (num_nonnulls(model_profile_id, designer_profile_id, stakeholder_id, staff_id) = 1),
  constraint one_parent check (num_nonnulls(event_id, shoot_id) = 1),
  constraint project_of_shoot check (shoot_id is null or project_id is not null)
);
create index on call_times (event_id, call_at);
create index on call_times (shoot_id, call_at);
create index on call_times (organization_id);
create index on call_times (project_id) where project_id is not null;
create index on call_times (model_profile_id) where model_profile_id is not null;
create index on call_times (designer_profile_id) where designer_profile_id is not null;
create index on call_times (stakeholder_id) where stakeholder_id is not null;
create index on call_times (staff_id) where staff_id is not null;
comment on table call_times is 'When models, designers, partners and crew are to be where, at an event or a shoot. date and time are local.';
select app.touch('call_times');
select app.secure('call_times',
  read => 'owner admin producer staff@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('call_times', 'select', 'model', 'own', 'model_profile_id in (select app.my_model_cards())');
select app.also_allow('call_times', 'select', 'designer', 'own', 'designer_profile_id in (select app.my_designer_profiles())');
select live.track('call_times', topics => 'event:event_id, project:project_id');

create table comp_cards (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  model_profile_id uuid not null,
  layout text not null default 'classic',
  photo_asset_ids uuid[] not null default '{}',
  -- The measurements as they were when the card was made.
  stats jsonb not null default '{}',
  -- The rendered card.
  asset_id uuid,
  version int not null default 1 check (version > 0),
  status text not null default 'queued' check (status in ('queued', 'rendered', 'failed')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (model_profile_id, version),
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id) on delete cascade
);
create index on comp_cards (organization_id);
create index on comp_cards (asset_id) where asset_id is not null;
comment on table comp_cards is 'Composite cards of models, versioned.';
select app.touch('comp_cards');
select app.secure('comp_cards',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('comp_cards', 'select', 'model', 'own', 'model_profile_id in (select app.my_model_cards())');
select live.track('comp_cards', topics => 'org');

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('comp_cards', 'stats', 'personal', 'model_profile_id', true, 'tombstone');

-- The events of a person in one organization: those given explicitly or through a team or a roster, those they work at;
-- for models those they walk in, for designers those they show at, for sponsors those their company pays for, for
-- attendees those they hold a ticket of. A model who is only considered does not learn of the event.
create or replace function app.event_ids_of_person(person uuid, tenant uuid) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  member memberships := (select m from memberships m
                          where m.user_id = person and m.organization_id = tenant and m.status = 'active');
begin
  return query
    select e.event_id from event_members e where e.user_id = person and e.organization_id = tenant
    union all
    select e.id from organizer_team_members t
      join events e on e.organizer_team_id = t.team_id and e.organization_id = t.organization_id
     where t.user_id = person and t.organization_id = tenant
    union all
    select e.event_id from stakeholders s
      join event_stakeholders e on e.stakeholder_id = s.id
     where s.user_id = person and s.organization_id = tenant
    union all
    select a.event_id from staff s
      join staff_assignments a on a.staff_id = s.id and a.status <> 'cancelled'
     where s.user_id = person and s.organization_id = tenant and s.status = 'active';
  case member.role
    when 'model' then
      return query
        select l.event_id from model_profiles p join show_lineup l on l.model_profile_id = p.id
         where p.user_id = person and p.organization_id = tenant
        union all
        select c.event_id from model_profiles p
          join event_models c on c.model_profile_id = p.id and c.status in ('selected', 'confirmed')
         where p.user_id = person and p.organization_id = tenant;
    when 'designer' then
      return query
        select d.event_id from designer_profiles p join event_designers d on d.designer_profile_id = p.id
         where p.user_id = person and p.organization_id = tenant;
    when 'sponsor' then
      return query
        select s.event_id from event_sponsorships s
         where s.sponsor_id = member.account_id and s.organization_id = tenant and s.status <> 'cancelled';
    when 'attendee' then
      return query
        select r.event_id from registrations r
         where r.user_id = person and r.organization_id = tenant and r.status in ('confirmed', 'attended');
    else null;
  end case;
end $$;

-- Whoever loses what let them see an event loses it at once, with a socket open too. The journal tells of the row, but
-- not whose it was.
create function live.ring_partners() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  was jsonb := to_jsonb(old);
  person uuid;
begin
  for person in
    select (was ->> 'user_id')::uuid
     where tg_table_name in ('staff', 'stakeholders', 'designer_profiles', 'model_profiles', 'organizer_team_members', 'memberships')
    union select t.user_id from organizer_team_members t
           where tg_table_name = 'events' and t.team_id = (was ->> 'organizer_team_id')::uuid
    union select s.user_id from staff s where tg_table_name = 'staff_assignments' and s.id = (was ->> 'staff_id')::uuid
    union select s.user_id from stakeholders s
           where tg_table_name = 'event_stakeholders' and s.id = (was ->> 'stakeholder_id')::uuid
    union select p.user_id from model_profiles p
           where tg_table_name in ('event_models', 'show_lineup') and p.id = (was ->> 'model_profile_id')::uuid
    union select p.user_id from designer_profiles p
           where tg_table_name = 'event_designers' and p.id = (was ->> 'designer_profile_id')::uuid
    union select m.user_id from memberships m
           where tg_table_name = 'event_sponsorships' and m.account_id = (was ->> 'sponsor_id')::uuid
  loop
    if person is not null then
      perform pg_notify('live', 'person:' || person);
    end if;
  end loop;
  return null;
end $$;
alter function live.ring_partners() owner to app_definer;

create trigger ring_partners_d after delete on staff for each row execute function live.ring_partners();
create trigger ring_partners after update on staff
  for each row when ((old.user_id, old.status) is distinct from (new.user_id, new.status)) execute function live.ring_partners();
create trigger ring_partners_d after delete on stakeholders for each row execute function live.ring_partners();
create trigger ring_partners after update on stakeholders
  for each row when (old.user_id is distinct from new.user_id) execute function live.ring_partners();
create trigger ring_partners_d after delete on designer_profiles for each row execute function live.ring_partners();
create trigger ring_partners after update on designer_profiles
  for each row when (old.user_id is distinct from new.user_id) execute function live.ring_partners();
create trigger ring_partners_d after delete on model_profiles for each row execute function live.ring_partners();
create trigger ring_partners after update on model_profiles
  for each row when (old.user_id is distinct from new.user_id) execute function live.ring_partners();
create trigger ring_partners_d after delete on organizer_team_members for each row execute function live.ring_partners();
create trigger ring_partners after update on organizer_team_members
  for each row when ((old.user_id, old.team_id) is distinct from (new.user_id, new.team_id)) execute function live.ring_partners();
create trigger ring_partners after update on memberships
  for each row when (old.account_id is distinct from new.account_id) execute function live.ring_partners();
create trigger ring_partners after update on events
  for each row when (old.organizer_team_id is distinct from new.organizer_team_id) execute function live.ring_partners();
create trigger ring_partners_d after delete on staff_assignments for each row execute function live.ring_partners();
create trigger ring_partners after update on staff_assignments
  for each row when ((old.staff_id, old.event_id, old.status) is distinct from (new.staff_id, new.event_id, new.status))
  execute function live.ring_partners();
create trigger ring_partners_d after delete on event_stakeholders for each row execute function live.ring_partners();
create trigger ring_partners after update on event_stakeholders
  for each row when ((old.stakeholder_id, old.event_id) is distinct from (new.stakeholder_id, new.event_id))
  execute function live.ring_partners();
create trigger ring_partners_d after delete on event_models for each row execute function live.ring_partners();
create trigger ring_partners after update on event_models
  for each row when ((old.model_profile_id, old.event_id, old.status) is distinct from (new.model_profile_id, new.event_id, new.status))
  execute function live.ring_partners();
create trigger ring_partners_d after delete on show_lineup for each row execute function live.ring_partners();
create trigger ring_partners after update on show_lineup
  for each row when ((old.model_profile_id, old.event_id) is distinct from (new.model_profile_id, new.event_id))
  execute function live.ring_partners();
create trigger ring_partners_d after delete on event_designers for each row execute function live.ring_partners();
create trigger ring_partners after update on event_designers
  for each row when ((old.designer_profile_id, old.event_id) is distinct from (new.designer_profile_id, new.event_id))
  execute function live.ring_partners();
create trigger ring_partners_d after delete on event_sponsorships for each row execute function live.ring_partners();
create trigger ring_partners after update on event_sponsorships
  for each row when ((old.sponsor_id, old.event_id, old.status) is distinct from (new.sponsor_id, new.event_id, new.status))
  execute function live.ring_partners();
