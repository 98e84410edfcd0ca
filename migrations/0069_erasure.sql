-- What is known of a person, as one answer; forgetting it, everywhere at once; and a register of who was forgotten, so that an
-- older backup that is restored does not remember.

-- Free-form columns beside the registered ones may say anything about a person.
insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('users', 'preferences', 'personal', 'self', true, 'tombstone'),
  ('user_profiles', 'preferences', 'personal', 'user_id', true, 'tombstone'),
  ('registrations', 'meta_data', 'personal', 'self or user_id', true, 'tombstone'),
  ('orders', 'meta_data', 'personal', 'self or user_id', true, 'tombstone'),
  ('staff', 'meta_data', 'personal', 'user_id or self', true, 'tombstone'),
  ('model_profiles', 'meta_data', 'personal', 'self or user_id', true, 'tombstone'),
  ('model_profiles', 'availability_note', 'personal', 'self or user_id', true, 'null'),
  ('model_profiles', 'portfolio_url', 'personal', 'self or user_id', true, 'null'),
  ('designer_profiles', 'meta_data', 'personal', 'self or user_id', true, 'tombstone'),
  ('designer_profiles', 'portfolio_url', 'personal', 'self or user_id', true, 'null'),
  ('designer_profiles', 'achievements', 'personal', 'self or user_id', true, 'tombstone'),
  ('mfa_factors', 'friendly_name', 'personal', 'user_id', true, 'tombstone'),
  ('notifications', 'title', 'personal', 'user_id', true, 'tombstone'),
  ('notifications', 'content', 'personal', 'user_id', true, 'null');

-- Tables whose rows a request about a person may name.
create table app.subjects (
  kind text primary key,
  table_name text not null
);
insert into app.subjects values
  ('user', 'users'), ('contact', 'contacts'), ('stakeholder', 'stakeholders'), ('registration', 'registrations'),
  ('order', 'orders'), ('model_profile', 'model_profiles'), ('designer_profile', 'designer_profiles'), ('staff', 'staff'),
  ('signatory', 'contract_signatories'), ('invitation', 'invitations'), ('share', 'gallery_shares');
grant select on app.subjects to hub_app, hub_worker;

-- How rows lead from a person to what else is about them.
create view app.person_edges as
  select distinct d.table_name, p.name as column_name, coalesce(f.parent, 'users') as parent
    from data_classes d
    cross join unnest(string_to_array(d.subject_path, ' or ')) p(name)
    left join lateral (
      select f.confrelid::regclass::text as parent
        from pg_constraint f
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[array_upper(f.conkey, 1)]
       where f.contype = 'f' and f.conrelid = d.table_name::regclass and a.attname = p.name
       limit 1) f on true
   where p.name not in ('self', '-')
  union
  -- Cards of one person that refer to each other.
  values ('stakeholders', 'user_id', 'users'), ('stakeholders', 'contact_id', 'contacts'),
         ('contract_signatories', 'user_id', 'users'), ('invitations', 'accepted_by', 'users');
comment on view app.person_edges is 'Columns that lead from a person''s row to rows about the same person.';

create table hub.erasures (
  id uuid primary key,
  -- Null: wherever the person is known. All zeros: in no organization, the account only.
  organization_id uuid,
  -- The account went too, not only what an organization knew.
  accounts boolean not null,
  -- Kinds and ids. Nothing else is left to name them by.
  subjects jsonb not null,
  requested_by uuid,
  erased_at timestamptz not null default clock_timestamp(),
  report jsonb not null
);
comment on table hub.erasures is 'Who was erased, by id. The hub keeps the same in a file beside the database and erases again whom a restored database remembers.';
grant select on hub.erasures to hub_worker;

-- A sealed value that nothing opens: no key has this id.
create function app.shredded() returns sealed
language sql immutable parallel safe
as $$ select ('\x01' || repeat('00', 56))::bytea::sealed $$;

-- True inside app.erase only: the setting alone gives nothing.
create function app.erasing() returns boolean
language sql stable
as $$ select current_user = 'app_definer' and app.setting('erasing') = 'on' $$;

