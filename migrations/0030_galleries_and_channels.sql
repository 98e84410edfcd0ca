-- Where assets are shown: galleries and their links, the things an asset belongs to, social posts, shops.

create table media_galleries (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  project_id uuid,
  shoot_id uuid,
  cover_asset_id uuid,
  name text not null check (length(name) between 1 and 300),
  description text,
  -- Over that of the organization.
  branding jsonb not null default '{}',
  status text not null default 'draft' check (status in ('draft', 'published', 'archived')),
  allow_download boolean not null default false,
  published_at timestamptz,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  foreign key (organization_id, cover_asset_id) references assets (organization_id, id) on delete set null (cover_asset_id)
);
create index on media_galleries (project_id, status);
create index on media_galleries (event_id, status);
create index on media_galleries (shoot_id) where shoot_id is not null;
create index on media_galleries (cover_asset_id) where cover_asset_id is not null;
comment on table media_galleries is 'Galleries of an event or a project. A client sees published ones of their projects.';
select app.touch('media_galleries');
select app.inherit('media_galleries', 'shoot_id', 'shoots', 'project_id');
select app.secure('media_galleries',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.also_allow('media_galleries', 'select insert update', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select app.also_allow('media_galleries', 'select', 'client', 'shown',
  'status = ''published'' and project_id in (select app.my_projects())');
select app.also_allow('media_galleries', 'select', 'staff designer model', 'shown',
  'status = ''published'' and event_id in (select app.my_events())');
select live.track('media_galleries', topics => 'event:event_id, project:project_id, org');

create function app.stamp_gallery() returns trigger
language plpgsql
as $$
begin
  new.published_at := coalesce(new.published_at, now());
  return new;
end $$;
create trigger d_stamp before insert or update on media_galleries for each row
  when (new.status = 'published') execute function app.stamp_gallery();

create table gallery_assets (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  gallery_id uuid not null,
  asset_id uuid not null,
  event_id uuid,
  project_id uuid,
  order_index int not null,
  caption text,
  meta_data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (gallery_id, asset_id),
  foreign key (organization_id, gallery_id) references media_galleries (organization_id, id) on delete cascade,
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete cascade
);
create index on gallery_assets (asset_id);
create index on gallery_assets (gallery_id, order_index);
create index on gallery_assets (organization_id);
comment on table gallery_assets is 'The assets of a gallery, in order; ties fall back to id.';
select app.touch('gallery_assets');
select app.inherit('gallery_assets', 'gallery_id', 'media_galleries', 'event_id', 'project_id');
select app.append_to('gallery_assets', 'order_index', 'gallery_id');
select app.secure('gallery_assets',
  read => 'none', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('gallery_assets', 'select', 'any', 'parent', 'exists (select from media_galleries g where g.id = gallery_id)');
select app.also_allow('gallery_assets', 'insert update delete', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select live.track('gallery_assets', topics => 'event:event_id, project:project_id, org');

-- An asset is visible to clients while a published gallery holds it. The assets are locked, ascending: two who unpublish
-- see what the other one did. (Somebody who adds to a gallery waits for whoever publishes it, by app.inherit.)
create function app.sync_client_visible(galleries uuid[], touched uuid[]) returns void
language plpgsql
as $$
begin
  touched := touched || array(select a.asset_id from gallery_assets a where a.gallery_id = any (galleries));
  perform from assets a where a.id = any (touched) order by a.id for no key update;
  update assets a set client_visible = not a.client_visible
   where a.id = any (touched)
     and a.client_visible <> exists (select from gallery_assets x join media_galleries g on g.id = x.gallery_id
                                      where x.asset_id = a.id and g.status = 'published');
end $$;

create function app.follow_gallery() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform app.sync_client_visible(array[new.id], '{}');
  return null;
end $$;
alter function app.follow_gallery() owner to app_definer;
-- A gallery that is deleted takes its rows of gallery_assets along, and those say so below.
create trigger follow_gallery after update on media_galleries for each row
  when ((old.status = 'published') <> (new.status = 'published')) execute function app.follow_gallery();

create function app.follow_gallery_assets() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  galleries uuid[] := '{}';
  touched uuid[] := '{}';
begin
  if tg_op = 'UPDATE' then
    -- A new order shows nothing to anybody.
    if not exists (select from old_rows o join new_rows n on n.id = o.id
                    where (n.gallery_id, n.asset_id) <> (o.gallery_id, o.asset_id)) then
      return null;
    end if;
  end if;
  if tg_op <> 'DELETE' then
    select array_agg(distinct r.gallery_id), array_agg(distinct r.asset_id) into galleries, touched from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select distinct r.asset_id from old_rows r);
  end if;
  perform app.sync_client_visible(coalesce(galleries, '{}'), coalesce(touched, '{}'));
  return null;
end $$;
alter function app.follow_gallery_assets() owner to app_definer;
create trigger follow_gallery_assets_i after insert on gallery_assets referencing new table as new_rows
  for each statement execute function app.follow_gallery_assets();
create trigger follow_gallery_assets_u after update on gallery_assets referencing old table as old_rows new table as new_rows
  for each statement execute function app.follow_gallery_assets();
create trigger follow_gallery_assets_d after delete on gallery_assets referencing old table as old_rows
  for each statement execute function app.follow_gallery_assets();

create table gallery_shares (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  gallery_id uuid not null,
  event_id uuid,
  project_id uuid,
  recipient_email_enc sealed,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  allow_download boolean not null default false,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  use_count int not null default 0 check (use_count >= 0),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, gallery_id) references media_galleries (organization_id, id) on delete cascade
);
create index on gallery_shares (gallery_id);
comment on table gallery_shares is 'Links to a gallery, each for one recipient, until they expire or are revoked.';
select app.touch('gallery_shares');
select app.inherit('gallery_shares', 'gallery_id', 'media_galleries', 'event_id', 'project_id');
select app.secure('gallery_shares',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('gallery_shares', topics => 'event:event_id, project:project_id, org', omit => '{token_hash}');

create table gallery_access_log (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  gallery_id uuid not null,
  event_id uuid,
  project_id uuid,
  asset_id uuid,
  share_id uuid,
  user_id uuid references users on delete set null,
  action text not null check (action in ('view', 'download')),
  at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  foreign key (organization_id, gallery_id) references media_galleries (organization_id, id) on delete cascade,
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete cascade,
  foreign key (organization_id, share_id) references gallery_shares (organization_id, id) on delete set null (share_id)
);
create index on gallery_access_log (gallery_id, at desc);
create index on gallery_access_log (organization_id);
create index on gallery_access_log (asset_id) where asset_id is not null;
create index on gallery_access_log (share_id) where share_id is not null;
create index on gallery_access_log (user_id) where user_id is not null;
comment on table gallery_access_log is 'Who looked at or downloaded what of a gallery.';
select app.inherit('gallery_access_log', 'gallery_id', 'media_galleries', 'event_id', 'project_id');
select app.secure('gallery_access_log',
  read => 'owner admin producer', insert => 'none', update => 'none nosystem', delete => 'none nosystem');
select live.track('gallery_access_log', topics => 'event:event_id, project:project_id, org');

-- References that name their table in a column. Which kinds of things there are, and which tables refer to them: the
-- thing exists, belongs to the same organization, and takes its references along when it goes.
create table app.entity_types (
  entity_type text primary key,
  table_name text not null unique
);
comment on table app.entity_types is 'Kinds of things that entity_type and entity_id may refer to.';
create table app.entity_references (
  table_name text primary key
);
comment on table app.entity_references is 'Tables that refer to things by entity_type and entity_id.';
grant select on app.entity_types, app.entity_references to hub_app, hub_worker;

create function app.guard_entity_ref() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  of_table text := (select t.table_name from app.entity_types t where t.entity_type = new.entity_type);
  found_id uuid;
begin
  if of_table is not null then
    -- The lock holds off whoever deletes the thing until this reference is there to go with it.
    execute format('select e.id from %I e where e.organization_id = $1 and e.id = $2 for key share', of_table)
      into found_id using new.organization_id, new.entity_id;
  end if;
  if found_id is null then
    raise exception 'there is no % %', new.entity_type, new.entity_id
      using errcode = '23503', constraint = 'entity_exists', table = tg_table_name, column = 'entity_id';
  end if;
  return new;
end $$;
alter function app.guard_entity_ref() owner to app_definer;

create function app.drop_entity_refs() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  of_table text;
begin
  for of_table in select r.table_name from app.entity_references r order by 1 loop
    execute format('delete from %I r using old_rows o where r.organization_id = o.organization_id and r.entity_id = o.id and r.entity_type = %L',
                   of_table, tg_argv[0]);
  end loop;
  return null;
end $$;
alter function app.drop_entity_refs() owner to app_definer;

create function app.entity(entity_type text, of_table text) returns void
language plpgsql
as $$
begin
  insert into app.entity_types values (entity_type, of_table);
  execute format('create trigger drop_entity_refs after delete on %I referencing old table as old_rows
                  for each statement execute function app.drop_entity_refs(%L)', of_table, entity_type);
end $$;

create function app.refers_to_entities(of_table text) returns void
language plpgsql
as $$
begin
  insert into app.entity_references values (of_table);
  execute format('create trigger c_guard_entity before insert or update of entity_type, entity_id on %I
                  for each row execute function app.guard_entity_ref()', of_table);
end $$;

select app.entity(e.entity_type, e.table_name) from (values
  ('event', 'events'), ('shoot', 'shoots'), ('product', 'products'), ('brand', 'fashion_brands'),
  ('collection', 'collections'), ('model_profile', 'model_profiles'), ('venue', 'venues'), ('shot', 'shots'),
  ('look', 'show_lineup'), ('deliverable', 'deliverables'), ('asset', 'assets'), ('gallery', 'media_galleries'),
  ('shot_list', 'shot_lists'), ('website_brief', 'website_briefs'), ('call_sheet', 'call_sheets')) e (entity_type, table_name);

create table asset_links (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  asset_id uuid not null,
  event_id uuid,
  project_id uuid,
  entity_type text not null check (entity_type in
    ('event', 'shoot', 'product', 'brand', 'collection', 'model_profile', 'designer_profile', 'venue', 'account',
     'campaign', 'shot', 'look', 'deliverable')),
  entity_id uuid not null,
  role text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique nulls not distinct (asset_id, entity_type, entity_id, role),
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete cascade
);
create index on asset_links (entity_type, entity_id);
create index on asset_links (organization_id);
comment on table asset_links is 'What an asset shows, and as what.';
select app.touch('asset_links');
select app.inherit('asset_links', 'asset_id', 'assets', 'event_id', 'project_id');
select app.refers_to_entities('asset_links');
select app.secure('asset_links',
  read => 'none', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('asset_links', 'select', 'any', 'parent', 'exists (select from assets a where a.id = asset_id)');
select app.also_allow('asset_links', 'insert delete', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select live.track('asset_links', topics => 'event:event_id, project:project_id, org');

create table social_posts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  connection_id uuid not null,
  -- The key of the plugin that publishes it.
  platform text not null check (platform ~ '^[a-z][a-z0-9_]{1,40}$'),
  asset_id uuid,
  campaign_id uuid,
  event_id uuid,
  project_id uuid,
  body text,
  status text not null default 'draft' check (status in ('draft', 'scheduled', 'published', 'failed')),
  scheduled_at timestamptz,
  published_at timestamptz,
  external_post_id text,
  error text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete set null (asset_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete set null (event_id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete set null (project_id),
  constraint scheduled_has_time check (status <> 'scheduled' or scheduled_at is not null),
  constraint published_has_time check (status <> 'published' or published_at is not null)
);
create unique index on social_posts (connection_id, external_post_id) where external_post_id is not null;
create index on social_posts (scheduled_at) where status = 'scheduled';
create index on social_posts (connection_id, status);
create index on social_posts (organization_id);
create index on social_posts (asset_id) where asset_id is not null;
create index on social_posts (campaign_id) where campaign_id is not null;
create index on social_posts (event_id) where event_id is not null;
create index on social_posts (project_id) where project_id is not null;
comment on table social_posts is 'Posts of every social platform, planned and published.';
select app.touch('social_posts');
select app.secure('social_posts',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('social_posts', topics => 'event:event_id, project:project_id, org');

create table channel_products (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  connection_id uuid not null,
  -- The key of the plugin whose shop it is.
  channel text not null check (channel ~ '^[a-z][a-z0-9_]{1,40}$'),
  product_id uuid,
  external_product_id text,
  sku text,
  title text not null,
  handle text,
  -- As the channel calls it.
  status text not null,
  synced_at timestamptz,
  payload_hash bytea,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, product_id) references products (organization_id, id) on delete set null (product_id),
  constraint identified check (external_product_id is not null or sku is not null),
  constraint shopify_has_id check (channel <> 'shopify' or external_product_id is not null),
  constraint amazon_has_sku check (channel <> 'amazon' or sku is not null)
);
-- One ASIN may carry several seller SKUs.
create unique index on channel_products (connection_id, external_product_id)
  where external_product_id is not null and channel <> 'amazon';
create unique index on channel_products (connection_id, sku) where channel = 'amazon';
create index on channel_products (connection_id);
create index on channel_products (product_id);
create index on channel_products (external_product_id);
create index on channel_products (sku);
comment on table channel_products is 'Products as they are listed on sales channels.';
select app.touch('channel_products');
select app.secure('channel_products',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('channel_products', topics => 'org');

create table channel_media_links (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  asset_id uuid not null,
  event_id uuid,
  project_id uuid,
  channel_product_id uuid not null,
  external_media_id text,
  position int check (position >= 0),
  status text not null default 'pending' check (status in ('pending', 'exported', 'failed')),
  exported_at timestamptz,
  error text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (asset_id, channel_product_id),
  foreign key (organization_id, asset_id) references assets (organization_id, id) on delete cascade,
  foreign key (organization_id, channel_product_id) references channel_products (organization_id, id) on delete cascade
);
create index on channel_media_links (channel_product_id, position);
create index on channel_media_links (organization_id);
comment on table channel_media_links is 'Assets that were exported to a product of a channel, at which place.';
select app.touch('channel_media_links');
select app.inherit('channel_media_links', 'asset_id', 'assets', 'event_id', 'project_id');
select app.secure('channel_media_links',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('channel_media_links', topics => 'event:event_id, project:project_id, org');

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('gallery_shares', 'recipient_email_enc', 'sealed', 'self', true, 'shred'),
  ('gallery_shares', 'token_hash', 'secret', 'self', false, 'delete_row');
