-- Where and when: floor plans and the booking calendar of venues; designers, their calendar, and what they show where.
-- First, what the files after this one stand on: rules beside those of app.secure(), and derived values that are no numbers.

-- Calendars refuse two bookings at once by exclusion constraints over a key and a period.
create extension if not exists btree_gist;

-- A scope is a word, or what a plugin was granted. A word that no policy knows is found by the tests.
alter table app.access drop constraint access_scope_check;
alter table app.access add constraint access_scope_check check (scope ~ '^[a-z]+(:(read|write))?$');

-- A rule beside those that app.secure() wrote, for rows that a column's comparison does not find: `verbs` and `roles`
-- are lists of words (`any`: every role), `condition` says which rows. Recorded like every rule.
create function app.also_allow(target text, verbs text, roles text, scope text, condition text) returns void
language plpgsql
as $$
declare
  verb text;
  allowed text := format('(%s and (%s))',
    case roles when 'any' then '(select app.role()) is not null'
               else format('(select app.role()) = any (%L::text[])', regexp_split_to_array(roles, '\s+')) end,
    condition);
begin
  foreach verb in array regexp_split_to_array(verbs, '\s+') loop
    execute format('create policy %I on %I for %s %s',
      verb || '_' || scope || '_' || replace(roles, ' ', '_'), target, verb,
      case verb
        when 'insert' then format('with check (%s)', allowed)
        when 'update' then format('using (%s) with check (%1$s)', allowed)
        else format('using (%s)', allowed)
      end);
    insert into app.access
      select target, verb, role, scope from unnest(regexp_split_to_array(roles, '\s+')) role;
  end loop;
end $$;

-- Derived values begin as nothing, as zero or, if they are times, as now.
create or replace function app.protect_derived() returns trigger
language plpgsql
as $$
declare
  derived text;
  written jsonb;
