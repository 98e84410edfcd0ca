-- Approved e-mails that the hub sends itself. A mail server cannot be asked whether it took a mail: that one is handed over is
-- written down before, and where its answer was lost the message has failed and a person decides.

-- Takes one e-mail that is due, for a node; its recipient's address is opened by the hub.
create function app.letter_claim(for_node uuid, lease_seconds float8) returns table (
  job_id uuid, lease uuid, organization_id uuid, message_id uuid, attempt int, subject text, body text, to_enc bytea, organization text)
language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  taken plugin_jobs;
  held uuid := app.uuid7();
  goes boolean;
begin
  if not app.is_system() then
    raise exception 'only the hub sends letters' using errcode = '42501';
  end if;
  -- One a time of each organization: who has many to send lets others send theirs.
  select j.* into taken from plugin_jobs j
    join organizations o on o.id = j.organization_id and o.status <> 'suspended'
   where j.status = 'queued' and j.install_id is null and j.entity_type = 'message' and j.kind = 'send' and j.run_at <= clock_timestamp()
     and not exists (select from plugin_jobs r where r.status = 'running' and r.install_id is null and r.organization_id = j.organization_id)
   order by j.run_at, j.id limit 1 for update of j skip locked;
  if taken.id is null then
    return;
  end if;
  goes := app.dispatch(taken.entity_id);
  if goes is not true then
    update plugin_jobs j
       set status = case when goes is null then 'queued' else 'dead' end, run_at = clock_timestamp() + interval '1 second',
           last_error = case when goes is null then j.last_error else 'not_approved: it is not what somebody has approved' end
     where j.id = taken.id;
    return;
  end if;
  update plugin_jobs j
     set status = 'running', attempts = j.attempts + 1, locked_by = for_node, lease = held, result = null,
         locked_until = clock_timestamp() + make_interval(secs => lease_seconds)
   where j.id = taken.id;
  return query
    select taken.id, held, taken.organization_id, m.id, taken.attempts + 1, m.subject, m.body, c.email_enc::bytea, o.name
      from messages m
      join organizations o on o.id = m.organization_id
      left join contacts c on c.organization_id = m.organization_id and c.id = m.contact_id
     where m.id = taken.entity_id;
end $$;
alter function app.letter_claim(uuid, float8) owner to app_definer;

-- It is handed over now; false: it was taken from whoever asks.
create function app.letter_begin(of_lease uuid) returns boolean
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub sends letters' using errcode = '42501';
  end if;
  update plugin_jobs j set result = '{"handed_over": true}'
   where j.lease = of_lease and j.status = 'running' and not j.cancel_requested and j.locked_until > clock_timestamp();
  return found;
end $$;
alter function app.letter_begin(uuid) owner to app_definer;

-- The mail server has it, under this message id.
create function app.letter_sent(of_lease uuid, mail_id text) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  sent uuid;
begin
  if not app.is_system() then
    raise exception 'only the hub sends letters' using errcode = '42501';
  end if;
  perform set_config('app.settling', 'on', true);
  select j.entity_id into sent from plugin_jobs j where j.lease = of_lease and j.status = 'running';
  update messages m set status = 'sent', sent_at = clock_timestamp(), external_id = mail_id, error = null
   where m.id = sent and m.status = 'dispatching';
  update plugin_jobs j
     set status = 'succeeded', result = jsonb_build_object('message_id', mail_id), last_error = null, lease = null, locked_by = null, locked_until = null
   where j.lease = of_lease and j.status = 'running';
  perform set_config('app.settling', '', true);
end $$;
alter function app.letter_sent(uuid, text) owner to app_definer;

-- It was not taken: again after so many seconds, or for a person when none are given or all attempts are used.
create function app.letter_failed(of_lease uuid, reason text, again_after float8) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub sends letters' using errcode = '42501';
  end if;
  update plugin_jobs j
     set status = case when again_after is null or j.attempts >= j.max_attempts then 'dead' else 'queued' end,
         run_at = clock_timestamp() + make_interval(secs => coalesce(again_after, 0)), result = null,
         last_error = left(reason, 1000), lease = null, locked_by = null, locked_until = null
   where j.lease = of_lease and j.status = 'running';
end $$;
alter function app.letter_failed(uuid, text, float8) owner to app_definer;

-- Gives up what hubs have left behind. What was not handed over yet waits again; of the rest nobody knows.
create function app.letter_relieve() returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  relieved int;
begin
  if not app.is_system() then
    raise exception 'only the hub sends letters' using errcode = '42501';
  end if;
  update plugin_jobs j
     set status = case when j.result is null then 'queued' else 'dead' end, run_at = clock_timestamp(), result = null,
         last_error = case when j.result is null then 'hub_ended: the hub ended before it was handed over'
                           else 'unsettled: the hub ended while it was handed over; nobody knows whether it went out' end,
         lease = null, locked_by = null, locked_until = null
   where j.id in (select k.id from plugin_jobs k
                   where k.status = 'running' and k.install_id is null and k.entity_type = 'message' and k.locked_until < clock_timestamp()
                     for update skip locked);
  get diagnostics relieved = row_count;
  return relieved;
end $$;
alter function app.letter_relieve() owner to app_definer;

revoke execute on function app.letter_claim(uuid, float8), app.letter_begin(uuid), app.letter_sent(uuid, text),
  app.letter_failed(uuid, text, float8), app.letter_relieve() from public;
grant execute on function app.letter_claim(uuid, float8), app.letter_begin(uuid), app.letter_sent(uuid, text),
  app.letter_failed(uuid, text, float8), app.letter_relieve() to hub_worker;

-- Rings for letters, too.
create or replace function live.ring_plugins() returns trigger
language plpgsql
as $$
begin
  perform pg_notify('live', case when new.install_id is null then 'letters' else 'plugins' end);
  return null;
end $$;
create trigger ring_letters after insert on plugin_jobs for each row
  when (new.status = 'queued' and new.install_id is null and new.entity_type = 'message') execute function live.ring_plugins();
create trigger ring_letters_u after update on plugin_jobs for each row
  when (new.install_id is null and new.entity_type = 'message' and new.status = 'queued' and old.status <> 'queued')
  execute function live.ring_plugins();

insert into hub.retention (name, action, table_name, since_column, condition, keep) values
  ('e-mails that were sent or taken back', 'delete', 'public.plugin_jobs', 'updated_at',
   'install_id is null and entity_type = ''message'' and status in (''succeeded'', ''cancelled'')', '90 days');
