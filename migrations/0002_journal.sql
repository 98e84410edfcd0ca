-- The journal: every change of every tracked row, appended by the database in the transaction that makes it, numbered
-- per topic at COMMIT. Decision record: hub/docs/decisions/0001-journal-in-the-database.md

-- Which journal this is. Changes only when a database is restored; then no cursor of a client is good any more.
create table live.identity (
  singleton boolean primary key default true check (singleton),
  epoch uuid not null default gen_random_uuid()
);
insert into live.identity default values;

create table live.topics (
  topic text primary key,
  organization_id uuid not null,
  kind text not null check (kind in ('event', 'project', 'organization')),
  entity_id uuid not null,
  seq bigint not null default 0,
  kept_from bigint not null default 1,
  watched_until timestamptz,
  check (topic = kind || ':' || entity_id)
) with (fillfactor = 40);
comment on table live.topics is 'Head of each topic. kept_from is the oldest commit still in the journal; the doorbell rings until watched_until.';

create table live.commits (
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  organization_id uuid not null,
  seq bigint,
  principal_kind text not null,
  principal_id uuid,
  command_id uuid,
  committed_at timestamptz,
  primary key (xid, topic),
  unique (topic, seq)
);
comment on table live.commits is 'One row a transaction and topic; its number is given when the transaction commits.';

create table live.journal (
  id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  organization_id uuid not null,
  table_name text not null,
  row_key uuid not null,
  op "char" not null check (op in ('I', 'U', 'D')),
  new_row jsonb,
  old_row jsonb,
  primary key (xid, topic, id)
);
comment on table live.journal is 'Changed rows: the whole row on insert (new_row) and delete (old_row), the changed columns before and after on update. What an update left alone is found by walking back from the row.';

create table live.commands (
  command_id uuid primary key,
  organization_id uuid not null,
  topic text not null,
  kind text not null,
  fingerprint bytea not null check (octet_length(fingerprint) = 16),
  principal_kind text not null,
  principal_id uuid,
  xid xid8 not null default pg_current_xact_id(),
  outcome jsonb not null,
  committed_at timestamptz not null default clock_timestamp()
);
create index on live.commands (committed_at);
comment on table live.commands is 'The outcome of every command, so that a retry gets the same answer. fingerprint tells a retry from another command under the same id.';

-- Who the transaction says it is. The worker may name the person or device it acts for; nobody else can.
create function live.writer_kind() returns text
language sql stable
as $$
  select case
    when session_user = 'hub_worker' then coalesce(app.setting('by_kind'), 'system')
    when session_user = 'hub_app' and app.device_id() is not null then 'device'
    when session_user = 'hub_app' and app.uid() is not null then 'user'
    else 'database'
  end
$$;

create function live.writer_id() returns uuid
language sql stable
as $$
  select case
    when session_user = 'hub_worker' then app.setting('by_id')::uuid
    when session_user = 'hub_app' then coalesce(app.device_id(), app.uid())
  end
$$;

alter table live.commits
  alter principal_kind set default live.writer_kind(),
  alter principal_id set default live.writer_id(),
  alter command_id set default app.setting('command_id')::uuid;

-- Runs at COMMIT. The topics' rows are locked in order, from here until the commit is flushed and no longer: so numbers
-- have no gaps, their order is commit order, and an open transaction elsewhere holds nobody up.
create function live.number_commit() returns trigger
language plpgsql security definer set search_path = live, pg_temp
as $$
declare
  noted record;
  head record;
begin
  if exists (select from live.commits c where c.xid = new.xid and c.topic = new.topic and c.seq is not null) then
    return null; -- numbered with the transaction's first topic
  end if;
  for noted in select c.topic, c.organization_id from live.commits c where c.xid = new.xid order by c.topic loop
    insert into live.topics as t (topic, organization_id, kind, entity_id, seq)
    values (noted.topic, noted.organization_id,
            split_part(noted.topic, ':', 1), split_part(noted.topic, ':', 2)::uuid, 1)
    on conflict (topic) do update set seq = t.seq + 1
    returning t.seq, t.watched_until into head;
    update live.commits c set seq = head.seq, committed_at = clock_timestamp()
     where c.xid = new.xid and c.topic = noted.topic;
    if head.watched_until > clock_timestamp() then
      perform pg_notify('live', noted.topic || ' ' || head.seq);
    end if;
  end loop;
  return null;
