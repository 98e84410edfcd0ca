-- The second factor: time-based codes (RFC 6238), and organizations that ask everybody for one.

create table mfa_factors (
  id uuid primary key default app.uuid7(),
  user_id uuid not null references users on delete cascade,
  friendly_name text check (length(friendly_name) between 1 and 100),
  factor_type text not null default 'totp' check (factor_type = 'totp'),
  status text not null default 'unverified' check (status in ('unverified', 'verified')),
  secret_enc sealed not null,
  -- The 30 seconds whose code was used last: neither it nor an earlier one is good again.
  last_step bigint not null default 0 check (last_step >= 0),
  failed_attempts smallint not null default 0 check (failed_attempts >= 0),
  locked_until timestamptz,
  last_challenged_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1
);
create index on mfa_factors (user_id);
create unique index on mfa_factors (user_id, friendly_name);
comment on table mfa_factors is 'Authenticator apps of people. While one is verified, a login without its code opens the account''s own settings only.';
select app.touch_platform('mfa_factors');

create table mfa_challenges (
  id uuid primary key default app.uuid7(),
  factor_id uuid not null references mfa_factors on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on mfa_challenges (factor_id);
comment on table mfa_challenges is 'Questions for a code that wait for their answer, a few minutes each.';

alter table mfa_factors enable row level security;
alter table mfa_factors force row level security;
create policy system on mfa_factors using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on mfa_factors to hub_worker;

alter table mfa_challenges enable row level security;
alter table mfa_challenges force row level security;
create policy system on mfa_challenges using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on mfa_challenges to hub_worker;

insert into app.access (table_name, verb, role, scope)
select t, verb, 'system', 'all'
  from unnest(array['mfa_factors', 'mfa_challenges']) t, unnest(array['select', 'insert', 'update', 'delete']) verb;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('mfa_factors', 'secret_enc', 'sealed', 'user_id', false, 'shred');

alter table organizations add column require_second_factor boolean not null default false;
comment on column organizations.require_second_factor is 'Members work here only with a login that has given a code of their second factor.';
select live.retrack('organizations');

-- Whoever is connected without a second factor is looked at again, at once.
create function live.ring_members() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform pg_notify('live', 'person:' || m.user_id)
     from memberships m where m.organization_id = new.id and m.status = 'active';
  return null;
end $$;
alter function live.ring_members() owner to app_definer;
create trigger ring_members after update on organizations
  for each row when (new.require_second_factor and not old.require_second_factor) execute function live.ring_members();
create function live.ring_factor() returns trigger
language plpgsql
as $$
begin
  perform pg_notify('live', 'person:' || new.user_id);
  return null;
end $$;
create trigger ring_factor after update on mfa_factors
  for each row when (old.status is distinct from new.status) execute function live.ring_factor();
