-- Whoever follows a whole organization, and not one topic of it, is rung for every commit in it. The feed's place in the
-- journal is a snapshot of the database (pg_current_snapshot): what was not visible in one and is in the next was
-- committed between them, whatever its topics. So organizations need no number of their own, and commits wait for nobody
-- they did not wait for before.

create table live.feeds (
  organization_id uuid primary key,
  watched_until timestamptz not null
);
comment on table live.feeds is 'Organizations whose every commit rings the doorbell, until when.';
grant select, insert, update on live.feeds to hub_worker;

create or replace function live.number_commit() returns trigger
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
    -- The same words twice in one transaction ring once.
    if exists (select from live.feeds f where f.organization_id = noted.organization_id
                  and f.watched_until > clock_timestamp()) then
      perform pg_notify('live', 'feed:' || noted.organization_id);
    end if;
  end loop;
  return null;
end $$;