-- What is kept as it was is kept from everybody but this: the scan and the signature stay, the person in them goes.
drop trigger c_guard on check_ins;
create trigger c_guard before update on check_ins
  for each row when (not app.erasing()) execute function app.guard_check_in();
drop trigger e_guard on contract_signatories;
create trigger e_guard before insert or update on contract_signatories
  for each row when (not app.erasing()) execute function app.guard_signature();

-- What stands in the journal instead of what was said about somebody who is erased. Sealed values keep their form, because
-- rooms open them.
create function app.without_person(of_table text, row_values jsonb) returns jsonb
language sql stable
as $$
  select jsonb_object_agg(v.key, case
           when v.value = 'null' or d.class is null then v.value
           when v.key ~ '_enc$' then to_jsonb(app.shredded()::bytea::text)
           when d.class = 'personal' and jsonb_typeof(v.value) = 'string' then to_jsonb('[erased]'::text)
           when jsonb_typeof(v.value) = 'object' then '{}'
           when jsonb_typeof(v.value) = 'array' then '[]'
           else 'null' end)
    from jsonb_each(row_values) v
    left join data_classes d on d.table_name = of_table and d.column_name = v.key
$$;

-- The rows about some people: those that are named, and whatever they lead to. `within` an organization: its rows only, and
-- accounts of its members only. With `accounts` the accounts themselves too: their logins, profiles, factors; and whose they
-- are is for the caller to know. Left in the temporary table `about`.
create function app.gather(subjects jsonb, within uuid, accounts boolean) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  subject record;
  edge record;
  here bigint;
  added bigint;
