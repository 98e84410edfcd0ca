-- The audit log as an auditor wants it: each entry holds the hash of the one before it, so that no entry can be altered,
-- removed or slipped in unseen; it names the people it is about; and what is still in the journal is read together with it.

-- Columns that name a person, of any table: whoever is looked up in the audit log is found by them. The author of a row
-- (created_by) is in each entry anyway, as its actor.
create view app.person_columns as
  select distinct c.relname::text as table_name, a.attname::text as column_name
    from pg_constraint f
    join pg_class c on c.oid = f.conrelid
    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[array_upper(f.conkey, 1)]
   where f.contype = 'f' and c.relnamespace = 'public'::regnamespace and a.attname <> 'created_by'
     and f.confrelid in (select d.table_name::regclass from data_classes d where d.subject_path ~ '\mself\M')
  union
  select d.table_name, p.name
    from data_classes d, unnest(string_to_array(d.subject_path, ' or ')) p(name)
   where p.name not in ('self', '-')
  union
  select d.table_name, 'id' from data_classes d where d.subject_path ~ '\mself\M';
comment on view app.person_columns is 'Columns that name a person: keys of people''s own tables, and references to them.';
grant select on app.person_columns to hub_app, hub_worker;

alter table audit_log
  add column entry bigint,
  add column people uuid[] not null default '{}',
  add column hash bytea;
comment on column audit_log.entry is 'Number within the organization''s chain, from 1, without gaps.';
comment on column audit_log.people is 'Whom the entry is about: whatever its row says of people''s ids.';
comment on column audit_log.hash is 'SHA-256 of the hash before it and of what this entry says.';
create index on audit_log (organization_id, entry);
create index on audit_log using gin (people);
create index on audit_log (organization_id, row_key);

create table hub.audit_chains (
  organization_id uuid primary key,
  entries bigint not null,
  hash bytea not null check (octet_length(hash) = 32)
);
comment on table hub.audit_chains is 'The end of each organization''s chain. Locked by whoever appends.';
grant select on hub.audit_chains to hub_worker;

create table hub.audit_heads (
  organization_id uuid not null,
  entry bigint not null,
  hash bytea not null check (octet_length(hash) = 32),
  sealed_at timestamptz not null,
  -- Ed25519 with the hub's key, which is not in the database.
  signature bytea not null check (octet_length(signature) = 64),
  primary key (organization_id, entry)
);
comment on table hub.audit_heads is 'Signed ends of chains, one for each time that entries were appended: whoever rewrites a chain cannot sign it again.';
grant select, insert on hub.audit_heads to hub_worker;

-- What an entry says, in one spelling (jsonb writes its keys in one order): what its hash is of.
create function app.audit_text(said audit_log) returns text
language sql stable
as $$
  select jsonb_build_array(
    said.organization_id, said.entry, (extract(epoch from said.occurred_at) * 1000000)::bigint, said.actor_kind, said.actor_id,
    said.request_id, said.action, said.table_name, said.row_key, said.changed, said.people, said.old_values,
    said.new_values)::text
$$;

create function app.audit_start(organization uuid) returns bytea
language sql immutable
as $$ select sha256(convert_to('fashionos-hub audit ' || organization, 'utf8')) $$;

-- The people that a row names, by the columns that may.
create function app.people_of(columns text[], variadic row_values jsonb[]) returns uuid[]
language sql stable
as $$
  select coalesce(array_agg(distinct (v ->> c)::uuid order by (v ->> c)::uuid), '{}')
    from unnest(row_values) v, unnest(columns) c
   where jsonb_typeof(v -> c) = 'string' and v ->> c ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
$$;

-- Entries that were written before there were chains get their places.
create function live.chain_up() returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  said audit_log;
  last hub.audit_chains;
begin
  for said in select * from audit_log a where a.entry is null and a.organization_id is not null
               order by a.organization_id, a.occurred_at, a.id loop
    if last.organization_id is distinct from said.organization_id then
      last := row(said.organization_id, 0, app.audit_start(said.organization_id));
    end if;
    said.entry := last.entries + 1;
    last.entries := said.entry;
    last.hash := sha256(last.hash || convert_to(app.audit_text(said), 'utf8'));
    update audit_log a set entry = said.entry, hash = last.hash where a.occurred_at = said.occurred_at and a.id = said.id;
    insert into hub.audit_chains as c values (last.*)
    on conflict (organization_id) do update set entries = excluded.entries, hash = excluded.hash;
  end loop;
