-- The queue of plugin jobs: who runs what, one run a connection, nobody starves.

alter table webhook_deliveries add unique (organization_id, id);
alter table plugin_jobs
  -- Of this one attempt: whoever was given up by the others finds that its lease is not the job's any more.
  add column lease uuid,
  add column cancel_requested boolean not null default false,
  -- The webhook that it is about; its bytes are handed to the plugin.
  add column delivery_id uuid,
  add foreign key (organization_id, delivery_id) references webhook_deliveries (organization_id, id) on delete set null (delivery_id);
create index on plugin_jobs (organization_id, delivery_id) where delivery_id is not null;
-- What one connection does has an order, and its vendor's limits are counted in one place.
create unique index plugin_jobs_one_a_connection on plugin_jobs (connection_id)
  where status = 'running' and connection_id is not null;
create unique index plugin_jobs_one_an_install on plugin_jobs (install_id)
  where status = 'running' and connection_id is null and install_id is not null;
create index plugin_jobs_waiting on plugin_jobs (install_id) where status = 'queued' and install_id is not null;
-- That a run still runs is no news.
update live.tracked set omitted = omitted || '{lease,locked_by,locked_until,updated_at,rev}'::text[] where table_name = 'plugin_jobs';
select live.retrack('plugin_jobs');
comment on column plugin_jobs.cancel_requested is 'Somebody asked the run to end.';

-- People and plugins queue; only the hub says that something runs.
create function app.guard_new_job() returns trigger
language plpgsql
as $$
begin
  raise exception 'a new job waits in the queue'
    using errcode = '42501', constraint = 'new_job_waits', table = 'plugin_jobs';
end $$;
create trigger b_guard_new_job before insert on plugin_jobs for each row
  when (session_user = 'hub_app' and (new.status <> 'queued' or new.attempts <> 0 or new.lease is not null))
  execute function app.guard_new_job();

-- Wakes the hubs: something is to be run, or to be ended.
create function live.ring_plugins() returns trigger
language plpgsql
as $$
begin
  perform pg_notify('live', 'plugins');
  return null;
end $$;
create trigger ring_plugins after insert on plugin_jobs for each row
  when (new.status = 'queued' and new.install_id is not null) execute function live.ring_plugins();
create trigger ring_plugins_u after update on plugin_jobs for each row
  when (new.install_id is not null and ((new.status = 'queued' and old.status <> 'queued') or (new.cancel_requested and not old.cancel_requested)))
  execute function live.ring_plugins();

-- Gives up what hubs have left behind: the lease is over, so nobody writes under it any more. A job that has used its
-- attempts is dead.
create function app.plugin_relieve() returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  relieved int;
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  with late as (
    select j.id, j.lease from plugin_jobs j
     where j.status = 'running' and j.locked_until < clock_timestamp() and j.install_id is not null
     for update skip locked
  ), back as (
    update plugin_jobs j
       set status = case when j.cancel_requested then 'cancelled' when j.attempts >= j.max_attempts then 'dead' else 'queued' end,
           lease = null, locked_by = null, locked_until = null, run_at = clock_timestamp(),
           last_error = 'hub_ended: the hub that ran it ended, or could not reach the database'
      from late where late.id = j.id returning late.lease
  )
  update plugin_runs r
     set ended_at = clock_timestamp(), outcome = 'hub_ended',
         message = 'the hub that ran it ended, or could not reach the database'
    from back where r.id = back.lease and r.ended_at is null;
  get diagnostics relieved = row_count;
  return relieved;
end $$;
alter function app.plugin_relieve() owner to app_definer;

-- Takes one job that is due, for a node, and begins its run; the run's id is the lease. Of the organizations that have
-- something due the one with the fewest runs comes first, and of each connection (of each install, where there is none)
-- its oldest job. One at a time takes,
-- so that two nodes do not begin two jobs of one connection.
create function app.plugin_claim(for_node uuid, lease_seconds float8, most_of_one int) returns table (
  job_id uuid, lease uuid, organization_id uuid, install_id uuid, connection_id uuid, kind text, payload jsonb,
  idempotency_key text, attempt int, max_attempts int, delivery_id uuid, package_id uuid)
language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  taken plugin_jobs;
  package uuid;
  running_version text;
  run uuid := app.uuid7();
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtext('fashionos-hub-plugin-queue'));
  with runs as (
    select r.organization_id, count(*) as n from plugin_jobs r
     where r.status = 'running' and r.install_id is not null group by 1
  ), due as (
    select j.id, j.organization_id, j.run_at, coalesce(runs.n, 0) as n,
           row_number() over (partition by coalesce(j.connection_id, j.install_id) order by j.run_at, j.id) as place
      from plugin_jobs j
      join plugin_installs i on i.id = j.install_id and i.status = 'active' and i.package_id is not null
      join organizations o on o.id = j.organization_id and o.status <> 'suspended'
      left join plugin_connections c on c.id = j.connection_id
      left join runs on runs.organization_id = j.organization_id
     where j.status = 'queued' and j.run_at <= clock_timestamp()
       -- An account that is not connected any more waits for a person; a test of it does not.
       and (c.id is null or c.status = 'active' or j.kind = 'check')
       and coalesce(runs.n, 0) < most_of_one
       and not exists (select from plugin_jobs r where r.connection_id = j.connection_id and r.status = 'running')
       and (j.connection_id is not null
            or not exists (select from plugin_jobs r where r.install_id = j.install_id and r.connection_id is null and r.status = 'running'))
  )
  select j.* into taken from plugin_jobs j
    join due on due.id = j.id and due.place = 1
   order by due.n, due.run_at, due.id limit 1 for update of j skip locked;
  if taken.id is null then
    return;
  end if;
  select i.package_id, i.version into package, running_version from plugin_installs i where i.id = taken.install_id;
  update plugin_jobs j
     set status = 'running', attempts = j.attempts + 1, locked_by = for_node, lease = run,
         locked_until = clock_timestamp() + make_interval(secs => lease_seconds)
   where j.id = taken.id;
  insert into plugin_runs (id, organization_id, install_id, job_id, attempt, node, version, created_by)
  values (run, taken.organization_id, taken.install_id, taken.id, taken.attempts + 1, for_node, running_version, null);
  return query select taken.id, run, taken.organization_id, taken.install_id, taken.connection_id, taken.kind, taken.payload,
                      taken.idempotency_key, taken.attempts + 1, taken.max_attempts, taken.delivery_id, package;
