-- The rundown: what is planned to happen on the runway, in what, and when. How it went is in 0011.

create table runway_segments (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  name text not null,
  description text,
  duration_seconds int not null default 0 check (duration_seconds >= 0),
  order_index int not null,
  technical_requirements jsonb not null default '{}',
  status text not null default 'planned' check (status in ('planned', 'standby', 'live', 'done', 'skipped')),
  actual_start timestamptz,
  actual_end timestamptz,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (event_id, id),
  unique (event_id, order_index) deferrable initially immediate,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
comment on table runway_segments is 'Segments of the show: opening, designer blocks, finale.';
select app.touch('runway_segments');
select app.secure('runway_segments',
  read => 'owner admin producer staff@event client@event designer@event model@event wall@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('runway_segments', topics => 'event:event_id');

create table event_schedules (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  segment_id uuid,
  cue_number text,
  title text not null,
  description text,
  start_time timestamptz not null,
  end_time timestamptz not null,
  -- linked: starts when the cue before it ends. hard: starts at its time, and absorbs delay in the gap before it.
  start_mode text not null default 'linked' check (start_mode in ('linked', 'hard')),
  -- Ends at its planned end, however late it started.
  count_to_end boolean not null default false,
  skipped boolean not null default false,
  location text,
  type text not null default 'cue',
  order_index int not null default 0,
  status text not null default 'planned' check (status in ('planned', 'standby', 'live', 'done', 'skipped')),
  actual_start timestamptz,
  actual_end timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, segment_id) references runway_segments (organization_id, id) on delete set null (segment_id),
  constraint end_after_start check (end_time >= start_time),
  constraint actual_order check (actual_end is null or actual_end >= actual_start),
  constraint live_has_start check (status not in ('live', 'done') or actual_start is not null)
);
create index on event_schedules (event_id, start_time);
create index on event_schedules (event_id, order_index);
create index on event_schedules (segment_id) where segment_id is not null;
comment on table event_schedules is 'The rundown''s cues. Ties of order_index fall back to start_time.';
select app.touch('event_schedules');
select app.secure('event_schedules',
  read => 'owner admin producer staff@event client@event designer@event model@event wall@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_schedules', topics => 'event:event_id');

create table event_rehearsals (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  segment_id uuid,
  time_zone text not null default 'UTC',
  start_time timestamptz not null,
  end_time timestamptz not null,
  date date generated always as ((start_time at time zone time_zone)::date) stored,
  slot_label text,
  location text,
  notes text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, segment_id) references runway_segments (organization_id, id) on delete set null (segment_id),
  constraint end_after_start check (end_time > start_time)
);
create index on event_rehearsals (event_id, start_time);
create index on event_rehearsals (organization_id);
create index on event_rehearsals (segment_id) where segment_id is not null;
comment on table event_rehearsals is 'When and where an event or one segment is rehearsed.';
select app.touch('event_rehearsals');
select app.secure('event_rehearsals',
  read => 'owner admin producer staff@event designer@event model@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_rehearsals', topics => 'event:event_id');

create table show_lineup (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  segment_id uuid not null,
  model_profile_id uuid,
  collection_id uuid,
  order_index int not null,
  outfit_details jsonb not null default '{}',
  notes text,
  status text not null default 'planned' check (status in ('planned', 'dressing', 'ready', 'on_runway', 'done', 'cut')),
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (segment_id, order_index) deferrable initially immediate,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, segment_id) references runway_segments (event_id, id) on delete cascade,
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id)
    on delete set null (model_profile_id),
  foreign key (organization_id, collection_id) references collections (organization_id, id)
    on delete set null (collection_id)
);
create index on show_lineup (model_profile_id);
create index on show_lineup (event_id);
create index on show_lineup (collection_id) where collection_id is not null;
comment on table show_lineup is 'One look: who walks, in what, in which order. A look whose model or collection is deleted stays, open.';
select app.touch('show_lineup');
select app.secure('show_lineup',
  read => 'owner admin producer staff@event client@event designer@event model@event wall@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('show_lineup', topics => 'event:event_id');

-- Whoever sees the looks of an event sees who walks them.
create policy read_of_events on model_profiles for select
  using ((select app.role()) in ('staff', 'client', 'designer')
         and id in (select l.model_profile_id from show_lineup l));
insert into app.access (table_name, verb, role, scope)
  select 'model_profiles', 'select', role, 'event' from unnest(array['staff', 'client', 'designer']) role;

create table event_products (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  product_id uuid not null,
  lineup_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique nulls not distinct (event_id, product_id, lineup_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, lineup_id) references show_lineup (organization_id, id) on delete set null (lineup_id)
);
create index on event_products (organization_id);
create index on event_products (product_id);
create index on event_products (lineup_id) where lineup_id is not null;
comment on table event_products is 'Products shown at an event, in a look or by themselves.';
select app.touch('event_products');
select app.secure('event_products',
  read => 'owner admin producer staff@event client@event designer@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_products', topics => 'event:event_id');

create table technical_requirements (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  segment_id uuid,
  category text not null check (category in ('lighting', 'sound', 'staging', 'other')),
  requirements jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'confirmed', 'completed')),
  notes text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, segment_id) references runway_segments (organization_id, id) on delete set null (segment_id)
);
create index on technical_requirements (organization_id);
create index on technical_requirements (event_id);
create index on technical_requirements (segment_id) where segment_id is not null;
comment on table technical_requirements is 'Lighting, sound and staging needs of an event or a segment.';
select app.touch('technical_requirements');
select app.secure('technical_requirements',
  read => 'owner admin producer staff@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('technical_requirements', topics => 'event:event_id');

create view rehearsal_schedules with (security_invoker = true) as
  select id, organization_id, event_id, segment_id, start_time, end_time, location, notes, meta_data,
         coalesce(slot_label, to_char(start_time at time zone time_zone, 'HH24:MI') || '–' ||
                              to_char(end_time at time zone time_zone, 'HH24:MI')) as time_slot
    from event_rehearsals;
comment on view rehearsal_schedules is 'Rehearsals under the name that older clients use.';
grant select on rehearsal_schedules to hub_app, hub_worker;