begin
  if not app.is_system() or (within is not null and within is distinct from app.org()) then
    raise exception 'only the hub gathers what is about people' using errcode = '42501';
  end if;
  create temporary table about (table_name text, id uuid, primary key (table_name, id)) on commit drop;
  for subject in select s.table_name, (j.value ->> 'id')::uuid as id, j.value ->> 'kind' as kind
                   from jsonb_array_elements(subjects) j left join app.subjects s on s.kind = j.value ->> 'kind' loop
    if subject.table_name is null then
      raise exception 'there is no kind of person called %', subject.kind using errcode = '22023';
    end if;
    if subject.table_name = 'users' then
      insert into about select 'users', u.id from users u
       where u.id = subject.id
         and (within is null or accounts or exists (select from memberships m where m.organization_id = within and m.user_id = u.id))
      on conflict do nothing;
    else
      execute format('insert into about select %1$L, t.id from %1$I t where t.id = $1 and ($2 is null or t.organization_id = $2)
                      on conflict do nothing', subject.table_name) using subject.id, within;
    end if;
  end loop;
  loop
    added := 0;
    for edge in
      select e.*, exists (select from pg_attribute a where a.attrelid = e.table_name::regclass
                             and a.attname = 'organization_id' and a.attnotnull) as has_tenant
        from app.person_edges e
       where exists (select from pg_attribute a where a.attrelid = e.table_name::regclass and a.attname = 'id')
       order by e.table_name, e.column_name
    loop
      continue when not edge.has_tenant and not accounts;
      execute format('insert into about select %1$L, t.id from %1$I t
                       where t.%2$I in (select a.id from about a where a.table_name = %3$L) and %4$s on conflict do nothing',
                     edge.table_name, edge.column_name, edge.parent,
                     case when edge.has_tenant then '($1 is null or t.organization_id = $1)' else 'true' end) using within;
      get diagnostics here = row_count;
      added := added + here;
    end loop;
    exit when added = 0;
  end loop;
end $$;
alter function app.gather(jsonb, uuid, boolean) owner to app_definer;

-- Every registered column of every row about some people, sealed ones sealed: the hub opens them.
create function app.export_people(subjects jsonb, within uuid, accounts boolean)
returns table (table_name text, content jsonb)
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  t record;
begin
  perform app.gather(subjects, within, accounts);
  for t in
    select d.table_name, string_agg(format('%L, r.%I', d.column_name, d.column_name), ', ' order by d.column_name) as columns
      from data_classes d
     where d.on_export and d.class <> 'secret' and d.table_name in (select a.table_name from about a)
     group by d.table_name order by d.table_name
  loop
    return query execute format(
      'select %1$L, jsonb_build_object(''id'', r.id, ''created_at'', to_jsonb(r) -> ''created_at'', %2$s)
         from %1$I r where r.id in (select a.id from about a where a.table_name = %1$L) order by r.id', t.table_name, t.columns);
  end loop;
  return query
    select 'files', jsonb_build_object('id', o.id, 'bucket', o.bucket, 'filename', o.filename, 'size_bytes', o.size_bytes,
                                       'mime_type', o.mime_type, 'created_at', o.created_at)
      from storage_objects o
     where o.created_by in (select a.id from about a where a.table_name = 'users')
       and (within is null or o.organization_id = within)
     order by o.id;
  drop table about;
end $$;
alter function app.export_people(jsonb, uuid, boolean) owner to app_definer;

-- Everybody whose address has this blind index: kinds and ids.
create function app.people_with_address(address blind_index, within uuid) returns table (kind text, id uuid)
language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  t record;
begin
  if not app.is_system() or (within is not null and within is distinct from app.org()) then
    raise exception 'only the hub looks people up' using errcode = '42501';
  end if;
  for t in
    select s.kind, s.table_name, a.attname as column_name
      from app.subjects s join pg_attribute a on a.attrelid = s.table_name::regclass
     where a.atttypid = 'blind_index'::regtype and a.attname ~ 'email_bidx$' and not a.attisdropped
     order by s.kind
  loop
    return query execute format(
      'select %1$L::text, r.id from %2$I r where r.%3$I = $1 and ($2 is null or %4$s) order by r.id', t.kind, t.table_name, t.column_name,
      case t.table_name when 'users' then 'exists (select from memberships m where m.organization_id = $2 and m.user_id = r.id)'
                        else 'r.organization_id = $2' end) using address, within;
  end loop;
end $$;
alter function app.people_with_address(blind_index, uuid) owner to app_definer;

-- Forgets people: keys destroyed, registered columns emptied, the journal rewritten, logins ended, mails not sent. Rows stay,
-- so that counts and sums do. Says what it did, a table at a time; twice does the same as once.
create function app.erase(erasure uuid, subjects jsonb, within uuid, accounts boolean, requested_by uuid) returns jsonb
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  report jsonb := '{}';
  keys uuid[];
  names text[];
  t record;
  here bigint;
begin
  perform pg_advisory_xact_lock(hashtext('fashionos-hub-erasures'));
  perform app.gather(subjects, within, accounts);
  if accounts and exists (select from organizations o join about a on a.table_name = 'users' and a.id = o.owner_id
                           where o.status <> 'closing') then
    raise exception 'this person owns an organization; it needs another owner first'
      using errcode = '23514', constraint = 'owns_organization', table = 'organizations';
  end if;
  perform set_config('app.erasing', 'on', true);
  keys := array(select k.id from encryption_keys k
                  join app.key_subjects s on s.subject_kind = k.subject_kind
                  join about a on a.table_name = s.table_name and a.id = k.subject_id
                 where (accounts or k.subject_kind <> 'user')
                 order by k.id for update of k);
  names := array(select u.full_name from users u join about a on a.table_name = 'users' and a.id = u.id
                  where accounts and u.full_name <> '[erased]');

  -- Tables as others lock them: tickets before what counts them.
  for t in
    select c.table_name, bool_or(a.attnotnull and c.on_erase = 'delete_row') as goes,
           string_agg(format(case when c.on_erase in ('null', 'delete_row') then '%I = null'
                                  else '%I = case when r.%1$I is null then null else %2$s end' end, c.column_name, case
             when c.on_erase = 'shred' then 'app.shredded()'
             when a.atttypid = 'blind_index'::regtype then
               'sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))'
             when a.atttypid = 'jsonb'::regtype then
               format('case jsonb_typeof(r.%I) when ''array'' then ''[]'' else ''{}'' end::jsonb', c.column_name)
             else '''[erased]''' end), ', ') as emptied,
           case c.table_name when 'users' then ', status = ''erased''' when 'staff' then ', status = ''inactive'''
                when 'plugin_connections' then ', status = ''revoked''' else '' end as besides
      from data_classes c
      join pg_attribute a on a.attrelid = c.table_name::regclass and a.attname = c.column_name
     where c.table_name in (select b.table_name from about b) and c.subject_path <> '-'
       and (accounts or c.table_name <> 'users')
     group by c.table_name
     order by c.table_name <> 'registrations', c.table_name
  loop
    if t.goes then
      execute format('delete from %1$I r where r.id in (select a.id from about a where a.table_name = %1$L)', t.table_name);
    else
      execute format('update %1$I r set %2$s%3$s where r.id in (select a.id from about a where a.table_name = %1$L)',
                     t.table_name, t.emptied, t.besides);
    end if;
    get diagnostics here = row_count;
    report := jsonb_set(report, array[t.table_name], to_jsonb(here));
  end loop;
  -- Rows without an id of their own go with what they belong to.
  for t in select e.* from app.person_edges e
            where accounts and exists (select from about b where b.table_name = e.parent)
              and not exists (select from pg_attribute a where a.attrelid = e.table_name::regclass and a.attname = 'id') loop
    execute format('delete from %I r where r.%I in (select a.id from about a where a.table_name = %L)', t.table_name, t.column_name, t.parent);
    get diagnostics here = row_count;
    report := jsonb_set(report, array[t.table_name], to_jsonb(here));
  end loop;
  if exists (select from about b where b.table_name = 'users') then
    delete from memberships m using about a
     where a.table_name = 'users' and m.user_id = a.id and (within is null or accounts or m.organization_id = within);
    get diagnostics here = row_count;
    report := jsonb_set(report, '{memberships}', to_jsonb(here));
  end if;
  -- Mails that were to go to them; whose key a value is sealed with stands at its beginning.
  delete from mail_outbox m where encode(substring(m.content_enc::bytea from 2 for 16), 'hex')::uuid = any (keys);
  get diagnostics here = row_count;
  report := jsonb_set(report, '{mail_outbox}', to_jsonb(here));

  update encryption_keys k set wrapped_key = null, destroyed_at = now() where k.id = any (keys) and k.destroyed_at is null;
  get diagnostics here = row_count;
  report := jsonb_set(report, '{keys}', to_jsonb(here));

  -- The journal, this transaction's own entries included.
  update live.journal j set old_row = app.without_person(j.table_name, j.old_row), new_row = app.without_person(j.table_name, j.new_row)
    from about a
   where a.table_name = j.table_name and a.id = j.row_key and (accounts or j.table_name <> 'users')
     and (j.old_row is distinct from app.without_person(j.table_name, j.old_row)
          or j.new_row is distinct from app.without_person(j.table_name, j.new_row));
  get diagnostics here = row_count;
  report := jsonb_set(report, '{journal}', to_jsonb(here));
  -- Answers that are kept for retries name who made an earlier scan.
  update live.commands c
     set outcome = (select replace(c.outcome::text, to_jsonb(n)::text, '"[erased]"')::jsonb
                      from unnest(names) n where position(to_jsonb(n)::text in c.outcome::text) > 0 limit 1)
   where exists (select from unnest(names) n where position(to_jsonb(n)::text in c.outcome::text) > 0);
  get diagnostics here = row_count;
  report := jsonb_set(report, '{outcomes}', to_jsonb(here));

  insert into hub.erasures (id, organization_id, accounts, subjects, requested_by, report)
  values (erasure, within, accounts, subjects, requested_by, report)
  on conflict (id) do nothing;
  -- Hubs hold open keys in memory.
  perform pg_notify('live', 'keys');
  perform set_config('app.erasing', '', true);
  drop table about;
  return report;
end $$;
alter function app.erase(uuid, jsonb, uuid, boolean, uuid) owner to app_definer;

do $$
declare
  f regprocedure;
begin
  foreach f in array array['app.gather(jsonb, uuid, boolean)', 'app.export_people(jsonb, uuid, boolean)',
                           'app.people_with_address(blind_index, uuid)', 'app.erase(uuid, jsonb, uuid, boolean, uuid)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to hub_worker', f);
  end loop;
end $$;
