-- Mails that are to be sent. The row is committed with the change that it tells of: no mail is lost in a crash, and none is
-- sent for a change that was rolled back.

create table mail_outbox (
  id uuid primary key default app.uuid7(),
  -- What it says, for the operator; the words are made when it is sent.
  kind text not null check (kind in ('signup', 'sign_in_link', 'recovery', 'email_change', 'reauthentication', 'invitation',
                                     'address_taken', 'password_changed', 'email_changed', 'factor_added', 'factor_removed')),
  -- To whom, with which link and code: JSON, sealed with the key of the person or invitation it is about.
  content_enc sealed not null,
  attempts smallint not null default 0 check (attempts >= 0),
  -- Also the lease of whoever is sending it: nobody else takes it before then.
  next_attempt_at timestamptz not null default now(),
  given_up_at timestamptz,
  last_error text,
  created_at timestamptz not null default now()
);
create index on mail_outbox (next_attempt_at) where given_up_at is null;
comment on table mail_outbox is 'Mails that wait to be sent. A row is deleted when its mail was taken by the mail server.';

alter table mail_outbox enable row level security;
alter table mail_outbox force row level security;
create policy system on mail_outbox using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on mail_outbox to hub_worker;

insert into app.access (table_name, verb, role, scope)
select 'mail_outbox', verb, 'system', 'all' from unnest(array['select', 'insert', 'update', 'delete']) verb;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('mail_outbox', 'content_enc', 'sealed', '-', false, 'delete_row');
