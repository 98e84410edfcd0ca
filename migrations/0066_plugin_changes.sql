-- Plugins hear of changes: the job `changed` is queued in the transaction that makes them, so that nothing is missed
-- and nothing is told that did not happen. Only tables whose rows the install may read are told of, by their ids: the
-- rows are read when the job runs, with the rights of the plugin.

-- Called at COMMIT, before the commit is numbered, for organizations in which some plugin listens.
create function live.tell_plugins(of_xid xid8, of_organization uuid) returns void
language plpgsql security definer set search_path = live, pg_temp
as $$
begin
  insert into public.plugin_jobs (organization_id, install_id, connection_id, kind, payload, idempotency_key, created_by)
  select of_organization, c.install_id, a.id, 'changed', jsonb_build_object('changes', jsonb_agg(c.change order by c.n)),
         'changed:' || app.uuid7(), null
    from (
      select s.install_id, change, row_number() over (partition by s.install_id order by s.first) as n
        from (
          select l.install_id, min(j.id) as first,
                 jsonb_build_object('table', j.table_name, 'id', j.row_key,
                                    'verb', case j.op when 'I' then 'insert' when 'U' then 'update' else 'delete' end) as change
            from public.plugin_subscriptions l
            join public.plugin_installs i on i.id = l.install_id and i.status = 'active' and i.package_id is not null
                 -- What a plugin has done itself is no news to it; two that answer each other are bounded by their quotas.
                 and i.id is distinct from app.plugin_install_id()
            join live.journal j on j.xid = of_xid and j.organization_id = l.organization_id
                 and (l.kinds = '{}' or j.table_name = any (l.kinds))
                 and (l.topic_kind = 'organization'
                      or case when l.entity_id is null then j.topic like l.topic_kind || ':%' else j.topic = l.topic_kind || ':' || l.entity_id end)
           where l.organization_id = of_organization and l.status = 'active'
             and j.table_name <> all (array['plugin_jobs', 'plugin_runs'])
             and exists (select from app.access a where a.table_name = j.table_name and a.verb = 'select' and a.role = 'plugin'
                                                    and a.scope = any (i.granted_scopes))
           group by l.install_id, j.table_name, j.row_key, j.op) s) c
    join public.plugin_installs i on i.id = c.install_id
    left join public.plugin_connections a on a.install_id = c.install_id and a.status = 'active'
   -- Each account hears of it; a plugin that needs one and has none hears nothing.
   where a.id is not null or coalesce(jsonb_array_length(i.accepted_manifest -> 'credentials'), 0) = 0
   -- Jobs of at most 500 changes.
   group by c.install_id, a.id, (c.n - 1) / 500;
end $$;
alter function live.tell_plugins(xid8, uuid) owner to app_definer;
revoke execute on function live.tell_plugins(xid8, uuid) from public;
grant execute on function live.tell_plugins(xid8, uuid) to app_definer;

-- As before, and plugins are told first: their jobs are part of the commit that is numbered.
create or replace function live.number_commit() returns trigger
language plpgsql security definer set search_path = live, pg_temp
as $$
declare
  noted record;
  head record;
  listening uuid;
begin
  if exists (select from live.commits c where c.xid = new.xid and c.topic = new.topic and c.seq is not null) then
    return null; -- numbered with the transaction's first topic
  end if;
  for listening in
    select distinct s.organization_id from live.commits c
      join public.plugin_subscriptions s on s.organization_id = c.organization_id and s.status = 'active'
     where c.xid = new.xid
  loop
    perform live.tell_plugins(new.xid, listening);
  end loop;
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
    -- The same words twice in one transaction ring once.
    if exists (select from live.feeds f where f.organization_id = noted.organization_id
                  and f.watched_until > clock_timestamp()) then
      perform pg_notify('live', 'feed:' || noted.organization_id);
    end if;
  end loop;
  return null;
end $$;