end $$;
alter function live.number_commit() owner to app_definer;

create constraint trigger number_commit after insert on live.commits
  deferrable initially deferred for each row execute function live.number_commit();

create function live.refuse_truncate() returns trigger
language plpgsql
as $$
begin
  raise exception 'TRUNCATE of % would leave the journal without a trace; use DELETE', tg_table_name using errcode = '0A000';
end $$;

-- Which tables are tracked, and how; the hub and the tests read it.
create table live.tracked (
  table_name text primary key,
  topics text not null,
  row_key text not null,
  omitted text[] not null
);
grant select on live.tracked to hub_app, hub_worker;

-- Installs the tracking of one table. `topics` is a comma-separated list:
--   event:event_id    the topic event:{event_id}, if that column is not null
--   org               organization:{organization_id}, only if no term before it gave a topic
--   org!              organization:{organization_id}, as well
--   org:id            organization:{id}, for the table of organizations itself
-- `omit` names columns that never enter the journal (secrets). The functions are generated per table, so that their
-- statements are planned once a connection and the hot path pays for no dynamic SQL. A migration that adds a column to a
-- tracked table calls live.retrack() for it.
create function live.track(target text, topics text, omit text[] default '{}', key text default 'id')
returns void
language plpgsql
as $$
declare
  term text;
  column_name text;
  tenant text := 'organization_id';
  options text[] := '{}';
  earlier text[] := '{}';
  -- @ stands for the alias of the row.
  of_topics text;
  whole text;
  changed text;
  omitted text[];
