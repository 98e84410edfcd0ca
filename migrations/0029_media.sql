-- Files and what they show: objects in storage, assets with their sizes, where they are used, whom they were shown to.

create table storage_objects (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  bucket text not null check (bucket in ('galleries', 'casting_cards', 'floor_plans', 'documents', 'exports')),
  object_key text not null,
  filename text,
  size_bytes bigint check (size_bytes >= 0),
  mime_type text,
  sha256 bytea check (octet_length(sha256) = 32),
  status text not null default 'pending' check (status in ('pending', 'stored', 'failed', 'deleted')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (bucket, object_key),
  unique (organization_id, id)
);
comment on table storage_objects is 'Files in object storage. Nobody downloads by key: the hub signs a short-lived URL after looking at what the file belongs to.';
select app.touch('storage_objects');
select app.secure('storage_objects', own => 'created_by',
  read => 'owner admin producer', insert => 'owner admin producer any@own', update => 'none', delete => 'none');
select live.track('storage_objects', topics => 'org');

create table asset_categories (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  parent_id uuid,
  name text not null,
  description text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique nulls not distinct (organization_id, parent_id, name),
  unique (organization_id, id),
  foreign key (organization_id, parent_id) references asset_categories (organization_id, id) on delete cascade,
  constraint no_self check (parent_id <> id)
);
create index on asset_categories (parent_id) where parent_id is not null;
comment on table asset_categories is 'The tree of asset categories.';
select app.touch('asset_categories');
select app.secure('asset_categories',
  read => 'owner admin producer staff client designer model', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.refuse_devices('asset_categories');
select live.track('asset_categories', topics => 'org');

-- One at a time per organization, as with tasks: two moves could close a circle that neither sees.
create function app.guard_category_cycle() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('category_cycle:' || new.organization_id, 0));
  if exists (
    with recursive above (id) as (
      select new.parent_id
      union
      select c.parent_id from asset_categories c join above a on c.id = a.id where c.parent_id is not null
    )
    select from above a where a.id = new.id) then
    raise exception 'category % would be inside itself', new.name
      using errcode = '23514', constraint = 'no_cycle', table = 'asset_categories', column = 'parent_id';
  end if;
  return null;
end $$;
alter function app.guard_category_cycle() owner to app_definer;
create trigger guard_category_cycle after insert or update of parent_id on asset_categories
  for each row when (new.parent_id is not null) execute function app.guard_category_cycle();

create table media_size_specs (
  id uuid primary key default app.uuid7(),
  platform text not null,
  use_case text not null,
  width int not null check (width > 0),
  height int not null check (height > 0),
  aspect_ratio text,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  unique (platform, use_case, width, height)
);
comment on table media_size_specs is 'Sizes in pixels that platforms ask for. The same for every organization.';
alter table media_size_specs enable row level security;
alter table media_size_specs force row level security;
create policy read on media_size_specs for select using (true);
create policy insert on media_size_specs for insert with check ((select app.is_system()));
create policy update on media_size_specs for update using ((select app.is_system())) with check ((select app.is_system()));
create policy delete on media_size_specs for delete using ((select app.is_system()));
insert into app.access (table_name, verb, role, scope) values
  ('media_size_specs', 'select', 'any', 'all'), ('media_size_specs', 'select', 'system', 'all'),
  ('media_size_specs', 'insert', 'system', 'all'), ('media_size_specs', 'update', 'system', 'all'),
  ('media_size_specs', 'delete', 'system', 'all');
grant select on media_size_specs to hub_app;
grant select, insert, update, delete on media_size_specs to hub_worker;
set local role app_definer;
insert into media_size_specs (platform, use_case, width, height, aspect_ratio) values
  ('hub', 'thumbnail', 320, 320, '1:1'),
  ('hub', 'preview', 1600, 1600, null),
  ('instagram', 'square', 1080, 1080, '1:1'),
  ('instagram', 'portrait', 1080, 1350, '4:5'),
  ('instagram', 'story', 1080, 1920, '9:16'),
  ('facebook', 'feed', 1200, 630, '1.91:1'),
  ('shopify', 'product', 2048, 2048, '1:1'),
  ('amazon', 'main', 2000, 2000, '1:1');
reset role;

create table assets (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  shoot_id uuid,
  project_id uuid,
  -- The company whose logo or banner it is.
  sponsor_id uuid,
  category_id uuid,
  size_spec_id uuid references media_size_specs on delete set null,
  storage_object_id uuid,
  uploaded_by uuid not null default app.uid() references users on delete restrict,
  name text not null,
  asset_type text not null check (asset_type in ('image', 'video', 'document', 'logo', 'banner')),
  status text not null default 'uploading' check (status in
    ('uploading', 'processing', 'pending', 'approved', 'rejected', 'failed', 'archived')),
  -- Of an original that is kept elsewhere; of one that is kept here, never handed out unsigned.
  file_url text,
  thumbnail_url text,
  file_size_bytes bigint check (file_size_bytes >= 0),
  mime_type text,
  dimensions jsonb not null default '{}',
  duration_seconds int check (duration_seconds >= 0),
  ai_score smallint check (ai_score between 0 and 100),
  is_featured boolean not null default false,
  is_final boolean not null default false,
  approved_by uuid references users on delete set null,
  approved_at timestamptz,
  -- A published gallery shows it.
  client_visible boolean not null default false,
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple', name)) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, category_id) references asset_categories (organization_id, id) on delete set null (category_id),
  foreign key (organization_id, storage_object_id) references storage_objects (organization_id, id),
  constraint final_is_approved check (not is_final or approved_by is not null or status = 'approved'),
  constraint has_file check (status in ('uploading', 'failed') or file_url is not null or storage_object_id is not null)
);
create index on assets (event_id, created_at);
create index on assets (shoot_id, created_at);
create index on assets (project_id, created_at);
create index on assets (event_id) where is_featured;
create index on assets (shoot_id) where is_final;
create index on assets (sponsor_id);
create index on assets using gin (search);
create index on assets (category_id) where category_id is not null;
create index on assets (size_spec_id) where size_spec_id is not null;
create index on assets (storage_object_id) where storage_object_id is not null;
create index on assets (uploaded_by);
create index on assets (approved_by) where approved_by is not null;
comment on table assets is 'Every photo, video, document, logo and banner. A client sees those of published galleries of their projects, and no raw upload.';
select app.touch('assets');
select app.inherit('assets', 'shoot_id', 'shoots', 'project_id');
create trigger c_guard_member before insert or update of uploaded_by on assets
  for each row execute function app.guard_member('uploaded_by');

create table asset_permissions (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  asset_id uuid not null,
  event_id uuid,
  project_id uuid,
  user_id uuid not null references users on delete cascade,
  permission_type text not null check (permission_type in ('view', 'edit', 'delete')),
  granted_at timestamptz not null default now(),
  expires_at timestamptz,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (asset_id, user_id, permission_type),
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete cascade
);
create index on asset_permissions (organization_id);
create index on asset_permissions (user_id);
comment on table asset_permissions is 'What one person may do with one asset, until when. Whoever may edit or delete may also see.';
select app.touch('asset_permissions');
select app.inherit('asset_permissions', 'asset_id', 'assets', 'event_id', 'project_id');
create trigger c_guard_member before insert or update of user_id on asset_permissions
  for each row execute function app.guard_member('user_id');
select app.secure('asset_permissions',
  read => 'owner admin producer any@own', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('asset_permissions', topics => 'event:event_id, project:project_id, org');

-- The assets that somebody was let at, for one of these: the clock decides, no job has to run.
create function app.shared_assets(variadic permission text[]) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.device_id() is null then
    return query select p.asset_id from asset_permissions p
                  where p.user_id = app.uid() and p.organization_id = app.org() and p.permission_type = any (permission)
                    and (p.expires_at is null or p.expires_at > clock_timestamp());
  end if;
end $$;
alter function app.shared_assets(text[]) owner to app_definer;

-- The assets that the projects of a person show in published galleries.
create function app.my_gallery_assets() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return query select a.asset_id from media_galleries g
                 join gallery_assets a on a.organization_id = g.organization_id and a.gallery_id = g.id
                where g.status = 'published' and g.organization_id = app.org() and g.project_id in (select app.my_projects());
end $$;
alter function app.my_gallery_assets() owner to app_definer;

select app.secure('assets',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('assets', 'select insert update', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select app.also_allow('assets', 'select', 'client', 'gallery', 'client_visible and id in (select app.my_gallery_assets())');
select app.also_allow('assets', 'select insert', 'sponsor', 'account', 'sponsor_id = (select app.my_account())');
select app.also_allow('assets', 'select', 'any', 'shared', 'id in (select app.shared_assets(''view'', ''edit'', ''delete''))');
select app.also_allow('assets', 'update', 'any', 'shared', 'id in (select app.shared_assets(''edit''))');
select app.also_allow('assets', 'delete', 'any', 'shared', 'id in (select app.shared_assets(''delete''))');
select app.also_allow('assets', 'select', 'staff designer model', 'featured', 'is_featured and event_id in (select app.my_events())');
select live.track('assets', topics => 'event:event_id, project:project_id, org');

-- client_visible follows the galleries, and nobody else writes it.
create function app.guard_client_visible() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    new.client_visible := false;
  elsif new.client_visible <> old.client_visible then
    raise exception 'assets.client_visible is derived and cannot be written' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger protect_visible before insert or update on assets for each row
  when (current_user <> 'app_definer') execute function app.guard_client_visible();

-- What row security cannot say. Whoever is let in from outside uploads in their own name. Those who do not edit the
-- project (a sponsor, somebody it was shared with) decide nothing, and change what an asset is called, not where it
-- belongs.
create function app.guard_asset_outsider() returns trigger
language plpgsql
as $$
begin
  if coalesce(app.role() in ('owner', 'admin', 'producer', 'plugin'), true) then
    return null;
  end if;
  if tg_op = 'INSERT' then
    if new.uploaded_by is distinct from app.uid() then
      raise exception 'a % uploads in their own name', app.role()
        using errcode = '23514', constraint = 'own_upload', table = 'assets', column = 'uploaded_by';
    end if;
    if not coalesce(app.edits_project(new.project_id), false)
       and (new.status in ('approved', 'rejected') or new.is_final or new.is_featured or new.approved_by is not null) then
      raise exception 'a % decides about no asset', app.role()
        using errcode = '23514', constraint = 'undecided_upload', table = 'assets';
    end if;
  elsif not coalesce(app.edits_project(old.project_id), false)
        and (new.is_final, new.is_featured, new.approved_by, new.approved_at, new.uploaded_by, new.status, new.file_url,
             new.event_id, new.shoot_id, new.project_id, new.sponsor_id, new.storage_object_id)
            is distinct from
            (old.is_final, old.is_featured, old.approved_by, old.approved_at, old.uploaded_by, old.status, old.file_url,
             old.event_id, old.shoot_id, old.project_id, old.sponsor_id, old.storage_object_id) then
    raise exception 'this asset was shared to be described, not to be decided or moved' using errcode = '42501';
  end if;
  return null;
end $$;
-- What an approval has decided is written by its trigger.
create trigger guard_outsider after insert or update on assets for each row
  when (session_user = 'hub_app' and current_user <> 'app_definer') execute function app.guard_asset_outsider();

alter table products add foreign key (organization_id, image_asset_id) references assets (organization_id, id) on delete set null (image_asset_id);
alter table deliverables add foreign key (organization_id, asset_id) references assets (organization_id, id) on delete set null (asset_id);
-- Deferred: a project that goes takes its assets, while the call sheets of its events stay and follow the events, in
-- whatever order.
alter table call_sheets add foreign key (organization_id, asset_id) references assets (organization_id, id)
  on delete set null (asset_id) deferrable initially deferred;

create table asset_variants (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  asset_id uuid not null,
  event_id uuid,
  project_id uuid,
  size_spec_id uuid not null references media_size_specs on delete cascade,
  storage_object_id uuid,
  file_url text,
  file_size_bytes bigint check (file_size_bytes >= 0),
  is_primary boolean not null default false,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (asset_id, size_spec_id),
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete cascade,
  foreign key (organization_id, storage_object_id) references storage_objects (organization_id, id),
  constraint has_file check (file_url is not null or storage_object_id is not null)
);
create unique index one_primary on asset_variants (asset_id) where is_primary;
create index on asset_variants (organization_id);
create index on asset_variants (size_spec_id);
create index on asset_variants (storage_object_id) where storage_object_id is not null;
comment on table asset_variants is 'Sizes and formats of an asset.';
select app.touch('asset_variants');
select app.inherit('asset_variants', 'asset_id', 'assets', 'event_id', 'project_id');
select app.secure('asset_variants',
  read => 'none', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
-- Whoever sees the asset, by the rules above.
select app.also_allow('asset_variants', 'select', 'any', 'parent', 'exists (select from assets a where a.id = asset_id)');
select live.track('asset_variants', topics => 'event:event_id, project:project_id, org');

create table cloudinary_assets (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  asset_id uuid not null,
  event_id uuid,
  project_id uuid,
  connection_id uuid,
  public_id text not null,
  folder text,
  format text,
  width int check (width > 0),
  height int check (height > 0),
  bytes bigint check (bytes >= 0),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, public_id),
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete cascade
);
create index on cloudinary_assets (asset_id);
create index on cloudinary_assets (connection_id) where connection_id is not null;
comment on table cloudinary_assets is 'Where an asset is in Cloudinary. public_id is unique in an organization, which has its own cloud.';
select app.touch('cloudinary_assets');
select app.inherit('cloudinary_assets', 'asset_id', 'assets', 'event_id', 'project_id');
select app.secure('cloudinary_assets',
  read => 'none', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('cloudinary_assets', 'select', 'any', 'parent', 'exists (select from assets a where a.id = asset_id)');
select live.track('cloudinary_assets', topics => 'event:event_id, project:project_id, org');
