-- Logins and accounts belong to no topic, so the journal does not tell of them; their end must still reach every hub at
-- once. The doorbell says whose rights to look at again, nothing else.

create function live.ring_person() returns trigger
language plpgsql
as $$
declare
  changed jsonb := to_jsonb(coalesce(new, old));
begin
  perform pg_notify('live', 'person:' || case when tg_table_name in ('users', 'devices') then changed ->> 'id' else changed ->> 'user_id' end);
  return null;
end $$;

create trigger ring_person after update on users
  for each row when (old.status is distinct from new.status) execute function live.ring_person();
create trigger ring_person after update on sessions
  for each row when (old.revoked_at is distinct from new.revoked_at) execute function live.ring_person();
create trigger ring_person_d after delete on sessions for each row execute function live.ring_person();
-- The journal tells of these, but only to whoever has the topic open already.
create trigger ring_person after update on memberships
  for each row when ((old.role, old.status) is distinct from (new.role, new.status)) execute function live.ring_person();
create trigger ring_person_d after delete on memberships for each row execute function live.ring_person();
create trigger ring_person after update on event_members
  for each row when (old.role is distinct from new.role) execute function live.ring_person();
create trigger ring_person_d after delete on event_members for each row execute function live.ring_person();
create trigger ring_person after update on devices
  for each row when ((old.status, old.profile, old.event_id, old.gate_id, old.supervisor)
                     is distinct from (new.status, new.profile, new.event_id, new.gate_id, new.supervisor))
  execute function live.ring_person();
create trigger ring_person_d after delete on devices for each row execute function live.ring_person();

-- Tells a revoked device apart from a token that never was one.
create function app.device_token_is_known(token_hash bytea) returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$ select app.is_system() and exists (select from devices d where d.token_hash = $1) $$;
alter function app.device_token_is_known(bytea) owner to app_definer;

-- An event by its id or slug, for somebody at the hub's own command line, who belongs to no tenant.
create function app.find_event(id_or_slug text) returns table (organization_id uuid, event_id uuid)
language sql stable security definer set search_path = public, pg_temp
as $$
  select e.organization_id, e.id from events e
   where app.is_system() and (e.id::text = id_or_slug or e.slug = id_or_slug::citext)
$$;
alter function app.find_event(text) owner to app_definer;
