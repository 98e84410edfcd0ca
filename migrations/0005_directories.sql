-- Directories of the organization that a show refers to: venues, agencies, models, brands, collections.
-- Reading them through an event (staff see the venue of their event) is added where the event tables are.

create table venues (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  owner_id uuid references users on delete set null,
  name text not null check (length(name) between 1 and 200),
  address text,
  city text,
  country text,
  capacity int check (capacity > 0),
  type text check (type in ('indoor', 'outdoor', 'hybrid')),
  amenities jsonb not null default '[]' check (jsonb_typeof(amenities) = 'array'),
  facilities jsonb not null default '{}',
  contact_info_enc sealed,
  access_info jsonb not null default '{}',
  time_zone text not null default 'UTC',
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple',
    name || ' ' || coalesce(city, '') || ' ' || coalesce(country, '') || ' ' || coalesce(address, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id)
);
create index on venues (organization_id, city);
create index on venues (organization_id, capacity);
create index on venues using gin (search);
create index on venues using gin (amenities jsonb_path_ops);
create index on venues (owner_id) where owner_id is not null;
comment on table venues is 'Where events happen and shoots take place.';
select app.touch('venues');
select app.secure('venues',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  mask => '{"contact_info": ["client", "designer", "model"]}');
select live.track('venues', topics => 'org');

create table model_agencies (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  name citext not null,
  city text,
  country text,
  website text,
  -- An office mailbox, not a person's address: hence readable.
  contact_email citext,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id)
);
comment on table model_agencies is 'Model agencies.';
select app.touch('model_agencies');
select app.secure('model_agencies',
  read => 'owner admin producer designer model', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  mask => '{"contact_email": ["designer", "model"]}');
select live.track('model_agencies', topics => 'org');

create table model_profiles (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  user_id uuid references users on delete set null,
  agency_id uuid,
  name text not null,
  height_cm numeric(4, 1) check (height_cm between 50 and 250),
  measurements jsonb not null default '{}',
  hair_color text,
  eye_color text,
  portfolio_url text,
  experience_level text,
  availability_note text,
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple',
    name || ' ' || coalesce(hair_color, '') || ' ' || coalesce(eye_color, '') || ' ' || coalesce(experience_level, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, agency_id) references model_agencies (organization_id, id) on delete set null (agency_id)
);
create unique index on model_profiles (organization_id, user_id) where user_id is not null;
create index on model_profiles (user_id);
create index on model_profiles using gin (search);
create index on model_profiles (organization_id, height_cm);
create index on model_profiles (agency_id) where agency_id is not null;
comment on table model_profiles is 'The model database: one card a model and organization. A model needs no login.';
select app.touch('model_profiles');
select app.secure('model_profiles',
  read => 'owner admin producer model@own', insert => 'owner admin producer',
  update => 'owner admin producer model@own', delete => 'owner admin',
  -- search is generated, and not computed yet when the limit is checked.
  limit_update => '{"model": ["name", "height_cm", "measurements", "hair_color", "eye_color", "portfolio_url",
                              "experience_level", "availability_note", "search"]}',
  mask => '{"measurements": ["staff"]}');
select live.track('model_profiles', topics => 'org');

create table fashion_brands (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  name citext not null,
  country text,
  style text,
  website text,
  instagram text,
  search tsvector generated always as (to_tsvector('simple', coalesce(country, '') || ' ' || coalesce(style, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id)
);
create index on fashion_brands using gin (search);
comment on table fashion_brands is 'Brands (maisons) of the designer directory.';
select app.touch('fashion_brands');
select app.secure('fashion_brands',
  read => 'owner admin producer staff client designer model', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.refuse_devices('fashion_brands');
select live.track('fashion_brands', topics => 'org');

create table collections (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  designer_id uuid,
  brand_id uuid,
  name text not null,
  description text,
  season text,
  year int check (year between 1900 and 2200),
  status text not null default 'draft' check (status in ('draft', 'published', 'archived')),
  images jsonb not null default '[]',
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple',
    name || ' ' || coalesce(season, '') || ' ' || coalesce(description, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id)
);
create index on collections using gin (search);
create index on collections (organization_id, year, season);
create index on collections (brand_id) where brand_id is not null;
comment on table collections is 'Seasonal collections.';
select app.touch('collections');
select app.secure('collections',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
-- A collection has no public flag: published is enough.
create policy read_published on collections for select
  using ((select app.role()) in ('staff', 'client', 'model', 'designer') and status = 'published');
insert into app.access (table_name, verb, role, scope)
  select 'collections', 'select', role, 'published' from unnest(array['staff', 'client', 'model', 'designer']) role;
select app.refuse_devices('collections');
select live.track('collections', topics => 'org');

create view models with (security_invoker = true) as
  select id, organization_id, user_id, height_cm as height, measurements, portfolio_url, experience_level,
         availability_note as availability, meta_data
    from model_profiles;
comment on view models is 'Model cards under the name that older clients use.';

create view casting_profiles with (security_invoker = true) as
  select p.id, p.organization_id, p.name, p.measurements, a.name as agency
    from model_profiles p left join model_agencies a on a.organization_id = p.organization_id and a.id = p.agency_id;
comment on view casting_profiles is 'Model cards with the agency''s name.';

grant select on models, casting_profiles to hub_app, hub_worker;
insert into app.masks values ('models', 'measurements', 'staff'), ('casting_profiles', 'measurements', 'staff');
