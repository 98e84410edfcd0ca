-- Shoots and what is planned for them: shot lists with scenes and shots, products, the pull list, deliverables, call
-- sheets. project_id of everything here is that of its shoot; it names the topic and the client.

create table shoots (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  designer_id uuid,
  location_id uuid,
  title text not null check (length(title) between 1 and 300),
  shoot_type text,
  status text not null default 'planning' check (status in ('planning', 'in_progress', 'completed', 'cancelled')),
  scheduled_date date,
  starts_at timestamptz,
  ends_at timestamptz,
  time_zone text not null default 'UTC',
  -- In words, when it is no venue of the directory.
  location text,
  search tsvector generated always as (to_tsvector('simple', title || ' ' || coalesce(location, ''))) stored,
  created_by uuid not null default app.uid() references users on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (project_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, location_id) references venues (organization_id, id) on delete set null (location_id),
  constraint end_after_start check (ends_at > starts_at)
);
create index on shoots (organization_id, scheduled_date);
create index on shoots (organization_id, status);
create index on shoots using gin (search);
create index on shoots (designer_id) where designer_id is not null;
create index on shoots (location_id) where location_id is not null;
comment on table shoots is 'Photo shoots of a project.';
select app.touch('shoots');
select app.secure('shoots',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.also_allow('shoots', 'select', 'client staff', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shoots', 'select', 'designer model', 'shoot', 'id in (select app.my_shoots())');
select live.track('shoots', topics => 'project:project_id');

create table shot_lists (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  shoot_id uuid not null,
  title text not null,
  status text not null default 'draft' check (status in ('draft', 'in_review', 'approved', 'locked')),
  -- The last change of the document that these rows show.
  head_seq bigint not null default 0 check (head_seq >= 0),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (shoot_id, title),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade
);
create index on shot_lists (project_id);
comment on table shot_lists is 'The shot lists of a shoot. Several people edit one at once; these rows show what their document says.';
select app.touch('shot_lists');
select app.inherit('shot_lists', 'shoot_id', 'shoots', 'project_id');
select app.secure('shot_lists',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('shot_lists', 'select', 'client staff', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shot_lists', 'select', 'designer model', 'shoot', 'shoot_id in (select app.my_shoots())');
select app.also_allow('shot_lists', 'select insert update', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select live.track('shot_lists', topics => 'project:project_id');

create table scenes (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  shot_list_id uuid not null,
  title text not null,
  description text,
  rank text collate "C" not null check (rank <> ''),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (shot_list_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shot_list_id) references shot_lists (organization_id, id) on delete cascade
);
create index on scenes (shot_list_id, rank);
create index on scenes (project_id);
comment on table scenes is 'Scenes of a shot list, in the byte order of their rank.';
select app.touch('scenes');
select app.inherit('scenes', 'shot_list_id', 'shot_lists', 'project_id');
select app.append_to('scenes', 'rank', 'shot_list_id');
select app.secure('scenes',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('scenes', 'select', 'client staff', 'project', 'project_id in (select app.my_projects())');
-- Their shot lists are those of their shoots.
select app.also_allow('scenes', 'select', 'designer model', 'shoot', 'shot_list_id in (select l.id from shot_lists l)');
select app.also_allow('scenes', 'select insert update delete', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select live.track('scenes', topics => 'project:project_id');

create table shots (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  shoot_id uuid not null,
  shot_list_id uuid not null,
  scene_id uuid,
  description text not null default '',
  time_est_minutes int check (time_est_minutes >= 0),
  rank text collate "C" not null check (rank <> ''),
  status text not null default 'todo' check (status in ('todo', 'shooting', 'done', 'skipped')),
  notes text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  foreign key (organization_id, shot_list_id) references shot_lists (organization_id, id) on delete cascade,
  -- Of the same list; a scene that moves takes its shots along.
  foreign key (shot_list_id, scene_id) references scenes (shot_list_id, id) on update cascade on delete set null (scene_id)
);
create index on shots (shot_list_id, rank);
create index on shots (shoot_id);
create index on shots (scene_id);
create index on shots (project_id);
comment on table shots is 'Planned photographs, in the byte order of their rank.';
select app.touch('shots');
select app.inherit('shots', 'shot_list_id', 'shot_lists', 'project_id', 'shoot_id');
select app.append_to('shots', 'rank', 'shot_list_id');
select app.secure('shots',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('shots', 'select', 'client staff', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shots', 'select', 'designer model', 'shoot', 'shoot_id in (select app.my_shoots())');
select app.also_allow('shots', 'select insert update delete', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select live.track('shots', topics => 'project:project_id');

create table products (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  collection_id uuid,
  client_id uuid,
  brand_id uuid,
  sku citext not null check (length(sku) between 1 and 100),
  name text not null,
  description text,
  -- A picture elsewhere; the one that is kept here is image_asset_id.
  image_url text,
  image_asset_id uuid,
  price amount check (price >= 0),
  currency currency_code not null default 'USD',
  stock_quantity int check (stock_quantity >= 0),
  status text not null default 'active' check (status in ('draft', 'active', 'archived')),
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple',
    sku::text || ' ' || name || ' ' || coalesce(description, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, sku),
  unique (organization_id, id),
  foreign key (organization_id, collection_id) references collections (organization_id, id) on delete set null (collection_id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id)
);
create index on products using gin (search);
create index on products (client_id);
create index on products (collection_id);
create index on products (brand_id) where brand_id is not null;
create index on products (image_asset_id) where image_asset_id is not null;
comment on table products is 'Products: photographed in shots, shown at events, sold through channels. stock_quantity is the truth about stock.';

-- Products that events named before there were any.
set local role app_definer;
insert into products (id, organization_id, sku, name)
select distinct on (e.product_id) e.product_id, e.organization_id, e.product_id::text, 'Product'
  from event_products e order by e.product_id;
reset role;
alter table event_products add foreign key (organization_id, product_id) references products (organization_id, id) on delete cascade;

select app.touch('products');
select app.secure('products',
  read => 'owner admin producer staff', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  mask => '{"stock_quantity": ["staff", "client"]}');
select app.also_allow('products', 'select', 'client', 'account', 'client_id = (select app.my_account())');
select app.refuse_devices('products');
select live.track('products', topics => 'org');

create table shot_products (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  shot_id uuid not null,
  product_id uuid not null,
  rank text collate "C" not null check (rank <> ''),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (shot_id, product_id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shot_id) references shots (organization_id, id) on delete cascade,
  foreign key (organization_id, product_id) references products (organization_id, id) on delete cascade
);
create index on shot_products (organization_id);
create index on shot_products (project_id);
create index on shot_products (product_id);
comment on table shot_products is 'Which products a shot shows.';
select app.touch('shot_products');
select app.inherit('shot_products', 'shot_id', 'shots', 'project_id');
select app.append_to('shot_products', 'rank', 'shot_id');
select app.secure('shot_products',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('shot_products', 'select', 'client staff', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shot_products', 'select insert update delete', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select live.track('shot_products', topics => 'project:project_id');

create table shoot_items (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  shoot_id uuid not null,
  product_id uuid,
  name text not null,
  sku text,
  quantity int not null default 1 check (quantity >= 0),
  status text not null default 'pending' check (status in ('pending', 'received', 'shot', 'returned')),
  notes text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  foreign key (organization_id, product_id) references products (organization_id, id) on delete set null (product_id)
);
create index on shoot_items (organization_id);
create index on shoot_items (project_id);
create index on shoot_items (shoot_id);
create index on shoot_items (product_id) where product_id is not null;
comment on table shoot_items is 'The pull list of a shoot: pieces that are on set, whether or not a shot shows them.';
select app.touch('shoot_items');
select app.inherit('shoot_items', 'shoot_id', 'shoots', 'project_id');
select app.secure('shoot_items',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('shoot_items', 'select', 'client', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shoot_items', 'select update', 'staff', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shoot_items', 'select insert update delete', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
-- Staff tick pieces off. Those who edit the project are no mere staff there.
create function app.edits_project(project uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$ select project in (select app.my_edited_projects()) $$;
alter function app.edits_project(uuid) owner to app_definer;
create trigger b_limit_update before update on shoot_items for each row
  when (session_user <> 'hub_worker' and not app.edits_project(old.project_id))
  execute function app.limit_update('{"staff": ["status", "notes"]}');
select live.track('shoot_items', topics => 'project:project_id');

create table deliverables (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  task_id uuid,
  milestone_id uuid,
  title text not null,
  description text,
  due_date date,
  status text not null default 'pending' check (status in
    ('pending', 'in_progress', 'submitted', 'approved', 'changes_requested')),
  asset_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, task_id) references tasks (organization_id, id) on delete set null (task_id)
);
create index on deliverables (project_id);
create index on deliverables (task_id) where task_id is not null;
create index on deliverables (milestone_id) where milestone_id is not null;
create index on deliverables (asset_id) where asset_id is not null;
comment on table deliverables is 'What a project has promised to deliver, with the client''s approval.';
select app.touch('deliverables');
select app.secure('deliverables',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('deliverables', 'select', 'client', 'project', 'project_id in (select app.my_projects())');
select live.track('deliverables', topics => 'project:project_id');

create table call_sheets (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid,
  shoot_id uuid,
  event_id uuid,
  -- The next one of its day, if none is given.
  version int not null check (version > 0),
  sheet_date date not null,
  -- As it was when the sheet was made: location, call times, scenes, shots, products.
  content jsonb not null,
  -- The PDF.
  asset_id uuid,
  -- The number of the topic's commit it was made from.
  source_seq bigint,
  status text not null default 'draft' check (status in ('draft', 'issued', 'superseded')),
  issued_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint one_parent check (num_nonnulls(shoot_id, event_id) = 1),
  constraint issued_has_time check ((status = 'draft') = (issued_at is null))
);
create unique index on call_sheets (shoot_id, sheet_date, version) where shoot_id is not null;
create unique index on call_sheets (event_id, sheet_date, version) where event_id is not null;
create unique index one_issued_of_shoot on call_sheets (shoot_id, sheet_date) where status = 'issued' and shoot_id is not null;
create unique index one_issued_of_event on call_sheets (event_id, sheet_date) where status = 'issued' and event_id is not null;
create index on call_sheets (project_id) where project_id is not null;
create index on call_sheets (asset_id) where asset_id is not null;
comment on table call_sheets is 'Call sheets of a day of a shoot or an event, in versions. An issued one stays as it was issued; the next one supersedes it.';
select app.touch('call_sheets');
select app.inherit('call_sheets', 'shoot_id', 'shoots', 'project_id');
select app.inherit('call_sheets', 'event_id', 'events', 'project_id');
select app.secure('call_sheets',
  read => 'owner admin producer staff@event model@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.also_allow('call_sheets', 'select', 'staff', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('call_sheets', 'select', 'designer model', 'shoot', 'shoot_id in (select app.my_shoots())');
select live.track('call_sheets', topics => 'event:event_id, project:project_id');

-- The lock makes two people who issue sheets of one day at the same moment wait for each other.
create function app.guard_call_sheet() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('call_sheets' || coalesce(new.shoot_id, new.event_id) || new.sheet_date, 0));
  if tg_op = 'UPDATE' and old.status <> 'draft' then
    if (new.shoot_id, new.event_id, new.sheet_date, new.version, new.content, new.source_seq, new.issued_at)
       is distinct from (old.shoot_id, old.event_id, old.sheet_date, old.version, old.content, old.source_seq, old.issued_at)
       or (new.status <> old.status and not (old.status = 'issued' and new.status = 'superseded')) then
      raise exception 'an issued call sheet stays as it was issued; make a new version'
        using errcode = '23514', constraint = 'issued_is_frozen', table = 'call_sheets';
    end if;
    return new;
  end if;
  if new.version is null then
    new.version := coalesce((select max(s.version) from call_sheets s
                              where s.sheet_date = new.sheet_date
                                and (s.shoot_id = new.shoot_id or s.event_id = new.event_id)), 0) + 1;
  end if;
  if new.status = 'draft' then
    return new;
  end if;
  new.issued_at := coalesce(new.issued_at, now());
  if new.status = 'issued' then
    update call_sheets s set status = 'superseded'
     where s.sheet_date = new.sheet_date and s.status = 'issued' and s.id <> new.id
       and (s.shoot_id = new.shoot_id or s.event_id = new.event_id);
  end if;
  return new;
end $$;
alter function app.guard_call_sheet() owner to app_definer;
create trigger d_guard before insert or update on call_sheets for each row execute function app.guard_call_sheet();
