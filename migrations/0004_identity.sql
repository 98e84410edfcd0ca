-- People, organizations and who belongs where.

-- Tables without a tenant (people, organizations themselves) keep their dates and revision too.
create function app.a_touch_platform() returns trigger
language plpgsql
as $$
begin
  if new is not distinct from old then
    return new;
  end if;
  if new.id is distinct from old.id then
    raise exception 'id of % never changes', tg_table_name using errcode = '23514';
  end if;
  new.updated_at := now();
  new.rev := old.rev + 1;
  return new;
end $$;

create function app.touch_platform(target text) returns void
language plpgsql
as $$
begin
  execute format('create trigger a_touch before update on %I for each row execute function app.a_touch_platform()', target);
end $$;

-- A paired device counts as staff, or as a wall, of one event. Tables that staff may read across the organization
-- are not a device's business.
create function app.refuse_devices(target text) returns void
language plpgsql
as $$
begin
  execute format('create policy no_devices on %I as restrictive for all using ((select app.device_id()) is null)', target);
end $$;

-- Numbers that triggers derive are written by nobody else, not even by hand in psql: they would no longer be equal to
-- what they count. The functions that write them run as app_definer.
create function app.protect_derived() returns trigger
language plpgsql
as $$
declare
  derived text;
begin
  foreach derived in array tg_argv loop
    if (case tg_op
          when 'INSERT' then coalesce((to_jsonb(new) ->> derived)::numeric, 0) <> 0
          else to_jsonb(new) -> derived is distinct from to_jsonb(old) -> derived end) then
      raise exception '%.% is derived and cannot be written', tg_table_name, derived using errcode = '42501';
    end if;
  end loop;
  return new;
end $$;

create function app.protect(target text, variadic derived text[]) returns void
language plpgsql
as $$
begin
  execute format(
    'create trigger protect_derived before insert or update on %I for each row
     when (current_user <> ''app_definer'') execute function app.protect_derived(%s)',
    target, (select string_agg(quote_literal(d), ', ') from unnest(derived) d));
end $$;

create table users (
  id uuid primary key default app.uuid7(),
  email_enc sealed not null,
  email_bidx blind_index not null unique,
  full_name text not null,
  phone_number_enc sealed,
  user_type text not null default 'attendee' check (user_type in
    ('admin', 'organizer', 'designer', 'model', 'attendee', 'staff', 'client', 'sponsor')),
  status text not null default 'pending' check (status in ('active', 'inactive', 'pending', 'erased')),
  last_login timestamptz,
  profile_image_url text,
  preferences jsonb not null default '{}',
  locale text not null default 'en',
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1
);
comment on table users is 'One row a human account, across all organizations. user_type is a persona and never grants anything; memberships do.';
select app.touch_platform('users');

create table user_credentials (
  user_id uuid primary key references users on delete cascade,
  -- A PHC string of Argon2id; anything else is refused, so that a weaker hash cannot creep in.
  password_hash text not null check (password_hash like '$argon2id$%'),
  password_changed_at timestamptz not null default now(),
  failed_attempts smallint not null default 0 check (failed_attempts >= 0),
  locked_until timestamptz
);
comment on table user_credentials is 'Password verifiers, apart from users so that no read of a person can return one.';

create table user_profiles (
  id uuid primary key default app.uuid7(),
  user_id uuid not null unique references users on delete cascade,
  bio text,
  social_links jsonb not null default '{}',
  company text,
  position text,
  location text,
  preferences jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1
);
comment on table user_profiles is 'The card that a person shows to co-members: bio, links, company.';
select app.touch_platform('user_profiles');

create table organizations (
  id uuid primary key default app.uuid7(),
  owner_id uuid not null references users on delete restrict,
  name text not null check (length(name) between 1 and 200),
  slug citext not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  plan text not null default 'free',
  branding jsonb not null default '{}',
  default_currency currency_code not null default 'USD',
  time_zone text not null default 'UTC',
  status text not null default 'active' check (status in ('active', 'suspended', 'closing')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1
);
create index on organizations (owner_id);
comment on table organizations is 'The tenant. Deleting one deletes its whole tree, which is why no key inside a tenant is RESTRICT.';
select app.touch_platform('organizations');
select app.secure('organizations', tenant => 'id',
  read => 'owner admin producer staff client designer model sponsor attendee',
  insert => 'none', update => 'owner admin', delete => 'owner');
select app.refuse_devices('organizations');
select live.track('organizations', topics => 'org:id');

create table memberships (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  user_id uuid not null references users on delete cascade,
  role text not null check (role in
    ('owner', 'admin', 'producer', 'staff', 'client', 'designer', 'model', 'sponsor', 'attendee')),
  status text not null default 'active' check (status in ('active', 'invited', 'suspended')),
  account_id uuid,
  invited_by uuid references users on delete set null,
  joined_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, user_id)
);
create index on memberships (user_id);
create index on memberships (invited_by) where invited_by is not null;
comment on table memberships is 'Who belongs to an organization, with the role that authorises. Looked up on every statement.';
select app.touch('memberships');
select app.secure('memberships',
  read => 'owner admin producer staff any@own',
  insert => 'owner admin', update => 'owner admin', delete => 'owner admin any@own');
