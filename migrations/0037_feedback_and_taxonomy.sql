-- What people thought of it, and the words by which events are found.

-- Who reviewed what for which event is unique. The event may go and the review stays: `reviewed_event` still tells the
-- reviews of different events apart. It is the zero uuid for a review of no event.
create function app.keep_reviewed_event() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' or new.event_id is not null then
    new.reviewed_event := coalesce(new.event_id, '00000000-0000-0000-0000-000000000000');
  else
    new.reviewed_event := old.reviewed_event;
  end if;
  return new;
end $$;

create table designer_reviews (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  designer_id uuid not null,
  reviewer_id uuid references users on delete set null,
  event_id uuid,
  reviewed_event uuid not null,
  rating int not null check (rating between 1 and 5),
  review text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (designer_id, reviewer_id, reviewed_event),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete set null (event_id)
);
create index on designer_reviews (organization_id);
create index on designer_reviews (reviewer_id) where reviewer_id is not null;
create index on designer_reviews (event_id) where event_id is not null;
comment on table designer_reviews is 'One person''s review of a designer, once an event.';
select app.touch('designer_reviews');
create trigger c_keep_event before insert or update on designer_reviews for each row execute function app.keep_reviewed_event();
select app.secure('designer_reviews', own => 'reviewer_id',
  read => 'owner admin producer any@own', insert => 'owner admin producer any@own',
  update => 'owner admin any@own', delete => 'owner admin any@own');
select live.track('designer_reviews', topics => 'event:event_id, org');

