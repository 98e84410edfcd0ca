-- How an account comes to be and is won back: confirmations, codes, and what a wrong guess costs.

alter table users add column email_confirmed_at timestamptz;
comment on column users.email_confirmed_at is 'When the person proved that the address is theirs. Null for accounts made at the command line.';

alter table sessions
  add column aal text not null default 'aal1' check (aal in ('aal1', 'aal2')),
  -- How the person proved who they are: [{"method": "password", "timestamp": 1760000000}].
  add column amr jsonb not null default '[]' check (jsonb_typeof(amr) = 'array'),
  -- When they last did so with a secret; a refresh does not count.
  add column authenticated_at timestamptz not null default now();
grant select (aal, amr, authenticated_at) on sessions to hub_app;

create table one_time_tokens (
  id uuid primary key default app.uuid7(),
  user_id uuid not null references users on delete cascade,
  purpose text not null check (purpose in ('signup', 'magiclink', 'recovery', 'email_change', 'reauthentication')),
  -- SHA-256 of the 256 bits in the link.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- Keyed with a secret of the hub and with this row's id: six digits are guessed from a plain hash in no time.
  code_hash bytea not null check (octet_length(code_hash) = 32),
  -- The next address, for email_change.
  email_enc sealed,
  email_bidx blind_index,
  -- The password that was chosen with this sign-up. It opens nothing before the address is confirmed.
  password_hash text check (password_hash like '$argon2id$%'),
  attempts smallint not null default 0 check (attempts >= 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint next_address check ((purpose = 'email_change') = (email_enc is not null) and (email_enc is null) = (email_bidx is null)),
  constraint first_password check (password_hash is null or purpose = 'signup')
);
create index on one_time_tokens (user_id, purpose);
create index on one_time_tokens (expires_at);
create index on one_time_tokens (email_bidx) where email_bidx is not null;
comment on table one_time_tokens is 'Links and six-digit codes in mails that were sent. A row is deleted when it was used; wrong codes are counted.';

create table failed_sign_ins (
  email_bidx blind_index primary key,
  failed_attempts smallint not null default 0 check (failed_attempts >= 0),
  locked_until timestamptz,
  updated_at timestamptz not null default now()
);
comment on table failed_sign_ins is 'Wrong passwords for addresses without an account: they rest like accounts do, so that resting tells nothing.';

alter table one_time_tokens enable row level security;
alter table one_time_tokens force row level security;
create policy system on one_time_tokens using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on one_time_tokens to hub_worker;

alter table failed_sign_ins enable row level security;
alter table failed_sign_ins force row level security;
create policy system on failed_sign_ins using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on failed_sign_ins to hub_worker;

insert into app.access (table_name, verb, role, scope)
select t, verb, 'system', 'all'
  from unnest(array['one_time_tokens', 'failed_sign_ins']) t, unnest(array['select', 'insert', 'update', 'delete']) verb;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('one_time_tokens', 'token_hash', 'secret', 'user_id', false, 'delete_row'),
  ('one_time_tokens', 'code_hash', 'secret', 'user_id', false, 'delete_row'),
  ('one_time_tokens', 'password_hash', 'secret', 'user_id', false, 'delete_row'),
  ('one_time_tokens', 'email_enc', 'sealed', 'user_id', false, 'delete_row'),
  ('one_time_tokens', 'email_bidx', 'sealed', 'user_id', false, 'delete_row'),
  ('failed_sign_ins', 'email_bidx', 'sealed', '-', false, 'delete_row');

-- An invitation makes a member, so nobody invites into a role that they could not give by hand: a producer runs events,
-- not the team.
create policy below_inviter_insert on invitations as restrictive for insert
  with check ((select app.role()) <> 'producer' or role not in ('admin', 'producer'));
create policy below_inviter_update on invitations as restrictive for update
  using ((select app.role()) <> 'producer' or role not in ('admin', 'producer'))
  with check ((select app.role()) <> 'producer' or role not in ('admin', 'producer'));

-- The invitation that a link names, for somebody who is in no tenant yet.
create function app.invitation_by_token(wanted bytea) returns table (id uuid, organization_id uuid)
language sql stable security definer set search_path = public, pg_temp
as $$
  select i.id, i.organization_id from invitations i
   where app.is_system() and i.token_hash = wanted and i.accepted_at is null and i.expires_at > now()
$$;
alter function app.invitation_by_token(bytea) owner to app_definer;