begin
  foreach derived in array tg_argv loop
    written := to_jsonb(new) -> derived;
    if (case
          when tg_op = 'UPDATE' then written is distinct from to_jsonb(old) -> derived
          when jsonb_typeof(written) = 'null' then false
          when jsonb_typeof(written) = 'number' then (written #>> '{}')::numeric <> 0
          else written <> to_jsonb(now()) end) then
      raise exception '%.% is derived and cannot be written', tg_table_name, derived using errcode = '42501';
    end if;
  end loop;
  return new;
end $$;

create table venue_floor_plans (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  venue_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  level text,
  asset_id uuid,
  -- Named areas with their capacity.
  zones jsonb not null default '[]' check (jsonb_typeof(zones) = 'array'),
  version int not null default 1 check (version > 0),
  is_current boolean not null default true,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (venue_id, name, version),
  foreign key (organization_id, venue_id) references venues (organization_id, id) on delete cascade
);
create unique index one_current_plan on venue_floor_plans (venue_id, name) where is_current;
create index on venue_floor_plans (organization_id);
create index on venue_floor_plans (asset_id) where asset_id is not null;
comment on table venue_floor_plans is 'Floor plans of a venue, versioned: an image or PDF, and its zones.';
select app.touch('venue_floor_plans');
select app.secure('venue_floor_plans',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
-- Whoever works at an event finds their way in its venue.
select app.also_allow('venue_floor_plans', 'select', 'staff', 'event', 'venue_id in (select v.id from venues v)');
select live.track('venue_floor_plans', topics => 'org');

create table venue_availability (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  venue_id uuid not null,
  event_id uuid,
  shoot_id uuid,
  -- Of the shoot: it names the topic that must hear of a change here.
  project_id uuid,
  time_zone text not null default 'UTC',
  start_time timestamptz not null,
  end_time timestamptz not null,
  date date generated always as ((start_time at time zone time_zone)::date) stored,
  during tstzrange generated always as (case when end_time > start_time then tstzrange(start_time, end_time, '[)') end) stored,
  status text not null default 'available' check (status in ('available', 'booked', 'tentative', 'blocked')),
  note text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, venue_id) references venues (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint end_after_start check (end_time > start_time),
  constraint booked_for_something check (status <> 'booked' or num_nonnulls(event_id, shoot_id) = 1),
  constraint project_of_shoot check (shoot_id is null or project_id is not null),
  -- Of two planners who save at the same moment, one is refused.
  constraint venue_no_double_booking exclude using gist (venue_id with =, during with &&) where (status in ('booked', 'blocked'))
);
create index on venue_availability (venue_id, start_time);
create index on venue_availability (status);
create index on venue_availability (organization_id);
create index on venue_availability (event_id) where event_id is not null;
create index on venue_availability (shoot_id) where shoot_id is not null;
create index on venue_availability (project_id) where project_id is not null;
comment on table venue_availability is 'Booking calendar of a venue. Booked and blocked periods never overlap; available and tentative ones may. date is the local date of the start; a stay past midnight is one row.';
select app.touch('venue_availability');
select app.secure('venue_availability',
  read => 'owner admin producer staff@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('venue_availability', topics => 'event:event_id, project:project_id, org');

-- The designer cards of the signed-in person, in the current organization.
create function app.my_designer_profiles() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return query select p.id from designer_profiles p where p.user_id = app.uid() and p.organization_id = app.org();
end $$;
alter function app.my_designer_profiles() owner to app_definer;

-- Brands are looked for by their names.
alter table fashion_brands drop column search;
alter table fashion_brands add column search tsvector generated always as (to_tsvector('simple',
  name::text || ' ' || coalesce(country, '') || ' ' || coalesce(style, ''))) stored;
create index on fashion_brands using gin (search);
select live.retrack('fashion_brands');

create table designer_profiles (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  user_id uuid references users on delete set null,
  brand_id uuid not null,
  -- Of a directory entry without a login.
  name text,
  title text,
  specialties text[] not null default '{}',
  portfolio_url text,
  experience_level text,
  achievements jsonb not null default '[]' check (jsonb_typeof(achievements) = 'array'),
  status text not null default 'active' check (status in ('draft', 'active', 'archived')),
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple', coalesce(name, '') || ' ' || coalesce(title, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete cascade
);
create unique index on designer_profiles (organization_id, user_id, brand_id) where user_id is not null;
create index on designer_profiles (user_id);
create index on designer_profiles (brand_id);
create index on designer_profiles using gin (search);
create index on designer_profiles using gin (specialties);
comment on table designer_profiles is 'The designer directory: one card a designer and brand. A designer needs no login.';
select app.touch('designer_profiles');
create trigger c_guard_member before insert or update of user_id on designer_profiles
  for each row execute function app.guard_member('user_id');
select app.secure('designer_profiles',
  read => 'owner admin producer designer@own', insert => 'owner admin producer',
  update => 'owner admin producer designer@own', delete => 'owner admin',
  -- search is generated, and not computed yet when the limit is checked.
  limit_update => '{"designer": ["name", "title", "specialties", "portfolio_url", "experience_level", "achievements",
                                 "search"]}');
select live.track('designer_profiles', topics => 'org');

create table designer_availability (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  designer_profile_id uuid not null,
  event_id uuid,
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
  foreign key (organization_id, designer_profile_id) references designer_profiles (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint end_after_start check (end_time > start_time),
  constraint designer_no_double_booking exclude using gist (designer_profile_id with =, during with &&) where (status = 'booked')
);
create index on designer_availability (designer_profile_id, start_time);
create index on designer_availability (organization_id);
create index on designer_availability (event_id) where event_id is not null;
comment on table designer_availability is 'Calendar of a designer. Booked periods never overlap.';
select app.touch('designer_availability');
select app.secure('designer_availability',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('designer_availability', 'select insert update delete', 'designer', 'own',
  'designer_profile_id in (select app.my_designer_profiles())');
select live.track('designer_availability', topics => 'event:event_id, org');

-- Collections of designers.
alter table collections add foreign key (organization_id, designer_id)
  references designer_profiles (organization_id, id) on delete set null (designer_id);
create index on collections (designer_id) where designer_id is not null;
select app.also_allow('collections', 'select insert update', 'designer', 'own',
  'designer_id in (select app.my_designer_profiles())');
create trigger b_limit_update before update on collections for each row
  when (session_user <> 'hub_worker') execute function app.limit_update(
    '{"designer": ["name", "description", "season", "year", "status", "images", "brand_id", "search"]}');

create table event_designers (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  designer_profile_id uuid not null,
  brand_id uuid not null,
  collection_id uuid,
  collection_order int check (collection_order > 0),
  collection_name text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique nulls not distinct (event_id, designer_profile_id, collection_id),
  unique (event_id, collection_order) deferrable initially immediate,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, designer_profile_id) references designer_profiles (organization_id, id) on delete cascade,
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete cascade,
  foreign key (organization_id, collection_id) references collections (organization_id, id) on delete set null (collection_id)
);
create index on event_designers (organization_id);
create index on event_designers (designer_profile_id);
create index on event_designers (brand_id);
create index on event_designers (collection_id) where collection_id is not null;
comment on table event_designers is 'Designers and brands that show at an event, in their order.';
select app.touch('event_designers');
select app.secure('event_designers',
  read => 'owner admin producer staff@event client@event designer@event model@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_designers', topics => 'event:event_id');

-- A designer keeps one place at an event when a collection goes, and no second one that could not be told from the first.
create function app.leave_collection() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  -- With the organization goes all of it.
  if not exists (select from organizations o where o.id = old.organization_id) then
    return old;
  end if;
  delete from event_designers d
   where d.organization_id = old.organization_id and d.collection_id = old.id
     and exists (select from event_designers o
                  where o.event_id = d.event_id and o.designer_profile_id = d.designer_profile_id and o.collection_id is null);
  update event_designers d set collection_id = null
   where d.organization_id = old.organization_id and d.collection_id = old.id;
  return old;
end $$;
alter function app.leave_collection() owner to app_definer;
create trigger leave_collection before delete on collections
  for each row execute function app.leave_collection();

-- Whoever sees the line-up of designers sees who they are.
select app.also_allow('designer_profiles', 'select', 'staff client model', 'event',
  'id in (select d.designer_profile_id from event_designers d)');

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('designer_profiles', 'name', 'personal', 'self or user_id', true, 'null');