select app.refuse_devices('memberships');
-- An admin runs the team below the owners: makes none, unmakes none. Owners may always leave (any@own).
create policy below_owner_insert on memberships as restrictive for insert
  with check ((select app.role()) <> 'admin' or role <> 'owner');
create policy below_owner_update on memberships as restrictive for update
  using ((select app.role()) <> 'admin' or role <> 'owner')
  with check ((select app.role()) <> 'admin' or role <> 'owner');
create policy below_owner_delete on memberships as restrictive for delete
  using ((select app.role()) <> 'admin' or role <> 'owner');
select live.track('memberships', topics => 'org');

-- Whoever an organization names as its owner is an active owner in it.
create function app.provision_org() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into memberships as m (organization_id, user_id, role, status, joined_at, created_by)
  values (new.id, new.owner_id, 'owner', 'active', now(), new.owner_id)
  on conflict (organization_id, user_id) do update set role = 'owner', status = 'active'
   where m.role <> 'owner' or m.status <> 'active';
  return null;
end $$;
alter function app.provision_org() owner to app_definer;
create trigger provision_org after insert or update of owner_id on organizations
  for each row execute function app.provision_org();

-- The lock on the organization makes two owners who leave at the same moment wait for each other: the second one sees
-- that it would be the last.
create function app.guard_last_owner() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform from organizations o where o.id = old.organization_id for no key update;
  -- No row: the organization itself is being deleted.
  if found and not exists (
    select from memberships m
     where m.organization_id = old.organization_id and m.role = 'owner' and m.status = 'active') then
    raise exception 'an organization keeps at least one active owner'
      using errcode = '23514', constraint = 'last_owner', table = 'memberships';
  end if;
  return null;
end $$;
alter function app.guard_last_owner() owner to app_definer;
create trigger guard_last_owner_u after update on memberships
  for each row when (old.role = 'owner' and old.status = 'active' and (new.role <> 'owner' or new.status <> 'active'))
  execute function app.guard_last_owner();
create trigger guard_last_owner_d after delete on memberships
  for each row when (old.role = 'owner' and old.status = 'active')
  execute function app.guard_last_owner();

-- A column that names a person of the organization (argument 1) may only name an active member.
create function app.guard_member() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  person uuid := to_jsonb(new) ->> tg_argv[0];
begin
  if person is not null and not exists (
    select from memberships m
     where m.organization_id = new.organization_id and m.user_id = person and m.status = 'active') then
    raise exception '%.% must be an active member of the organization', tg_table_name, tg_argv[0]
      using errcode = '23514', constraint = 'active_member', table = tg_table_name, column = tg_argv[0];
  end if;
  return new;
end $$;
alter function app.guard_member() owner to app_definer;