end $$;
alter function live.chain_up() owner to app_definer;
select live.chain_up();
drop function live.chain_up();

-- Moves the oldest commits, at most so many, from the journal to the audit log and says how many it was. A change that
-- belongs to several topics is recorded once, under the number that it had in the journal.
create or replace function live.archive(committed_before timestamptz, at_most int default 1000) returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  moved int;
  month date;
  said audit_log;
  last hub.audit_chains;
  naming jsonb;
begin
  -- In the order of the primary key, which is about the order of time: the oldest are found at its beginning.
  create temporary table archived on commit drop as
    select c.xid, c.topic, c.seq, c.committed_at, c.principal_kind, c.principal_id, c.command_id
      from live.commits c
     where c.xid in (select o.xid from live.commits o where o.committed_at < committed_before
                      group by o.xid order by o.xid limit at_most)
       and c.seq is not null;
  for month in select distinct date_trunc('month', a.committed_at at time zone 'UTC')::date from archived a loop
    if to_regclass(format('hub.audit_log_%s', to_char(month, 'YYYY_MM'))) is null then
      execute format('create table hub.%I partition of audit_log for values from (%L) to (%L)',
        'audit_log_' || to_char(month, 'YYYY_MM'),
        month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    end if;
  end loop;
  select jsonb_object_agg(t.table_name, t.columns) into naming
    from (select p.table_name, jsonb_agg(p.column_name) as columns from app.person_columns p group by 1) t;

  -- By organization, so that whoever else archives locks the chains in the same order.
  for said in
    select j.id, j.organization_id, a.committed_at, a.principal_kind, a.principal_id, a.command_id, j.op, j.table_name,
           to_jsonb(j.row_key),
           case j.op when 'U' then array(select jsonb_object_keys(j.old_row) order by 1) end,
           app.redact(j.table_name, j.old_row), app.redact(j.table_name, j.new_row), null::bigint,
           app.people_of(array(select jsonb_array_elements_text(naming -> j.table_name)), j.old_row, j.new_row,
                         jsonb_build_object('id', j.row_key)),
           null::bytea
      from live.journal j
      join archived a on a.xid = j.xid and a.topic = j.topic
     where j.topic = (select min(o.topic) from live.journal o
                       where o.xid = j.xid and o.table_name = j.table_name and o.row_key = j.row_key and o.op = j.op)
     order by j.organization_id, a.committed_at, j.id
  loop
    if last.organization_id is distinct from said.organization_id then
      update hub.audit_chains c set entries = last.entries, hash = last.hash where c.organization_id = last.organization_id;
      insert into hub.audit_chains values (said.organization_id, 0, app.audit_start(said.organization_id))
      on conflict (organization_id) do nothing;
      select * into last from hub.audit_chains c where c.organization_id = said.organization_id for update;
    end if;
    last.entries := last.entries + 1;
    said.entry := last.entries;
    last.hash := sha256(last.hash || convert_to(app.audit_text(said), 'utf8'));
    said.hash := last.hash;
    insert into audit_log overriding system value values (said.*);
  end loop;
  update hub.audit_chains c set entries = last.entries, hash = last.hash where c.organization_id = last.organization_id;

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

-- Everything that the log holds of one organization (or of none), in the order of its chain, from behind an entry: for
-- whoever verifies it. The hub hashes what each entry says by itself.
create function live.audit_chain(organization uuid, after_entry bigint, after_id bigint, at_most int)
returns table (entry bigint, id bigint, said text, hash bytea)
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub reads whole chains' using errcode = '42501';
  end if;
  return query
    select a.entry, a.id, app.audit_text(a), a.hash from audit_log a
     where a.organization_id is not distinct from organization
       and (coalesce(a.entry, 0), a.id) > (after_entry, after_id)
     order by coalesce(a.entry, 0), a.id limit at_most;
end $$;
alter function live.audit_chain(uuid, bigint, bigint, int) owner to app_definer;

create function live.audited_organizations() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub reads whole chains' using errcode = '42501';
  end if;
  return query select a.organization_id from audit_log a
               union select c.organization_id from hub.audit_chains c
               union select h.organization_id from hub.audit_heads h;
end $$;
alter function live.audited_organizations() owner to app_definer;

-- What is read of a row: without people, and without what is masked for the reader's role.
create function app.redact_for(reader text, of_table text, row_values jsonb) returns jsonb
language sql stable
as $$
  select jsonb_object_agg(v.key, case when m.role is null or v.value = 'null' then v.value else to_jsonb('[hidden]'::text) end)
    from jsonb_each(app.redact(of_table, row_values)) v
    left join app.masks m on m.table_name = of_table and m.role = reader and m.column_name = regexp_replace(v.key, '_enc$', '')
$$;

-- Who changed what: the archive and, not archived yet, the journal; the newest first. A person is found as whoever did it,
-- as what it is about, and as what rows were about that later changes do not name again.
create function app.audit_trail(
  of_table text, of_row uuid, of_person uuid, by_actor uuid, since timestamptz, until timestamptz,
  before_time timestamptz, before_id bigint, at_most int)
returns table (id bigint, occurred_at timestamptz, actor_kind text, actor_id uuid, request_id uuid, action text, table_name text,
               row_key uuid, changed text[], old_values jsonb, new_values jsonb, entry bigint)
language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  reader text := app.role();
  tenant uuid := app.org();
  upto timestamptz := least(coalesce(until, 'infinity'), before_time);
  named_by jsonb;
  rows_of_person uuid[];
begin
  if reader is null or reader not in ('owner', 'admin', 'system') or app.device_id() is not null or tenant is null then
    raise exception 'only owners and admins read the audit log' using errcode = '42501';
  end if;
  if of_person is not null then
    select jsonb_object_agg(t.table_name, t.columns) into named_by
      from (select p.table_name, jsonb_agg(p.column_name) as columns from app.person_columns p group by 1) t;
    rows_of_person := array(
      select (a.row_key #>> '{}')::uuid from audit_log a where a.organization_id = tenant and a.people @> array[of_person]
      union
      select j.row_key from live.journal j
       where j.organization_id = tenant
         and (j.row_key = of_person
              or app.people_of(array(select jsonb_array_elements_text(named_by -> j.table_name)), j.old_row, j.new_row) @> array[of_person]));
  end if;
  return query
    select e.id, e.occurred_at, e.actor_kind, e.actor_id, e.request_id, e.action, e.table_name, e.row_key, e.changed,
           app.redact_for(reader, e.table_name, e.old_values), app.redact_for(reader, e.table_name, e.new_values), e.entry
      from (
        (select a.id, a.occurred_at, a.actor_kind, a.actor_id, a.request_id, a.action, a.table_name,
                (a.row_key #>> '{}')::uuid as row_key, a.changed, a.old_values, a.new_values, a.entry
           from audit_log a
          where a.organization_id = tenant
            and (of_table is null or a.table_name = of_table)
            and (of_row is null or a.row_key = to_jsonb(of_row))
            and (by_actor is null or a.actor_id = by_actor)
            and (of_person is null or a.actor_id = of_person or (a.row_key #>> '{}')::uuid = any (rows_of_person))
            and (since is null or a.occurred_at >= since)
            and (upto is null or a.occurred_at <= upto)
            and (before_time is null or (a.occurred_at, a.id) < (before_time, before_id))
          order by a.occurred_at desc, a.id desc limit at_most)
        union all
        (select j.id, c.committed_at, c.principal_kind, c.principal_id, c.command_id, j.op::text, j.table_name, j.row_key,
                case j.op when 'U' then array(select jsonb_object_keys(j.old_row) order by 1) end, j.old_row, j.new_row, null
           from live.commits c join live.journal j on j.xid = c.xid and j.topic = c.topic
          where c.organization_id = tenant and c.seq is not null
            and (of_table is null or j.table_name = of_table)
            and (of_row is null or j.row_key = of_row)
            and (by_actor is null or c.principal_id = by_actor)
            and (of_person is null or c.principal_id = of_person or j.row_key = any (rows_of_person))
            and (since is null or c.committed_at >= since)
            and (upto is null or c.committed_at <= upto)
            and (before_time is null or (c.committed_at, j.id) < (before_time, before_id))
            and j.topic = (select min(o.topic) from live.journal o
                            where o.xid = j.xid and o.table_name = j.table_name and o.row_key = j.row_key and o.op = j.op)
          order by c.committed_at desc, j.id desc limit at_most)) e
     order by e.occurred_at desc, e.id desc limit at_most;
end $$;
alter function app.audit_trail(text, uuid, uuid, uuid, timestamptz, timestamptz, timestamptz, bigint, int) owner to app_definer;
