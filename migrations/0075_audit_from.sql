-- From where a change was made, and who scanned where many scan at once.

-- The address is sealed by the hub. It is personal: it stays with the commit for as long as the journal keeps it, is not
-- archived, and is emptied when the person is erased.
alter table live.commits add column client_enc bytea check (octet_length(client_enc) = 56);
alter table live.commits alter column client_enc set default decode(app.setting('from'), 'hex');
comment on column live.commits.client_enc is 'The address that the change came from, sealed by the hub; none when the hub or somebody with SQL made it.';

-- The device or person that scanned a row of the ledger, or the guest of one: where their scans were committed together with
-- those of others. Nothing where several scanned the same guest at once.
create function live.scanner(of_xid xid8, of_topic text, of_row uuid) returns table (kind text, id uuid)
language sql stable rows 1
as $$
  select case when min(j.new_row ->> 'device_id') is null then 'user' else 'device' end,
         min(coalesce(j.new_row ->> 'device_id', j.new_row ->> 'scanned_by'))::uuid
    from live.journal j
   where j.xid = of_xid and j.topic = of_topic and j.table_name = 'check_ins' and j.op = 'I'
     and (j.row_key = of_row or j.new_row ->> 'registration_id' = of_row::text)
  having count(distinct coalesce(j.new_row ->> 'device_id', j.new_row ->> 'scanned_by')) = 1
$$;

-- Empties the addresses of what these people or devices did, in one organization or in all.
create function live.forget_addresses(principals uuid[], within uuid) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  emptied bigint;
begin
  if not app.is_system() then
    raise exception 'only the hub forgets' using errcode = '42501';
  end if;
  update live.commits c set client_enc = null
   where c.principal_id = any (principals) and c.client_enc is not null and (within is null or c.organization_id = within);
  get diagnostics emptied = row_count;
  return emptied;
end $$;
alter function live.forget_addresses(uuid[], uuid) owner to app_definer;
revoke execute on function live.forget_addresses(uuid[], uuid) from public;
grant execute on function live.forget_addresses(uuid[], uuid) to hub_worker;

-- As before; and who scanned is named where many scans were committed together.
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

  -- Scans of several devices are committed together: who let in whom, their ledger says.
  create temporary table scanned on commit drop as
    select distinct j.xid, j.row_key, (case when j.new_row ->> 'device_id' is null then 'user' else 'device' end) as kind,
           coalesce(j.new_row ->> 'device_id', j.new_row ->> 'scanned_by')::uuid as id
      from live.journal j join archived a on a.xid = j.xid and a.topic = j.topic
     where a.principal_kind = 'system' and j.table_name = 'check_ins' and j.op = 'I'
       and coalesce(j.new_row ->> 'device_id', j.new_row ->> 'scanned_by') is not null;
  insert into scanned
    select j.xid, (j.new_row ->> 'registration_id')::uuid, min(s.kind), (array_agg(s.id))[1]
      from live.journal j join scanned s on s.xid = j.xid and s.row_key = j.row_key
     where j.table_name = 'check_ins' and j.op = 'I' and j.new_row ->> 'registration_id' is not null
     group by 1, 2 having count(distinct s.id) = 1;

  -- By organization, so that whoever else archives locks the chains in the same order.
  for said in
    select j.id, j.organization_id, a.committed_at, coalesce(s.kind, a.principal_kind), coalesce(s.id, a.principal_id), a.command_id,
           j.op, j.table_name,
           to_jsonb(j.row_key),
           case j.op when 'U' then array(select jsonb_object_keys(j.old_row) order by 1) end,
           app.redact(j.table_name, j.old_row), app.redact(j.table_name, j.new_row), null::bigint,
           app.people_of(array(select jsonb_array_elements_text(naming -> j.table_name)), j.old_row, j.new_row,
                         jsonb_build_object('id', j.row_key)),
           null::bytea
      from live.journal j
      join archived a on a.xid = j.xid and a.topic = j.topic
      left join scanned s on s.xid = j.xid and s.row_key = j.row_key and j.table_name in ('check_ins', 'registrations')
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
  drop table archived, scanned;
  return moved;
end $$;

-- As before; with the address, and with who scanned.
drop function app.audit_trail(text, uuid, uuid, uuid, timestamptz, timestamptz, timestamptz, bigint, int);
create function app.audit_trail(
  of_table text, of_row uuid, of_person uuid, by_actor uuid, since timestamptz, until timestamptz,
  before_time timestamptz, before_id bigint, at_most int)
returns table (id bigint, occurred_at timestamptz, actor_kind text, actor_id uuid, request_id uuid, action text, table_name text,
               row_key uuid, changed text[], old_values jsonb, new_values jsonb, entry bigint, client bytea)
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
    select e.id, e.occurred_at, coalesce(s.kind, e.actor_kind), coalesce(s.id, e.actor_id), e.request_id, e.action, e.table_name,
           e.row_key, e.changed,
           app.redact_for(reader, e.table_name, e.old_values), app.redact_for(reader, e.table_name, e.new_values), e.entry,
           e.client
      from (
        (select a.id, a.occurred_at, a.actor_kind, a.actor_id, a.request_id, a.action, a.table_name,
                (a.row_key #>> '{}')::uuid as row_key, a.changed, a.old_values, a.new_values, a.entry, null::bytea as client,
                null::xid8 as xid, null::text as topic
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
                case j.op when 'U' then array(select jsonb_object_keys(j.old_row) order by 1) end, j.old_row, j.new_row, null,
                c.client_enc, j.xid, j.topic
           from live.commits c join live.journal j on j.xid = c.xid and j.topic = c.topic
          where c.organization_id = tenant and c.seq is not null
            and (of_table is null or j.table_name = of_table)
            and (of_row is null or j.row_key = of_row)
            and (by_actor is null or c.principal_id = by_actor
                 or (c.principal_kind = 'system' and j.table_name in ('check_ins', 'registrations')
                     and by_actor = (select n.id from live.scanner(j.xid, j.topic, j.row_key) n)))
            and (of_person is null or c.principal_id = of_person or j.row_key = any (rows_of_person))
            and (since is null or c.committed_at >= since)
            and (upto is null or c.committed_at <= upto)
            and (before_time is null or (c.committed_at, j.id) < (before_time, before_id))
            and j.topic = (select min(o.topic) from live.journal o
                            where o.xid = j.xid and o.table_name = j.table_name and o.row_key = j.row_key and o.op = j.op)
          order by c.committed_at desc, j.id desc limit at_most)) e
      left join lateral live.scanner(e.xid, e.topic, e.row_key) s
        on e.actor_kind = 'system' and e.xid is not null and e.table_name in ('check_ins', 'registrations')
     order by e.occurred_at desc, e.id desc limit at_most;
end $$;
alter function app.audit_trail(text, uuid, uuid, uuid, timestamptz, timestamptz, timestamptz, bigint, int) owner to app_definer;
