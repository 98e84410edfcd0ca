-- How long things are kept, as data; and upkeep that one hub does at a time, whichever it is.

alter table hub.maintenance_runs add column claimed_until timestamptz;
comment on column hub.maintenance_runs.claimed_until is 'Until then nobody else does it; whoever does it renews this. A run that is not renewed was left behind by a hub that ended.';

create table hub.retention (
  name text primary key,
  -- archive: the journal's commits, into the audit log. delete: rows of a table. shred: keys whose people's rows are gone.
  action text not null check (action in ('archive', 'delete', 'shred')),
  table_name text,
  since_column text,
  condition text not null default 'true',
  keep interval not null check (keep >= interval '0'),
  check ((action = 'delete') = (table_name is not null)),
  check ((table_name is null) = (since_column is null))
);
comment on table hub.retention is 'How long what is kept. Change `keep` to keep it longer or shorter; rules are written by migrations, because their conditions are SQL.';
grant select on hub.retention to hub_worker;

insert into hub.retention (name, action, table_name, since_column, condition, keep) values
  ('journal', 'archive', null, null, 'true', '7 days'),
  ('outcomes of commands', 'delete', 'live.commands', 'committed_at', 'true', '30 days'),
  ('invitations that nobody took', 'delete', 'public.invitations', 'expires_at', 'accepted_at is null', '30 days'),
  ('mails that could not be sent', 'delete', 'public.mail_outbox', 'given_up_at', 'given_up_at is not null', '30 days'),
  ('visits of shared galleries', 'delete', 'public.gallery_access_log', 'at', 'true', '400 days'),
  ('webhooks', 'delete', 'public.webhook_deliveries', 'received_at', 'status <> ''received''', '90 days'),
  ('upkeep', 'delete', 'hub.maintenance_runs', 'finished_at', 'status <> ''running''', '400 days'),
  ('keys of people whose rows are gone', 'shred', null, null, 'true', '8 days');

-- Whose rows a kind of key seals. Keys of the platform and of organizations are nobody's.
create table app.key_subjects (
  subject_kind text primary key,
  table_name text not null
);
insert into app.key_subjects values
  ('user', 'users'), ('registration', 'registrations'), ('order', 'orders'), ('contact', 'contacts'),
  ('stakeholder', 'stakeholders'), ('signatory', 'contract_signatories'), ('invitation', 'invitations'),
  ('share', 'gallery_shares'), ('vendor', 'vendors'), ('venue', 'venues'), ('account', 'accounts');
grant select on app.key_subjects to hub_worker;

-- Does what a rule says to at most so many rows, and says to how many. The journal is not done here: its new ends are
-- signed by the hub.
create function live.retain(rule text, at_most int) returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  r hub.retention;
  s app.key_subjects;
  here int;
  done int := 0;
begin
  if not app.is_system() then
    raise exception 'only the hub forgets' using errcode = '42501';
  end if;
  select * into strict r from hub.retention t where t.name = rule;
  if r.action = 'delete' then
    execute format(
      'delete from %1$s where ctid = any (array(
         select ctid from %1$s where %2$I < now() - $1 and (%3$s) order by %2$I limit $2 for update skip locked))',
      r.table_name, r.since_column, r.condition) using r.keep, at_most;
    get diagnostics done = row_count;
  elsif r.action = 'shred' then
    for s in select * from app.key_subjects order by 1 loop
      execute format(
        'update encryption_keys k set wrapped_key = null, destroyed_at = now()
          where k.id = any (array(
            select e.id from encryption_keys e
             where e.subject_kind = $1 and e.destroyed_at is null and e.created_at < now() - $2
               and not exists (select from %I t where t.id = e.subject_id)
             limit $3))', s.table_name) using s.subject_kind, r.keep, at_most - done;
      get diagnostics here = row_count;
      done := done + here;
      exit when done >= at_most;
    end loop;
  end if;
  return done;
end $$;
alter function live.retain(text, int) owner to app_definer;
revoke execute on function live.retain(text, int) from public;
grant execute on function live.retain(text, int) to hub_worker;
