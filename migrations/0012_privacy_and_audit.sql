-- What is personal, the keys that seal it, and what remains of the journal when its window has passed.

create table data_classes (
  table_name text not null,
  column_name text not null,
  class text not null check (class in ('secret', 'sealed', 'personal')),
  -- Whose it is: `self` the row's own subject, a column that names one, or `-` (a company, a device: nobody's).
  subject_path text not null,
  on_export boolean not null default true,
  on_erase text not null check (on_erase in ('shred', 'null', 'tombstone', 'delete_row')),
  primary key (table_name, column_name)
);
comment on table data_classes is 'Registry of secret, sealed and personal columns: drives export, erasure, redaction and a test that no such column is forgotten.';
grant select on data_classes to hub_app, hub_worker;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('users', 'email_enc', 'sealed', 'self', true, 'shred'),
  ('users', 'email_bidx', 'sealed', 'self', false, 'tombstone'),
  ('users', 'full_name', 'personal', 'self', true, 'tombstone'),
  ('users', 'phone_number_enc', 'sealed', 'self', true, 'shred'),
  ('users', 'profile_image_url', 'personal', 'self', true, 'null'),
  ('user_credentials', 'password_hash', 'secret', 'user_id', false, 'delete_row'),
  ('user_profiles', 'bio', 'personal', 'user_id', true, 'null'),
  ('user_profiles', 'social_links', 'personal', 'user_id', true, 'tombstone'),
  ('user_profiles', 'company', 'personal', 'user_id', true, 'null'),
  ('user_profiles', 'position', 'personal', 'user_id', true, 'null'),
  ('user_profiles', 'location', 'personal', 'user_id', true, 'null'),
  ('invitations', 'email_enc', 'sealed', 'self', true, 'shred'),
  ('invitations', 'email_bidx', 'sealed', 'self', false, 'tombstone'),
  ('invitations', 'token_hash', 'secret', 'self', false, 'delete_row'),
  ('sessions', 'token_hash', 'secret', 'user_id', false, 'delete_row'),
  ('sessions', 'user_agent', 'personal', 'user_id', true, 'null'),
  ('sessions', 'ip_enc', 'sealed', 'user_id', true, 'shred'),
  ('spent_refresh_tokens', 'token_hash', 'secret', 'session_id', false, 'delete_row'),
  ('devices', 'token_hash', 'secret', '-', false, 'delete_row'),
  ('device_pairings', 'code_hash', 'secret', '-', false, 'delete_row'),
  ('orders', 'buyer_name_enc', 'sealed', 'self or user_id', true, 'shred'),
  ('orders', 'buyer_email_enc', 'sealed', 'self or user_id', true, 'shred'),
  ('orders', 'buyer_email_bidx', 'sealed', 'self or user_id', false, 'null'),
  ('registrations', 'attendee_name_enc', 'sealed', 'self or user_id', true, 'shred'),
  ('registrations', 'attendee_email_enc', 'sealed', 'self or user_id', true, 'shred'),
  ('registrations', 'attendee_email_bidx', 'sealed', 'self or user_id', false, 'tombstone'),
  ('registrations', 'door_note', 'personal', 'self or user_id', true, 'null'),
  ('check_ins', 'override_reason', 'personal', 'registration_id', true, 'tombstone'),
  ('message_acknowledgements', 'principal_name', 'personal', 'principal_id', true, 'tombstone'),
  ('venues', 'contact_info_enc', 'sealed', '-', true, 'shred'),
  ('model_profiles', 'name', 'personal', 'self or user_id', true, 'tombstone'),
  ('model_profiles', 'height_cm', 'personal', 'self or user_id', true, 'null'),
  ('model_profiles', 'measurements', 'personal', 'self or user_id', true, 'tombstone'),
  ('model_profiles', 'hair_color', 'personal', 'self or user_id', true, 'null'),
  ('model_profiles', 'eye_color', 'personal', 'self or user_id', true, 'null');

create table encryption_keys (
  id uuid primary key default app.uuid7(),
  organization_id uuid references organizations on delete cascade,
  subject_kind text not null check (subject_kind in
    ('platform', 'organization', 'user', 'contact', 'stakeholder', 'registration', 'order', 'signatory', 'invitation',
     'vendor', 'venue', 'account', 'share', 'webhook')),
  subject_id uuid not null,
  algorithm text not null default 'xchacha20poly1305',
  wrapped_key bytea,
  -- Which master key wraps it. The master keys are not in the database.
  kek_ref text not null,
  created_at timestamptz not null default now(),
  rotated_to uuid references encryption_keys on delete set null,
  destroyed_at timestamptz,
  constraint shredded check ((destroyed_at is null) = (wrapped_key is not null))
);
create unique index live_key on encryption_keys (subject_kind, subject_id) where destroyed_at is null and rotated_to is null;
create index on encryption_keys (organization_id) where organization_id is not null;
create index on encryption_keys (rotated_to) where rotated_to is not null;
comment on table encryption_keys is 'Wrapped data keys: one an organization for its secrets, one a person for what is sealed of them. Destroying the key erases the values, in every backup too.';