create table model_reviews (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  model_id uuid not null,
  reviewer_id uuid references users on delete set null,
  event_id uuid,
  reviewed_event uuid not null,
  rating int not null check (rating between 1 and 5),
  review text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (model_id, reviewer_id, reviewed_event),
  foreign key (organization_id, model_id) references model_profiles (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete set null (event_id)
);
create index on model_reviews (organization_id);
create index on model_reviews (reviewer_id) where reviewer_id is not null;
create index on model_reviews (event_id) where event_id is not null;
comment on table model_reviews is 'One person''s review of a model, once an event. The model reads what was said.';
select app.touch('model_reviews');
create trigger c_keep_event before insert or update on model_reviews for each row execute function app.keep_reviewed_event();
select app.secure('model_reviews', own => 'reviewer_id',
  read => 'owner admin producer any@own', insert => 'owner admin producer any@own',
  update => 'owner admin any@own', delete => 'owner admin any@own');
create policy read_subject on model_reviews for select
  using ((select app.role()) = 'model'
         and model_id in (select p.id from model_profiles p where p.user_id = (select app.uid())));
insert into app.access values ('model_reviews', 'select', 'model', 'subject');
select live.track('model_reviews', topics => 'event:event_id, org');

create table vendor_ratings (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  vendor_id uuid not null,
  event_id uuid,
  reviewed_event uuid not null,
  rated_by uuid references users on delete set null,
  rating int not null check (rating between 1 and 5),
  review text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (vendor_id, rated_by, reviewed_event),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete set null (event_id)
);
create index on vendor_ratings (organization_id);
create index on vendor_ratings (event_id) where event_id is not null;
create index on vendor_ratings (rated_by) where rated_by is not null;
comment on table vendor_ratings is 'How a vendor did, in the eyes of one person, once an event. A vendor''s rating is their mean.';
select app.touch('vendor_ratings');
create trigger c_keep_event before insert or update on vendor_ratings for each row execute function app.keep_reviewed_event();
select app.secure('vendor_ratings', own => 'rated_by',
  read => 'owner admin producer any@own', insert => 'owner admin producer staff@own',
  update => 'owner admin any@own', delete => 'owner admin any@own');
select live.track('vendor_ratings', topics => 'event:event_id, org');

create table event_feedback (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  user_id uuid references users on delete set null,
  rating int not null check (rating between 1 and 5),
  feedback text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
create unique index on event_feedback (event_id, user_id) where user_id is not null;
create index on event_feedback (organization_id);
create index on event_feedback (event_id);
create index on event_feedback (user_id) where user_id is not null;
comment on table event_feedback is 'What a guest thought of an event, once.';
select app.touch('event_feedback');
select app.secure('event_feedback',
  read => 'owner admin producer any@own', insert => 'owner admin producer any@own',
  update => 'any@own', delete => 'owner admin any@own');
select live.track('event_feedback', topics => 'event:event_id');

create table event_categories (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  parent_id uuid,
  name text not null check (length(name) between 1 and 100),
  description text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique nulls not distinct (organization_id, parent_id, name),
  unique (organization_id, id),
  foreign key (organization_id, parent_id) references event_categories (organization_id, id) on delete set null (parent_id),
  constraint no_self check (parent_id <> id)
);
create index on event_categories (parent_id) where parent_id is not null;
comment on table event_categories is 'Tree of categories of events. Children of a category that is deleted become roots.';
select app.touch('event_categories');
select app.secure('event_categories',
  read => 'owner admin producer staff client designer model sponsor attendee',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin');
select app.refuse_devices('event_categories');
select live.track('event_categories', topics => 'org');

-- One at a time per organization: two moves at the same moment could close a circle that neither sees.
create function app.guard_event_category_cycle() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('event_category_cycle:' || new.organization_id, 0));
  if exists (
    with recursive above (id) as (
      select new.parent_id
      union
      select c.parent_id from event_categories c join above a on c.id = a.id where c.parent_id is not null
    )
    select from above a where a.id = new.id) then
    raise exception 'category % would be under itself', new.id
      using errcode = '23514', constraint = 'no_cycle', table = 'event_categories';
  end if;
  return null;
end $$;
alter function app.guard_event_category_cycle() owner to app_definer;
create trigger guard_event_category_cycle after insert or update of parent_id on event_categories
  for each row when (new.parent_id is not null) execute function app.guard_event_category_cycle();

create table event_tags (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  name citext not null check (length(name) between 1 and 100),
  description text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id)
);
comment on table event_tags is 'Free tags, each once an organization whatever its case.';
select app.touch('event_tags');
select app.secure('event_tags',
  read => 'owner admin producer staff client designer model sponsor attendee',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin');
select app.refuse_devices('event_tags');
select live.track('event_tags', topics => 'org');

create table event_tag_assignments (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  tag_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, tag_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, tag_id) references event_tags (organization_id, id) on delete cascade
);
create index on event_tag_assignments (tag_id);
create index on event_tag_assignments (organization_id);
comment on table event_tag_assignments is 'Tags on events.';
select app.touch('event_tag_assignments');
select app.secure('event_tag_assignments',
  read => 'owner admin producer staff@event client@event designer@event model@event attendee@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_tag_assignments', topics => 'event:event_id');

create table event_amenities (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  name citext not null check (length(name) between 1 and 100),
  description text,
  icon text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id)
);
comment on table event_amenities is 'Amenities that an event can offer.';
select app.touch('event_amenities');
select app.secure('event_amenities',
  read => 'owner admin producer staff client designer model sponsor attendee',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin');
select app.refuse_devices('event_amenities');
select live.track('event_amenities', topics => 'org');

create table event_amenity_assignments (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  amenity_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, amenity_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, amenity_id) references event_amenities (organization_id, id) on delete cascade
);
create index on event_amenity_assignments (amenity_id);
create index on event_amenity_assignments (organization_id);
comment on table event_amenity_assignments is 'Amenities of an event.';
select app.touch('event_amenity_assignments');
select app.secure('event_amenity_assignments',
  read => 'owner admin producer staff@event client@event designer@event model@event attendee@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_amenity_assignments', topics => 'event:event_id');

create table event_restrictions (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  type text not null check (type in ('age', 'capacity', 'dress_code', 'other')),
  description text not null check (length(description) between 1 and 500),
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
create index on event_restrictions (organization_id);
create index on event_restrictions (event_id);
comment on table event_restrictions is 'Age, capacity, dress code and the like, as the guests and the doors are told.';
select app.touch('event_restrictions');
select app.secure('event_restrictions',
  read => 'owner admin producer staff@event client@event designer@event model@event attendee@event',
  insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_restrictions', topics => 'event:event_id');

-- What the column held before there were categories named nothing.
update events set category_id = null where category_id is not null;
alter table events add foreign key (organization_id, category_id) references event_categories (organization_id, id)
  on delete set null (category_id);
create index on events (category_id) where category_id is not null;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('designer_reviews', 'review', 'personal', 'reviewer_id', true, 'null'),
  ('model_reviews', 'review', 'personal', 'reviewer_id', true, 'null'),
  ('vendor_ratings', 'review', 'personal', 'rated_by', true, 'null'),
  ('event_feedback', 'feedback', 'personal', 'user_id', true, 'null');
