-- Master keys by name, so that they can be replaced while hubs run: every wrapped key says which one wraps it, and one that
-- still wraps something is not retired.

create table hub.master_keys (
  name text primary key,
  first_used_at timestamptz not null default now(),
  retired_at timestamptz
);
comment on table hub.master_keys is 'Master keys that wrap, or have wrapped, the keys in this database; the keys themselves are elsewhere. `master`: before they had names.';
grant select on hub.master_keys to hub_worker;

-- What blind indexes, signatures of tickets and passwords of logins are derived from. It stays when the master key changes.
-- Which key wraps it is the one that wraps whatever is new, in every hub.
create table hub.root_key (
  singleton boolean primary key default true check (singleton),
  wrapped_key bytea not null,
  kek_ref text not null default ''
);
comment on table hub.root_key is 'The root secret of this installation, wrapped by the current master key.';
grant select, update (wrapped_key) on hub.root_key to hub_worker;

alter table hub.signing_keys add column kek_ref text not null default 'master';
create index on encryption_keys (kek_ref);

-- A wrapped key begins with the name of the key that wraps it; whoever writes it need not say so.
create function app.name_master_key() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  new.kek_ref := case
    when new.wrapped_key is null then 'none'
    when octet_length(new.wrapped_key) = 80 then encode(substring(new.wrapped_key for 8), 'hex')
    else 'master' end;
  if new.kek_ref = 'none' then
    return new;
  end if;
  if exists (select from hub.master_keys m where m.name = new.kek_ref and m.retired_at is not null) then
    raise exception 'this master key was replaced' using errcode = '55000', constraint = 'master_key_is_current', table = tg_table_name;
  end if;
  if not exists (select from hub.master_keys m where m.name = new.kek_ref) then
    insert into hub.master_keys (name) values (new.kek_ref) on conflict do nothing;
  end if;
  return new;
end $$;
alter function app.name_master_key() owner to app_definer;
create trigger name_master_key before insert or update of wrapped_key on encryption_keys
  for each row execute function app.name_master_key();
create trigger name_master_key before insert or update of wrapped_key on hub.signing_keys
  for each row execute function app.name_master_key();
create trigger name_master_key before insert or update of wrapped_key on hub.root_key
  for each row execute function app.name_master_key();

-- How many keys each master key wraps.
create function live.wrapped_by() returns table (name text, keys bigint, retired boolean)
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub counts keys' using errcode = '42501';
  end if;
  return query
    select m.name, (select count(*) from encryption_keys e where e.kek_ref = m.name and e.wrapped_key is not null)
                 + (select count(*) from hub.signing_keys s where s.kek_ref = m.name)
                 + (select count(*) from hub.root_key r where r.kek_ref = m.name), m.retired_at is not null
      from hub.master_keys m order by m.first_used_at, m.name;
end $$;
alter function live.wrapped_by() owner to app_definer;

-- Retires every master key but the current one that wraps nothing any more. Whoever is writing a key is waited for, and
-- whoever writes one with a retired key afterwards is refused: nothing is ever left that nobody can open.
create function live.retire_master_keys() returns setof text
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not app.is_system() then
    raise exception 'only the hub retires keys' using errcode = '42501';
  end if;
  lock table hub.root_key, encryption_keys, hub.signing_keys in share row exclusive mode;
  return query
    update hub.master_keys m set retired_at = now()
     where m.retired_at is null
       and not exists (select from hub.root_key r where r.kek_ref = m.name)
       and not exists (select from encryption_keys e where e.kek_ref = m.name and e.wrapped_key is not null)
       and not exists (select from hub.signing_keys s where s.kek_ref = m.name)
    returning m.name;
end $$;
alter function live.retire_master_keys() owner to app_definer;

-- Keys from before are called `master` until they are wrapped anew.
create function live.name_earlier_keys() returns void
language sql security definer set search_path = public, pg_temp
as $$ insert into hub.master_keys (name) select distinct k.kek_ref from encryption_keys k where k.wrapped_key is not null $$;
alter function live.name_earlier_keys() owner to app_definer;
select live.name_earlier_keys();
drop function live.name_earlier_keys();
