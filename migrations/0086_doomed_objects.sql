-- Bytes of contents that no file has any more are deleted at once, and again and again until they are gone: which ones, the
-- database keeps in mind. A hub that is told of an erasure, or of a file that was removed, does not wait for the hourly round.

create table hub.doomed_objects (
  key uuid primary key,
  doomed_at timestamptz not null default clock_timestamp()
);
comment on table hub.doomed_objects is 'Objects of the store that are to be deleted, and not known to be gone yet.';
grant select, insert, delete on hub.doomed_objects to hub_worker;

-- As before; and what is forgotten here is on record until its bytes are gone.
create or replace function hub.collect_blobs(only_these uuid[], most int) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  unused uuid[];
begin
  if not pg_try_advisory_xact_lock_shared(hashtext('fashionos-hub-objects')) then
    return;
  end if;
  unused := array(
    select b.id from hub.blobs b
     where (only_these is null or b.id = any (only_these))
       and not exists (select from storage_objects o where o.blob_id = b.id)
       and not exists (select from hub.uploads u where u.blob_id = b.id)
     limit most for update of b skip locked);
  return query insert into hub.doomed_objects (key)
    select p.key from hub.blob_parts p where p.blob_id = any (unused) on conflict do nothing returning key;
  delete from hub.blobs b where b.id = any (unused);
end $$;
grant insert, select on hub.doomed_objects to app_definer;

-- Whether there is content that nothing needs; a backup may hold up its end.
create function hub.has_unused_blobs() returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$
  select exists (select from hub.blobs b
                  where not exists (select from storage_objects o where o.blob_id = b.id)
                    and not exists (select from hub.uploads u where u.blob_id = b.id))
$$;
alter function hub.has_unused_blobs() owner to app_definer;
revoke execute on function hub.has_unused_blobs() from public;
grant execute on function hub.has_unused_blobs() to hub_worker;

-- Hubs hear of an erasure once it has looked for files, and delete their bytes.
create function hub.tell_of_files() returns trigger
language plpgsql
as $$
begin
  perform pg_notify('live', 'files');
  return null;
end $$;
create trigger tell_of_files after update of report on hub.erasures
  for each row execute function hub.tell_of_files();
