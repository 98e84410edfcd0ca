-- What the hub does once a day for each organization, when a new day has begun where the organization is.

create table hub.daily_rounds (
  organization_id uuid primary key references organizations on delete cascade,
  -- The last day that was begun, by the organization's calendar.
  day date not null
);
comment on table hub.daily_rounds is 'The day up to which each organization''s daily round was made: several hubs, or one that starts again, make it once.';
grant select on hub.daily_rounds to hub_worker;

-- Organizations whose round may be due: those that have not been told of the day that the first of all time zones is in.
create function app.rounds_due() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub makes rounds' using errcode = '42501';
  end if;
  return query
    select o.id from organizations o left join hub.daily_rounds r on r.organization_id = o.id
     where r.day is null or r.day < (now() at time zone 'Pacific/Kiritimati')::date
     order by o.id;
end $$;
alter function app.rounds_due() owner to app_definer;
revoke execute on function app.rounds_due() from public;
grant execute on function app.rounds_due() to hub_worker;

-- Takes the round of the organization's present day: true for one transaction only. Whoever comes second waits for the
-- first to commit, and takes the round over if it did not.
create function app.take_round() returns boolean
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub makes rounds' using errcode = '42501';
  end if;
  insert into hub.daily_rounds as r (organization_id, day)
  select o.id, (now() at time zone o.time_zone)::date from organizations o where o.id = app.org()
      on conflict (organization_id) do update set day = excluded.day where r.day < excluded.day;
  return found;
end $$;
alter function app.take_round() owner to app_definer;
revoke execute on function app.take_round() from public;
grant execute on function app.take_round() to hub_worker;
