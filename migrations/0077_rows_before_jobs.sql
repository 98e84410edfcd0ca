-- One order of locks: a row before the job that it asked for. Whoever writes a row that asks for work has the row first and
-- queues or moves its job then. Whoever ends a job writes to its row, and so has to have that first, too.

-- Holds the row that a job is about until the transaction ends. False: somebody else holds it, which is only said when
-- nobody waits. A job without a row, or whose row is gone, has nothing to hold.
create function app.hold_row(of_entity text, of_id uuid, waits boolean) returns boolean
language plpgsql
as $$
declare
  of_table constant text := case of_entity
    when 'social_post' then 'social_posts' when 'channel_media_link' then 'channel_media_links' when 'message' then 'messages'
    when 'invoice' then 'invoices' when 'payment' then 'payments' end;
  held boolean;
begin
  if of_table is null or of_id is null then
    return true;
  end if;
  execute format('select true from %I where id = $1 for no key update %s', of_table, case when waits then '' else 'skip locked' end)
     into held using of_id;
  if held or waits then
    return true;
  end if;
  execute format('select not exists (select from %I where id = $1)', of_table) into held using of_id;
  return held;
end $$;
revoke execute on function app.hold_row(text, uuid, boolean) from public;
grant execute on function app.hold_row(text, uuid, boolean) to app_definer;

-- For whoever ends a run: before anything else of the transaction.
create function app.plugin_hold(of_job uuid) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  perform app.hold_row(j.entity_type, j.entity_id, true) from plugin_jobs j where j.id = of_job and j.organization_id = app.org();
end $$;
alter function app.plugin_hold(uuid) owner to app_definer;
revoke execute on function app.plugin_hold(uuid) from public;
grant execute on function app.plugin_hold(uuid) to hub_worker;

-- As before, and neither waits for a row nor for a job: what somebody else is writing is looked at the next time.
create or replace function app.plugin_relieve() returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  late record;
  given_up uuid;
  relieved int := 0;
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  for late in
    select j.id, j.entity_type, j.entity_id from plugin_jobs j
     where j.status = 'running' and j.locked_until < clock_timestamp() and j.install_id is not null
     order by j.id
  loop
    continue when not app.hold_row(late.entity_type, late.entity_id, false);
    -- Still so, and nobody else ends it.
    select j.lease into given_up from plugin_jobs j
     where j.id = late.id and j.status = 'running' and j.locked_until < clock_timestamp()
       for update skip locked;
    continue when not found;
    update plugin_jobs j
       set status = case when j.cancel_requested then 'cancelled' when j.attempts >= j.max_attempts then 'dead' else 'queued' end,
           lease = null, locked_by = null, locked_until = null, run_at = clock_timestamp(),
           last_error = 'hub_ended: the hub that ran it ended, or could not reach the database'
     where j.id = late.id;
    update plugin_runs r
       set ended_at = clock_timestamp(), outcome = 'hub_ended',
           message = 'the hub that ran it ended, or could not reach the database'
     where r.id = given_up and r.ended_at is null;
    if found then
      relieved := relieved + 1;
    end if;
  end loop;
  return relieved;
end $$;