end $$;
alter function app.plugin_claim(uuid, float8, int) owner to app_definer;

-- A webhook is done when its job is, in the same transaction.
create function app.settle_delivery() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update webhook_deliveries d
     set status = case new.status when 'succeeded' then 'processed' else 'failed' end, processed_at = clock_timestamp(),
         error = case when new.status <> 'succeeded' then left(new.last_error, 1000) end
   where d.id = new.delivery_id and d.organization_id = new.organization_id and d.connection_id = new.connection_id and d.signature_ok;
  return null;
end $$;
alter function app.settle_delivery() owner to app_definer;
create trigger settle_delivery after update on plugin_jobs for each row
  when (new.delivery_id is not null and new.status in ('succeeded', 'dead', 'cancelled') and old.status is distinct from new.status)
  execute function app.settle_delivery();

-- Keeps leases, and says which of them are to end: given up, cancelled, or switched off.
create function app.plugin_renew(leases uuid[], lease_seconds float8) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  -- A row that another statement holds is written by whoever ends the run; it needs no longer lease.
  update plugin_jobs j set locked_until = clock_timestamp() + make_interval(secs => lease_seconds)
   where j.id in (select k.id from plugin_jobs k
                   where k.lease = any (leases) and k.status = 'running' and k.locked_until > clock_timestamp()
                     for update skip locked);
  return query
    select l from unnest(leases) l
     where not exists (
       select from plugin_jobs j
         join plugin_installs i on i.id = j.install_id and i.status = 'active'
         join organizations o on o.id = j.organization_id and o.status <> 'suspended'
        where j.lease = l and j.status = 'running' and j.locked_until > clock_timestamp() and not j.cancel_requested);
end $$;
alter function app.plugin_renew(uuid[], float8) owner to app_definer;

-- Queues the jobs that run by themselves, once a period and connection, however many hubs ask. One that still waits or
-- runs is not queued again.
create function app.plugin_schedule() returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  queued int;
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  insert into plugin_jobs (organization_id, install_id, connection_id, kind, payload, idempotency_key, created_by)
  select i.organization_id, i.id, c.id, j ->> 'name', case j ->> 'name' when 'pull' then '{"cursor": null}' else '{}' end::jsonb,
         format('every:%s:%s:%s', coalesce(c.id, i.id), j ->> 'name', floor(extract(epoch from now()) / (j ->> 'every_seconds')::int)), null
    from plugin_installs i
    left join plugin_connections c on c.install_id = i.id and c.status = 'active'
    join organizations o on o.id = i.organization_id and o.status <> 'suspended'
    cross join jsonb_array_elements(i.accepted_manifest -> 'jobs') j
   where i.status = 'active' and i.package_id is not null and (j ->> 'every_seconds')::int >= 60
     -- A plugin that needs an account waits for one.
     and (c.id is not null or coalesce(jsonb_array_length(i.accepted_manifest -> 'credentials'), 0) = 0)
     and not exists (select from plugin_jobs w where w.install_id = i.id and w.connection_id is not distinct from c.id and w.kind = j ->> 'name' and w.status in ('queued', 'running'))
  on conflict (organization_id, idempotency_key) do nothing;
  get diagnostics queued = row_count;
  return queued;
end $$;
alter function app.plugin_schedule() owner to app_definer;

-- The connection that a webhook names, and what is needed to believe it. Nobody is signed in here.
create function app.plugin_hook(of_plugin text, of_connection uuid) returns table (
  organization_id uuid, install_id uuid, manifest jsonb, webhook_secret_enc bytea)
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub hears webhooks' using errcode = '42501';
  end if;
  return query
    select c.organization_id, c.install_id, i.accepted_manifest, c.webhook_secret_enc::bytea
      from plugin_connections c
      join plugin_installs i on i.id = c.install_id and i.status = 'active' and i.plugin_key = of_plugin
      join organizations o on o.id = c.organization_id and o.status <> 'suspended'
     where c.id = of_connection and c.status in ('active', 'expired');
end $$;
alter function app.plugin_hook(text, uuid) owner to app_definer;

-- Who comes back from a vendor: once, and within the time.
create function app.plugin_return(of_state bytea) returns setof hub.plugin_authorizations
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub connects accounts' using errcode = '42501';
  end if;
  return query delete from hub.plugin_authorizations a where a.state_hash = of_state and a.expires_at > clock_timestamp() returning a.*;
end $$;
alter function app.plugin_return(bytea) owner to app_definer;

revoke execute on function app.plugin_relieve(), app.plugin_claim(uuid, float8, int), app.plugin_renew(uuid[], float8),
  app.plugin_schedule(), app.plugin_hook(text, uuid), app.plugin_return(bytea) from public;
grant execute on function app.plugin_relieve(), app.plugin_claim(uuid, float8, int), app.plugin_renew(uuid[], float8),
  app.plugin_schedule(), app.plugin_hook(text, uuid), app.plugin_return(bytea) to hub_worker;
