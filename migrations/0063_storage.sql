-- Buckets, what is in them, and uploads that are under way. Bytes are not here: hub/docs/decisions/0005-where-bytes-live.md

-- Content by its own key, never by a name. A row is made when its bytes are durable, and goes when no file is left that
-- has them.
create table hub.blobs (
  id uuid primary key,
  organization_id uuid not null,
  size_bytes bigint not null default 0 check (size_bytes >= 0),
  media_type text,
  -- Null until all of it has arrived.
  sha256 bytea check (octet_length(sha256) = 32),
  created_at timestamptz not null default now()
);
comment on table hub.blobs is 'Content of files. One that is whole never changes.';

create table hub.blob_parts (
  key uuid primary key,
  blob_id uuid not null references hub.blobs on delete cascade,
  starts_at bigint not null check (starts_at >= 0),
  size_bytes bigint not null check (size_bytes > 0),
  unique (blob_id, starts_at)
);
comment on table hub.blob_parts is 'Where the bytes of a blob are: objects of the store, one after the other.';

create table hub.uploads (
  id uuid primary key,
  organization_id uuid not null,
  user_id uuid not null references users on delete cascade,
  blob_id uuid not null references hub.blobs,
  bucket text not null,
  object_key text not null,
  replaces boolean not null,
  -- What was announced; null for content that arrived at once.
  size_bytes bigint check (size_bytes >= 0),
  media_type text,
  cache_control text,
  user_metadata jsonb not null default '{}',
  -- The first bytes, which tell what it is, and the hash so far: a later request goes on from here, on any hub.
  head bytea not null default '',
  hash_state bytea,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on hub.uploads (blob_id);
create index on hub.uploads (user_id);
create index on hub.uploads (expires_at);
comment on table hub.uploads is 'Content that somebody may give to one name: what is arriving, and what has arrived and is not yet a file.';

create table hub.finished_uploads (
  id uuid primary key,
  organization_id uuid not null,
  user_id uuid not null references users on delete cascade,
  size_bytes bigint not null,
  expires_at timestamptz not null
);
create index on hub.finished_uploads (user_id);
comment on table hub.finished_uploads is 'Resumable uploads that are files now, for a sender who missed the answer.';

create table hub.revoked_links (
  id uuid primary key,
  expires_at timestamptz not null
);
comment on table hub.revoked_links is 'Signed addresses that were taken back one by one, until they would have expired.';

grant select, insert, update, delete on hub.blobs, hub.blob_parts, hub.uploads, hub.finished_uploads, hub.revoked_links to hub_worker;

create table storage_buckets (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' and name !~ '\.\.'
    and name not in ('authenticated', 'copy', 'info', 'list', 'list-v2', 'move', 'public', 'sign', 'upload')),
  -- Anybody who knows a file's name gets it, without signing in.
  is_public boolean not null default false,
  file_size_limit bigint check (file_size_limit > 0),
  allowed_mime_types text[] check (cardinality(allowed_mime_types) between 1 and 100
    and array_position(allowed_mime_types, null) is null),
  -- Who reads, and who puts files there and replaces their own, besides owners, admins and producers.
  read_roles text[] not null default '{}'
    check (read_roles <@ array['staff', 'client', 'designer', 'model', 'sponsor', 'attendee']),
  write_roles text[] not null default '{}'
    check (write_roles <@ array['staff', 'client', 'designer', 'model', 'sponsor', 'attendee']),
  -- Signed addresses that are older are not followed.
  links_revoked_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name)
);
-- The address of a public file names no organization.
create unique index storage_buckets_public_name on storage_buckets (name) where is_public;
comment on table storage_buckets is 'Where files are put. A name is unique in an organization; that of a public bucket on the whole hub.';
select app.touch('storage_buckets');
select app.secure('storage_buckets',
  read => 'owner admin producer', insert => 'owner admin', update => 'owner admin', delete => 'owner admin');
select app.also_allow('storage_buckets', 'select', 'any', 'bucket', '(select app.role()) = any (read_roles || write_roles)');
select app.refuse_devices('storage_buckets');
select live.track('storage_buckets', topics => 'org');

-- A bucket is known by its name.
create function app.keep_bucket_name() returns trigger
language plpgsql
as $$
begin
  raise exception 'the name of a bucket never changes'
    using errcode = '23514', constraint = 'bucket_name', table = 'storage_buckets', column = 'name';
end $$;
create trigger keep_name before update of name on storage_buckets for each row
  when (new.name is distinct from old.name) execute function app.keep_bucket_name();

-- Every organization begins with the buckets that the hub itself writes to.
create function app.provision_buckets() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into storage_buckets (organization_id, name, created_by)
  select new.id, bucket, null from unnest(array['galleries', 'casting_cards', 'floor_plans', 'documents', 'exports']) bucket;
  return null;
