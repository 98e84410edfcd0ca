-- What a scan needs of the database at the speed of a queue at the door.

-- The tickets of a batch of scans, locked in the order of their ids, in which everybody locks them. It looks past row
-- security, so that the plan goes by the two unique indexes whatever the statistics of a freshly filled table say, and
-- checks the tenant itself. Tickets of other tenants are neither returned nor locked.
create function app.lock_tickets(codes text[], ids uuid[])
returns table (id uuid, event_id uuid, qr_code_data text, ticket_tier_id uuid, status text, party_size int,
               arrived_count int, inside_count int, entries int, vip boolean)
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  wanted uuid[];
begin
  if not app.is_system() then
    raise exception 'only the hub locks tickets' using errcode = '42501';
  end if;
  wanted := array(select q.id from registrations q where q.qr_code_data = any (codes)) || ids;
  return query
    select r.id, r.event_id, r.qr_code_data, r.ticket_tier_id, r.status, r.party_size::int, r.arrived_count::int,
           r.inside_count::int, r.entries, r.vip or (select t.type = 'vip' from ticket_tiers t where t.id = r.ticket_tier_id)
      from registrations r
     where r.id = any (wanted) and r.organization_id = app.org()
     order by r.id for no key update of r;
end $$;
alter function app.lock_tickets(text[], uuid[]) owner to app_definer;

-- Fresh statistics after many rows came at once: the planner must not take five thousand guests for twenty. Runs as the
-- owner of the tables.
create function app.analyze_guests() returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if app.is_system() then
    analyze registrations, ticket_tiers, encryption_keys, event_schedules;
  end if;
end $$;