-- The organizations that a person may choose from, in any of which no principal is set yet.
create function app.organizations_of(person uuid)
returns table (id uuid, name text, slug citext, role text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select o.id, o.name, o.slug, m.role
    from memberships m join organizations o on o.id = m.organization_id
   where m.user_id = person and m.status = 'active' and o.status <> 'suspended'
     and (app.is_system() or person = app.uid())
   order by o.name, o.id
$$;
alter function app.organizations_of(uuid) owner to app_definer;

create table invitations (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  email_enc sealed not null,
  email_bidx blind_index not null,
  role text not null check (role in ('admin', 'producer', 'staff', 'client', 'designer', 'model', 'sponsor')),
  account_id uuid,
  project_id uuid,
  event_id uuid,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references users on delete set null,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1
);
create unique index on invitations (organization_id, email_bidx, role) where accepted_at is null;
create index on invitations (organization_id);
create index on invitations (event_id) where event_id is not null;
create index on invitations (accepted_by) where accepted_by is not null;
comment on table invitations is 'People who were asked to join and have not answered yet.';
select app.touch('invitations');
select app.secure('invitations',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('invitations', topics => 'org', omit => '{token_hash}');

create table project_members (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  user_id uuid not null references users on delete cascade,
  role text not null default 'client' check (role in ('client', 'editor', 'viewer')),
  can_approve boolean not null default true,
  can_download boolean not null default true,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (project_id, user_id)
);
create index on project_members (user_id);
create index on project_members (organization_id);
comment on table project_members is 'Explicit access of one person to one project: clients and freelance editors.';
select app.touch('project_members');
create trigger c_guard_member before insert or update of user_id on project_members
  for each row execute function app.guard_member('user_id');
select app.secure('project_members',
  read => 'owner admin producer any@own', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('project_members', topics => 'project:project_id');

create table sessions (
  id uuid primary key default app.uuid7(),
  user_id uuid not null references users on delete cascade,
  organization_id uuid references organizations on delete set null,
  -- Of the refresh token that is good now.
  token_hash bytea not null unique,
  user_agent text,
  ip_enc sealed,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index on sessions (user_id);
create index on sessions (organization_id) where organization_id is not null;
comment on table sessions is 'Logins. Each refresh replaces token_hash; organization_id is the organization chosen in this login.';

create table spent_refresh_tokens (
  token_hash bytea primary key,
  session_id uuid not null references sessions on delete cascade,
  spent_at timestamptz not null default now()
);
create index on spent_refresh_tokens (session_id);
comment on table spent_refresh_tokens is 'Refresh tokens that were exchanged. Seeing one again means that somebody has a copy: its login is revoked.';

-- Row security of the tables that have no tenant, by hand; the rules are recorded like everybody else's.

alter table users enable row level security;
alter table users force row level security;
create policy read on users for select using (
  (select app.is_system())
  or id = (select app.uid())
  or ((select app.role()) in ('owner', 'admin', 'producer', 'staff') and (select app.device_id()) is null
      and id in (select m.user_id from memberships m)));
create policy insert on users for insert with check ((select app.is_system()));
create policy update on users for update
  using ((select app.is_system()) or id = (select app.uid()))
  with check ((select app.is_system()) or id = (select app.uid()));
-- No policy for DELETE: accounts are erased in place.
grant select, insert, update on users to hub_worker;
grant select, update (full_name, phone_number_enc, profile_image_url, preferences, locale, time_zone) on users to hub_app;

alter table user_credentials enable row level security;
alter table user_credentials force row level security;
create policy system on user_credentials using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on user_credentials to hub_worker;

alter table user_profiles enable row level security;
alter table user_profiles force row level security;
create policy read on user_profiles for select using (user_id in (select u.id from users u));
create policy insert on user_profiles for insert with check ((select app.is_system()) or user_id = (select app.uid()));
create policy update on user_profiles for update
  using ((select app.is_system()) or user_id = (select app.uid()))
  with check ((select app.is_system()) or user_id = (select app.uid()));
create policy delete on user_profiles for delete using ((select app.is_system()));
grant select, insert, update, delete on user_profiles to hub_app, hub_worker;

alter table sessions enable row level security;
alter table sessions force row level security;
create policy read on sessions for select using ((select app.is_system()) or user_id = (select app.uid()));
create policy insert on sessions for insert with check ((select app.is_system()));
create policy update on sessions for update
  using ((select app.is_system()) or user_id = (select app.uid()))
  with check ((select app.is_system()) or user_id = (select app.uid()));
create policy delete on sessions for delete using ((select app.is_system()));
grant select, insert, update, delete on sessions to hub_worker;
grant select (id, user_id, organization_id, user_agent, ip_enc, created_at, last_seen_at, expires_at, revoked_at),
      update (revoked_at) on sessions to hub_app;

alter table spent_refresh_tokens enable row level security;
alter table spent_refresh_tokens force row level security;
create policy system on spent_refresh_tokens using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on spent_refresh_tokens to hub_worker;

insert into app.access (table_name, verb, role, scope) values
  ('users', 'select', 'any', 'self'),
  ('users', 'select', 'owner', 'member'), ('users', 'select', 'admin', 'member'),
  ('users', 'select', 'producer', 'member'), ('users', 'select', 'staff', 'member'),
  ('users', 'select', 'system', 'all'), ('users', 'insert', 'system', 'all'),
  ('users', 'update', 'any', 'self'), ('users', 'update', 'system', 'all'),
  ('user_credentials', 'select', 'system', 'all'), ('user_credentials', 'insert', 'system', 'all'),
  ('user_credentials', 'update', 'system', 'all'), ('user_credentials', 'delete', 'system', 'all'),
  ('user_profiles', 'select', 'any', 'self'),
  ('user_profiles', 'select', 'owner', 'member'), ('user_profiles', 'select', 'admin', 'member'),
  ('user_profiles', 'select', 'producer', 'member'), ('user_profiles', 'select', 'staff', 'member'),
  ('user_profiles', 'select', 'system', 'all'),
  ('user_profiles', 'insert', 'any', 'self'), ('user_profiles', 'insert', 'system', 'all'),
  ('user_profiles', 'update', 'any', 'self'), ('user_profiles', 'update', 'system', 'all'),
  ('user_profiles', 'delete', 'system', 'all'),
  ('sessions', 'select', 'any', 'own'), ('sessions', 'select', 'system', 'all'),
  ('sessions', 'insert', 'system', 'all'),
  ('sessions', 'update', 'any', 'own'), ('sessions', 'update', 'system', 'all'),
  ('sessions', 'delete', 'system', 'all'),
  ('spent_refresh_tokens', 'select', 'system', 'all'), ('spent_refresh_tokens', 'insert', 'system', 'all'),
  ('spent_refresh_tokens', 'update', 'system', 'all'), ('spent_refresh_tokens', 'delete', 'system', 'all');

-- The name under which older clients read people. email_enc is opened as `email` by the hub, like every sealed column.
create view profiles with (security_invoker = true) as
  select u.id, u.full_name, u.email_enc, u.profile_image_url as avatar_url, m.role, u.created_at
    from users u left join memberships m on m.user_id = u.id and m.organization_id = app.org();
comment on view profiles is 'People with their role in the current organization.';
grant select on profiles to hub_app, hub_worker;
