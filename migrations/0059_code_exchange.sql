-- Signing in by a mail's link in two halves (RFC 7636): the link's page hands on a code that is worth nothing without the secret
-- of whoever asked for the mail.

alter table one_time_tokens
  add column code_challenge text check (code_challenge ~ '^[A-Za-z0-9._~-]{43,128}$'),
  add column code_challenge_method text check (code_challenge_method in ('s256', 'plain')),
  add constraint whole_challenge check ((code_challenge is null) = (code_challenge_method is null));

create table exchange_codes (
  id uuid primary key default app.uuid7(),
  user_id uuid not null references users on delete cascade,
  -- SHA-256 of the 256 bits in the address that the person goes on to.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  code_challenge text not null,
  code_challenge_method text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on exchange_codes (user_id);
create index on exchange_codes (expires_at);
comment on table exchange_codes is 'Mails whose link was used, by those who asked for them with a challenge: a row is deleted when its code is exchanged for a login.';

alter table exchange_codes enable row level security;
alter table exchange_codes force row level security;
create policy system on exchange_codes using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on exchange_codes to hub_worker;

insert into app.access (table_name, verb, role, scope)
select 'exchange_codes', verb, 'system', 'all' from unnest(array['select', 'insert', 'update', 'delete']) verb;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('exchange_codes', 'token_hash', 'secret', 'user_id', false, 'delete_row');
