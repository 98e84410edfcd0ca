-- Roles, domains and the functions that say who acts. Every later file stands on this one.

create extension if not exists citext;

create schema app;
create schema live;
create schema hub;

comment on schema app is 'Rules: who acts, what they may do, derived numbers.';
comment on schema live is 'The journal of every topic, written by triggers only.';
comment on schema hub is 'The hub''s own bookkeeping.';

-- hub_app answers requests, hub_worker commits what actors and jobs decide; neither passes row security.
-- The hub gives them their passwords when it starts. app_definer owns the functions that must look past
-- row security and can never log in.
do $$
begin
  perform pg_advisory_xact_lock(hashtext('fashionos-hub-roles'));
  if not exists (select from pg_roles where rolname = 'hub_app') then
    create role hub_app login nosuperuser nobypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'hub_worker') then
    create role hub_worker login nosuperuser nobypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'app_definer') then
    create role app_definer nologin bypassrls;
  end if;
end $$;

revoke create on schema public from public;
grant usage on schema public, app to hub_app, hub_worker, app_definer;
grant usage on schema live, hub to hub_worker, app_definer;
-- A function handed to app_definer needs its new owner to be allowed to create in its schema.
grant create on schema app, live, hub to app_definer;
alter default privileges in schema public, app, live, hub grant all on tables to app_definer;
alter default privileges in schema public, app, live, hub grant all on sequences to app_definer;

create domain amount as numeric(14, 3);
create domain currency_code as text check (value ~ '^[A-Z]{3}$');

-- An envelope: version 1, 16 bytes of key id, 24 of nonce, ciphertext with its 16-byte tag. Plain text cannot be
-- stored by mistake.
create domain sealed as bytea check (octet_length(value) >= 57 and get_byte(value, 0) = 1);
-- HMAC-SHA-256 of the folded value under the hub's index key.
create domain blind_index as bytea check (octet_length(value) = 32);

-- UUID version 7 (RFC 9562 section 5.7): 48 bits of epoch milliseconds, then version, variant and random bits.
create function app.uuid7() returns uuid
language sql volatile parallel safe
as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid
$$;

create function app.setting(name text) returns text
language sql stable parallel safe
as $$ select nullif(current_setting('app.' || name, true), '') $$;

-- The signed-in person, as the hub has set it for this transaction.
create function app.uid() returns uuid
language sql stable parallel safe
as $$ select app.setting('user_id')::uuid $$;

create function app.device_id() returns uuid
language sql stable parallel safe
as $$ select app.setting('device_id')::uuid $$;

-- Actors and jobs: the login decides, the setting alone gives nothing.
create function app.is_system() returns boolean
language sql stable parallel safe
as $$ select session_user = 'hub_worker' and app.setting('system') = 'on' $$;

-- The tenant. A device's tenant is read from its row, not from the session.
create function app.org() returns uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.device_id() is not null then
    return (select d.organization_id from devices d where d.id = app.device_id() and d.status = 'active');
  end if;
  return app.setting('org_id')::uuid;
end $$;

-- The role in the tenant, looked up on every statement; null means that no policy matches.
-- A wall screen is its own role: it may see less than the staff at the doors.
create function app.role() returns text
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.is_system() then
    return 'system';
  end if;
  if app.device_id() is not null then
    return (select case d.profile when 'wall' then 'wall' else 'staff' end
              from devices d where d.id = app.device_id() and d.status = 'active');
  end if;
  return (select m.role
            from memberships m join users u on u.id = m.user_id
           where m.user_id = app.uid() and m.organization_id = app.org()
             and m.status = 'active' and u.status = 'active');
end $$;

alter function app.org() owner to app_definer;
alter function app.role() owner to app_definer;

-- Every tenant row: when it changed, its revision, and that it never changes tenant or key.
-- An update that changes nothing stays one: it neither bumps the revision nor reaches the journal.
create function app.a_touch() returns trigger
language plpgsql
as $$
begin
  if new is not distinct from old then
    return new;
  end if;
  if new.id is distinct from old.id or new.organization_id is distinct from old.organization_id then
    raise exception 'id and organization_id of % never change', tg_table_name using errcode = '23514';
  end if;
  new.updated_at := now();
  new.rev := old.rev + 1;
  return new;
end $$;

-- A statement that touches its rows itself, as the one for the queue at the door does, is not touched again: a call for each
-- row costs more than the rest of its update.
create function app.touch(target text) returns void
language plpgsql
as $$
begin
  execute format('create trigger a_touch before update on %I for each row
                  when (not (new.rev = old.rev + 1 and new.updated_at = now()
                             and new.id = old.id and new.organization_id = old.organization_id))
                  execute function app.a_touch()', target);
end $$;