end $$;
alter function app.provision_buckets() owner to app_definer;
create trigger provision_buckets after insert on organizations for each row execute function app.provision_buckets();
set local role app_definer;
insert into storage_buckets (organization_id, name, created_by)
select o.id, bucket, null from organizations o, unnest(array['galleries', 'casting_cards', 'floor_plans', 'documents', 'exports']) bucket;
reset role;

alter table storage_objects
  drop constraint storage_objects_bucket_check,
  drop constraint storage_objects_bucket_object_key_key,
  add column blob_id uuid references hub.blobs,
  add column cache_control text check (length(cache_control) <= 200),
  add column user_metadata jsonb not null default '{}'
    check (jsonb_typeof(user_metadata) = 'object' and pg_column_size(user_metadata) <= 16384),
  add column links_revoked_at timestamptz,
  -- Names are for people. The regular expression finds empty segments and those that mean a folder or the one above.
  add constraint storage_objects_key check (octet_length(object_key) <= 1024
    and object_key !~ '(^|/)\.{0,2}(/|$)' and object_key !~ '[[:cntrl:]\\]'),
  add constraint stored_has_content check (blob_id is null or (status = 'stored' and size_bytes is not null and sha256 is not null)),
  add foreign key (organization_id, bucket) references storage_buckets (organization_id, name);
create unique index storage_objects_name on storage_objects (organization_id, bucket, object_key collate "C");
create index on storage_objects (blob_id) where blob_id is not null;
select live.retrack('storage_objects');

select app.also_allow('storage_objects', 'select', 'any', 'own', 'created_by = (select app.uid())');
select app.also_allow('storage_objects', 'select', 'any', 'bucket',
  'bucket in (select b.name from storage_buckets b where (select app.role()) = any (b.read_roles))');
