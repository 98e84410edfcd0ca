-- Backups: a file that a running backup names is not deleted under it, and a database that was restored is noticed.

-- As before, but not while a backup runs: whoever makes one holds this lock from before its view of the database until
-- the last object is read. What is not collected now is collected later.
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
  return query select p.key from hub.blob_parts p where p.blob_id = any (unused);
  delete from hub.blobs b where b.id = any (unused);
end $$;

-- Of these objects, those that the database does not know. None while a backup runs: one may be gone here and in its view.
create function hub.unknown_objects(keys uuid[]) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if pg_try_advisory_xact_lock_shared(hashtext('fashionos-hub-objects')) then
    return query select k from unnest(keys) k where not exists (select from hub.blob_parts p where p.key = k);
  end if;
end $$;
alter function hub.unknown_objects(uuid[]) owner to app_definer;
revoke execute on function hub.unknown_objects(uuid[]) from public;
grant execute on function hub.unknown_objects(uuid[]) to hub_worker;

-- An owner who is no superuser reads the whole database for a backup as app_definer.
grant select on _sqlx_migrations to app_definer;

alter table live.identity add column place text;
comment on column live.identity.place is 'The server, database and timeline that this journal was last seen in. Elsewhere it is a copy, restored or promoted.';

-- Where this database is. What a server does not tell is left out.
create function live.here() returns text
language plpgsql stable
as $$
declare
  server text := '';
  line text := '';
begin
  begin
    select system_identifier::text into server from pg_control_system();
  exception when insufficient_privilege or undefined_function or feature_not_supported then null;
  end;
  begin
    line := left(pg_walfile_name(pg_current_wal_lsn()), 8);
  exception when insufficient_privilege or undefined_function or feature_not_supported then null;
  end;
  return server || '/' || (select d.oid from pg_database d where d.datname = current_database()) || '/' || line;
end $$;

-- Begins a new epoch if this database is a copy: its numbers may have gone back, so no cursor of a client is good any more.
-- The server gives transactions numbers of its own, maybe some that the journal has already: what is there is lifted above
-- all that a server will ever give, once more for every copy of a copy, in the same order. Says whether it was a copy.
create function live.recognize() returns boolean
language plpgsql
as $$
declare
  above constant numeric := 4611686018427387904;
  known text;
  lift numeric;
begin
  select i.place into known from live.identity i for update;
  if known = live.here() then
    return false;
  end if;
  if known is null and not exists (
       select from live.commits c where c.xid >= pg_snapshot_xmax(pg_current_snapshot()) and c.xid < above::text::xid8) then
    -- The first look at a database that is not one.
    update live.identity set place = live.here();
    return false;
  end if;
  select greatest(above, max(n) + 1) into lift
    from (select (select c.xid::text::numeric from live.commits c order by c.xid desc limit 1)
          union all select (select j.xid::text::numeric from live.journal j order by j.xid desc limit 1)
          union all select max(c.xid::text::numeric) from live.commands c) as high (n);
  update live.commits c set xid = (c.xid::text::numeric + lift)::text::xid8 where c.xid < above::text::xid8;
  update live.journal j set xid = (j.xid::text::numeric + lift)::text::xid8 where j.xid < above::text::xid8;
  update live.commands c set xid = (c.xid::text::numeric + lift)::text::xid8 where c.xid < above::text::xid8;
  update live.identity set place = live.here(), epoch = gen_random_uuid();
  return true;
end $$;
revoke execute on function live.recognize() from public;