begin
  foreach term in array string_to_array(replace(topics, ' ', ''), ',') loop
    if term = 'org' then
      options := options || format(
        'case when %s then ''organization:'' || @.organization_id end',
        coalesce(nullif(array_to_string(array(select format('@.%I is null', c) from unnest(earlier) c), ' and '), ''), 'true'));
    elsif term = 'org!' then
      options := options || '''organization:'' || @.organization_id'::text;
    elsif term like 'org:%' then
      tenant := split_part(term, ':', 2);
      options := options || format('''organization:'' || @.%I', tenant);
    elsif term ~ '^(event|project):' then
      column_name := split_part(term, ':', 2);
      earlier := earlier || column_name;
      options := options || format('case when @.%I is not null then %L || @.%I end',
                                   column_name, split_part(term, ':', 1) || ':', column_name);
    else
      raise exception 'live.track(%): % is not a topic term', target, term;
    end if;
  end loop;
  of_topics := 'array_remove(array[' || array_to_string(options, ', ') || '], null)';
  omitted := omit || array(
    select a.attname::text from pg_attribute a
     where a.attrelid = target::regclass and a.attname = 'search' and a.attgenerated = 's');
  -- Column by column: a third of what comparing two JSON renderings of the row costs.
  select string_agg(format('case when o.%1$I is distinct from n.%1$I then jsonb_build_object(%1$L, @.%1$I) else ''{}'' end', a.attname),
                    ' || ' order by a.attnum)
    into changed
    from pg_attribute a
   where a.attrelid = target::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> all (omitted);
  whole := case when omitted = '{}' then 'to_jsonb(@)' else format('to_jsonb(@) - %L::text[]', omitted) end;

  execute format($f$
    create function live.%1$I() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
    as $body$
    begin
      if tg_op = 'INSERT' then
        with written as (
          insert into live.journal (topic, organization_id, table_name, row_key, op, new_row)
          select t.topic, r.%4$I, %2$L, r.%3$I, 'I', %5$s
            from new_rows r, unnest(%6$s) as t(topic)
          returning topic, organization_id)
        insert into live.commits (topic, organization_id)
        select distinct topic, organization_id from written
        on conflict (xid, topic) do nothing;
      elsif tg_op = 'UPDATE' then
        with pairs as (
          select n.%3$I as k, n.%4$I as tenant, %7$s as was, %8$s as became,
                 %9$s as old_topics, %10$s as new_topics,
                 case when %9$s <> %10$s then %11$s end as moved_from,
                 case when %9$s <> %10$s then %12$s end as moved_to
            from old_rows o join new_rows n on n.%3$I = o.%3$I
          offset 0
        ), written as (
          insert into live.journal (topic, organization_id, table_name, row_key, op, new_row, old_row)
          select t.topic, p.tenant, %2$L, p.k, c.op, c.new_row, c.old_row
            from pairs p, unnest(p.new_topics) as t(topic),
                 lateral (select 'U'::"char", p.became, p.was where t.topic = any (p.old_topics)
                          union all
                          select 'I'::"char", p.moved_to, null where t.topic <> all (p.old_topics)) c (op, new_row, old_row)
           where p.was <> '{}'
          union all
          select t.topic, p.tenant, %2$L, p.k, 'D'::"char", null, p.moved_from
            from pairs p, unnest(p.old_topics) as t(topic)
           where p.moved_from is not null and t.topic <> all (p.new_topics)
          returning topic, organization_id)
        insert into live.commits (topic, organization_id)
        select distinct topic, organization_id from written
        on conflict (xid, topic) do nothing;
      else
        with written as (
          insert into live.journal (topic, organization_id, table_name, row_key, op, old_row)
          select t.topic, r.%4$I, %2$L, r.%3$I, 'D', %5$s
            from old_rows r, unnest(%6$s) as t(topic)
          returning topic, organization_id)
        insert into live.commits (topic, organization_id)
        select distinct topic, organization_id from written
        on conflict (xid, topic) do nothing;
      end if;
      return null;
    end $body$
  $f$, 'track_' || target, target, key, tenant, replace(whole, '@', 'r'), replace(of_topics, '@.', 'r.'),
     replace(changed, '@.', 'o.'), replace(changed, '@.', 'n.'), replace(of_topics, '@.', 'o.'), replace(of_topics, '@.', 'n.'),
     replace(whole, '@', 'o'), replace(whole, '@', 'n'));
  execute format('alter function live.%I() owner to app_definer', 'track_' || target);

  -- z_: after every other AFTER trigger of the table has had its say.
  execute format('create trigger z_track_i after insert on %I referencing new table as new_rows
                  for each statement execute function live.%I()', target, 'track_' || target);
  execute format('create trigger z_track_u after update on %I referencing old table as old_rows new table as new_rows
                  for each statement execute function live.%I()', target, 'track_' || target);
  execute format('create trigger z_track_d after delete on %I referencing old table as old_rows
                  for each statement execute function live.%I()', target, 'track_' || target);
  execute format('create trigger z_track_t before truncate on %I
                  for each statement execute function live.refuse_truncate()', target);
  insert into live.tracked values (target, replace(topics, ' ', ''), key, omitted);
end $$;

-- The head of a topic, as the caller's snapshot of the database sees it.
create function live.head(of_topic text, out seq bigint, out kept_from bigint)
language sql stable security definer set search_path = live, pg_temp
as $$ select coalesce(max(t.seq), 0), coalesce(max(t.kept_from), 1) from live.topics t where t.topic = of_topic $$;
alter function live.head(text) owner to app_definer;

create function live.retrack(target text) returns void
language plpgsql
as $$
declare
  was live.tracked;
begin
  delete from live.tracked t where t.table_name = target returning * into strict was;
  execute format('drop function live.%I() cascade', 'track_' || target);
  execute format('drop trigger z_track_t on %I', target);
  perform live.track(target, was.topics, was.omitted, was.row_key);
end $$;

grant usage on schema live to hub_app;
grant select on live.identity to hub_app, hub_worker;
grant select on live.journal, live.commits to hub_worker;
grant select, update (watched_until) on live.topics to hub_worker;
grant insert on live.topics to hub_worker;
grant select, insert on live.commands to hub_worker;