alter table encryption_keys enable row level security;
alter table encryption_keys force row level security;
create policy system on encryption_keys using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on encryption_keys to hub_worker;

create table audit_log (
  id bigint generated always as identity,
  organization_id uuid,
  occurred_at timestamptz not null default clock_timestamp(),
  actor_kind text not null check (actor_kind in ('user', 'device', 'plugin', 'system', 'database')),
  actor_id uuid,
  request_id uuid,
  action text not null check (action in ('I', 'U', 'D')),
  table_name text not null,
  row_key jsonb not null,
  changed text[],
  old_values jsonb,
  new_values jsonb,
  primary key (occurred_at, id)
) partition by range (occurred_at);
create index on audit_log (organization_id, table_name, occurred_at desc);
create index on audit_log (actor_id, occurred_at desc);
comment on table audit_log is 'Every change, for good: journal rows whose window has passed, without personal values, so that nobody who is erased remains here. Monthly partitions.';

-- No key to organizations: the record outlives the tenant it is about. Nobody is granted a write; live.archive() writes
-- as app_definer, which also owns the partitions.
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy tenant on audit_log as restrictive using (organization_id = (select app.org()));
create policy read on audit_log for select using ((select app.role()) in ('owner', 'admin', 'system'));
grant select on audit_log to hub_app, hub_worker;
alter table audit_log owner to app_definer;

insert into app.access (table_name, verb, role, scope) values
  ('encryption_keys', 'select', 'system', 'all'), ('encryption_keys', 'insert', 'system', 'all'),
  ('encryption_keys', 'update', 'system', 'all'), ('encryption_keys', 'delete', 'system', 'all'),
  ('audit_log', 'select', 'owner', 'all'), ('audit_log', 'select', 'admin', 'all'), ('audit_log', 'select', 'system', 'all');

-- A row without what it says about people.
create function app.redact(of_table text, row_values jsonb) returns jsonb
language sql stable
as $$
  select jsonb_object_agg(v.key, case
           when v.value = 'null' or d.class is null then v.value
           else to_jsonb('[' || d.class || ']') end)
    from jsonb_each(row_values) v
    left join data_classes d on d.table_name = of_table and d.column_name = v.key
$$;

-- Moves the oldest commits, at most so many, from the journal to the audit log and says how many it was. A change that
-- belongs to several topics is recorded once.
create function live.archive(committed_before timestamptz, at_most int default 1000) returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  moved int;
  month date;
begin
  create temporary table archived on commit drop as
    select c.xid, c.topic, c.seq, c.committed_at, c.principal_kind, c.principal_id, c.command_id
      from live.commits c
     where c.xid in (select o.xid from live.commits o where o.committed_at < committed_before
                      group by o.xid order by min(o.committed_at), o.xid limit at_most)
       and c.seq is not null;
  for month in select distinct date_trunc('month', a.committed_at at time zone 'UTC')::date from archived a loop
    if to_regclass(format('hub.audit_log_%s', to_char(month, 'YYYY_MM'))) is null then
      execute format('create table hub.%I partition of audit_log for values from (%L) to (%L)',
        'audit_log_' || to_char(month, 'YYYY_MM'),
        month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    end if;
  end loop;

  insert into audit_log (organization_id, occurred_at, actor_kind, actor_id, request_id, action, table_name, row_key,
                         changed, old_values, new_values)
  select j.organization_id, a.committed_at, a.principal_kind, a.principal_id, a.command_id, j.op, j.table_name,
         to_jsonb(j.row_key),
         case j.op when 'U' then array(select jsonb_object_keys(j.old_row) order by 1) end,
         app.redact(j.table_name, j.old_row),
         app.redact(j.table_name, j.new_row)
    from live.journal j
    join archived a on a.xid = j.xid and a.topic = j.topic
   where j.topic = (select min(o.topic) from live.journal o
                     where o.xid = j.xid and o.table_name = j.table_name and o.row_key = j.row_key and o.op = j.op)
   order by a.committed_at, j.id;

  delete from live.journal j using archived a where j.xid = a.xid and j.topic = a.topic;
  delete from live.commits c using archived a where c.xid = a.xid and c.topic = a.topic;
  select count(distinct a.xid) into moved from archived a;
  -- Last, and in order: these rows are what commits wait for.
  perform from live.topics t where t.topic in (select a.topic from archived a) order by t.topic for update;
  update live.topics t set kept_from = a.seq + 1
    from (select x.topic, max(x.seq) as seq from archived x group by x.topic) a
   where t.topic = a.topic and t.kept_from <= a.seq;
  drop table archived;
  return moved;
end $$;
alter function live.archive(timestamptz, int) owner to app_definer;
revoke execute on function live.archive(timestamptz, int) from public;
grant execute on function live.archive(timestamptz, int) to hub_worker;

create table hub.nodes (
  node_id uuid primary key,
  address text not null,
  version text not null,
  status text not null default 'up' check (status in ('up', 'draining', 'down')),
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);
comment on table hub.nodes is 'Hub processes that serve this database.';
grant select, insert, update, delete on hub.nodes to hub_worker;