select app.also_allow('storage_objects', 'update delete', 'owner admin producer', 'all', 'true');
select app.also_allow('storage_objects', 'update delete', 'any', 'uploaded', 'created_by = (select app.uid())
  and bucket in (select b.name from storage_buckets b where (select app.role()) = any (b.write_roles))');
-- Anybody may announce a file; content reaches only those buckets that they write to.
create policy content on storage_objects as restrictive for insert with check (
  blob_id is null or (select app.role()) in ('system', 'owner', 'admin', 'producer')
  or bucket in (select b.name from storage_buckets b where (select app.role()) = any (b.write_roles)));
select app.refuse_devices('storage_objects');

-- A file takes its content from an upload of the same person, to the same name, and only once. Nobody else gives a row
-- content, so no row names bytes that its writer has not sent or seen.
create function app.take_upload() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  taken record;
  home storage_buckets;
begin
  if session_user = 'hub_app' and new.blob_id is not null and (tg_op = 'INSERT' or new.blob_id is distinct from old.blob_id) then
    delete from hub.uploads u using hub.blobs b
     where u.blob_id = new.blob_id and b.id = u.blob_id and b.sha256 is not null and u.user_id = app.uid()
       and u.organization_id = new.organization_id and u.bucket = new.bucket and u.object_key = new.object_key
    returning b.size_bytes, b.media_type, b.sha256, u.cache_control, u.user_metadata into taken;
    if not found then
      raise exception 'content comes by an upload'
        using errcode = '23514', constraint = 'content_is_uploaded', table = 'storage_objects', column = 'blob_id';
    end if;
    new.size_bytes := taken.size_bytes;
    new.mime_type := taken.media_type;
    new.sha256 := taken.sha256;
    new.cache_control := taken.cache_control;
    new.user_metadata := taken.user_metadata;
    new.status := 'stored';
  end if;
  if new.blob_id is not null then
    new.filename := regexp_replace(new.object_key, '^.*/', '');
    select b.* into home from storage_buckets b where b.organization_id = new.organization_id and b.name = new.bucket for key share;
    if new.size_bytes > home.file_size_limit then
      raise exception 'a file in % has at most % bytes', new.bucket, home.file_size_limit
        using errcode = '23514', constraint = 'file_size_limit', table = 'storage_objects', column = 'size_bytes';
    end if;
    if not exists (select from unnest(coalesce(home.allowed_mime_types, array['*/*'])) allowed
                    where lower(allowed) in ('*', '*/*', lower(split_part(new.mime_type, ';', 1)))
                       or allowed ~ '/\*$' and starts_with(lower(new.mime_type), lower(left(allowed, -1)))) then
      raise exception 'mime type % is not supported', new.mime_type
        using errcode = '23514', constraint = 'allowed_mime_types', table = 'storage_objects', column = 'mime_type';
    end if;
  end if;
  return new;
end $$;
alter function app.take_upload() owner to app_definer;
create trigger b_take_upload before insert or update of bucket, object_key, blob_id, status, size_bytes, mime_type, sha256
  on storage_objects for each row execute function app.take_upload();

-- What is known of content is that of its upload. After row security has spoken: who may not write at all is told that.
create function app.guard_content() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if new.blob_id is null and (tg_op = 'INSERT' and (new.status <> 'pending' or num_nonnulls(new.size_bytes, new.mime_type, new.sha256) > 0)
                              or tg_op = 'UPDATE' and (new.blob_id, new.status, new.size_bytes, new.mime_type, new.sha256)
                                 is distinct from (old.blob_id, old.status, old.size_bytes, old.mime_type, old.sha256))
     or new.blob_id is not null and not exists (
       select from hub.blobs b where b.id = new.blob_id and b.organization_id = new.organization_id and new.status = 'stored'
          and (b.size_bytes, b.media_type, b.sha256) is not distinct from (new.size_bytes, new.mime_type, new.sha256)) then
    raise exception 'only the hub says what a file holds'
      using errcode = '23514', constraint = 'content_is_uploaded', table = 'storage_objects', column = 'status';
  end if;
  return null;
end $$;
alter function app.guard_content() owner to app_definer;
create trigger guard_content after insert or update of blob_id, status, size_bytes, mime_type, sha256 on storage_objects
  for each row when (session_user = 'hub_app') execute function app.guard_content();

-- The stored file of a name, whoever asks: whether they may have it, the caller finds out.
create function app.file_at(of_bucket text, of_key text)
returns table (id uuid, blob_id uuid, filename text, size_bytes bigint, mime_type text, sha256 bytea, cache_control text,
  user_metadata jsonb, created_by uuid, created_at timestamptz, updated_at timestamptz, links_revoked_at timestamptz,
  part_keys uuid[], part_sizes bigint[])
language sql stable security definer set search_path = public, pg_temp
as $$
  select o.id, o.blob_id, o.filename, o.size_bytes, o.mime_type, o.sha256, o.cache_control, o.user_metadata, o.created_by,
         o.created_at, o.updated_at, greatest(o.links_revoked_at, b.links_revoked_at),
         array(select p.key from hub.blob_parts p where p.blob_id = o.blob_id order by p.starts_at),
         array(select p.size_bytes from hub.blob_parts p where p.blob_id = o.blob_id order by p.starts_at)
    from storage_objects o
    join storage_buckets b on b.organization_id = o.organization_id and b.name = o.bucket
    join organizations h on h.id = o.organization_id and h.status <> 'suspended'
   where o.organization_id = app.org() and o.bucket = of_bucket and o.object_key collate "C" = of_key collate "C" and o.blob_id is not null
$$;
alter function app.file_at(text, text) owner to app_definer;

-- Clients take originals only out of projects that let them.
create function app.may_take_from(project uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$
  select app.role() is distinct from 'client'
      or not exists (select from project_members m
                      where m.project_id = project and m.user_id = app.uid() and m.organization_id = app.org() and not m.can_download)
$$;
alter function app.may_take_from(uuid) owner to app_definer;

-- Whoever sees what a file belongs to may have the file: asked with the caller's own rights.
create function app.sees_file(file uuid, original boolean) returns boolean
language sql stable
as $$
  select exists (select from storage_objects o where o.id = file)
      or exists (select from assets a where a.storage_object_id = file and (not original or app.may_take_from(a.project_id)))
      or exists (select from asset_variants v where v.storage_object_id = file and (not original or app.may_take_from(v.project_id)))
      or exists (select from contracts c where file in (c.document_object_id, c.signed_object_id))
      or exists (select from privacy_requests r where r.export_object_id = file)
$$;

create function app.link_is_revoked(link uuid) returns boolean
language sql stable security definer set search_path = hub, pg_temp
as $$ select exists (select from hub.revoked_links r where r.id = link) $$;
alter function app.link_is_revoked(uuid) owner to app_definer;

-- Whose a public bucket is; nobody is signed in.
create function app.public_bucket(of_name text) returns uuid
language sql stable security definer set search_path = public, pg_temp
as $$
  select b.organization_id from storage_buckets b join organizations o on o.id = b.organization_id and o.status <> 'suspended'
   where b.name = of_name and b.is_public
$$;
alter function app.public_bucket(text) owner to app_definer;

-- Forgets content that no file and no upload has, and says which objects of the store are garbage now. All of it, or
-- only these.
create function hub.collect_blobs(only_these uuid[], most int) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  unused uuid[];
begin
  unused := array(
    select b.id from hub.blobs b
     where (only_these is null or b.id = any (only_these))
       and not exists (select from storage_objects o where o.blob_id = b.id)
       and not exists (select from hub.uploads u where u.blob_id = b.id)
     limit most for update of b skip locked);
  return query select p.key from hub.blob_parts p where p.blob_id = any (unused);
  delete from hub.blobs b where b.id = any (unused);
end $$;
alter function hub.collect_blobs(uuid[], int) owner to app_definer;
revoke execute on function hub.collect_blobs(uuid[], int) from public;
grant execute on function hub.collect_blobs(uuid[], int) to hub_worker;
