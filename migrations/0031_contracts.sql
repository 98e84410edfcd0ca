-- What was agreed, and who has signed it. What was sent never changes, and nobody signs for somebody else.

create table contracts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid,
  event_id uuid,
  user_id uuid references users on delete set null,
  account_id uuid,
  model_profile_id uuid,
  designer_profile_id uuid,
  vendor_id uuid,
  venue_id uuid,
  title text not null default 'Agreement',
  type text not null check (type in ('talent', 'venue', 'vendor', 'sponsor', 'client')),
  status text not null default 'draft' check (status in
    ('draft', 'sent', 'signed', 'active', 'completed', 'declined', 'void')),
  terms jsonb not null default '{}',
  body text,
  start_date timestamptz,
  end_date timestamptz,
  document_object_id uuid,
  -- Of the text that the signatories see.
  document_sha256 bytea check (octet_length(document_sha256) = 32),
  signed_object_id uuid,
  -- Empty in the table; a short-lived link when somebody reads it.
  signed_url text,
  sent_at timestamptz,
  signed_at timestamptz,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete set null (project_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete set null (event_id),
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id) on delete set null (model_profile_id),
  foreign key (organization_id, venue_id) references venues (organization_id, id) on delete set null (venue_id),
  foreign key (organization_id, document_object_id) references storage_objects (organization_id, id) on delete set null (document_object_id),
  foreign key (organization_id, signed_object_id) references storage_objects (organization_id, id) on delete set null (signed_object_id),
  constraint end_after_start check (end_date is null or start_date is null or end_date >= start_date),
  constraint signed_has_time check (status not in ('signed', 'active', 'completed') or signed_at is not null or type = 'vendor')
);
create index on contracts (organization_id, status);
create index on contracts (vendor_id);
create index on contracts (model_profile_id);
create index on contracts (project_id);
create index on contracts (event_id) where event_id is not null;
create index on contracts (user_id) where user_id is not null;
create index on contracts (account_id) where account_id is not null;
create index on contracts (designer_profile_id) where designer_profile_id is not null;
create index on contracts (venue_id) where venue_id is not null;
create index on contracts (document_object_id) where document_object_id is not null;
create index on contracts (signed_object_id) where signed_object_id is not null;
comment on table contracts is 'Agreements with talent, venues, vendors, sponsors and clients. What was sent never changes.';
select app.touch('contracts');
create trigger c_guard_member before insert or update of user_id on contracts
  for each row execute function app.guard_member('user_id');
select app.secure('contracts',
  read => 'owner admin producer any@own', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.also_allow('contracts', 'select', 'client', 'shown', 'status <> ''draft'' and project_id in (select app.my_projects())');
-- A model's own card is the only one in their sight.
select app.also_allow('contracts', 'select', 'model', 'card', 'model_profile_id in (select p.id from model_profiles p)');
select app.also_allow('contracts', 'select', 'sponsor', 'account', 'account_id = (select app.my_account())');
select live.track('contracts', topics => 'event:event_id, project:project_id, org');

create function app.guard_contract_frozen() returns trigger
language plpgsql
as $$
begin
  if new.status = 'sent' then
    new.sent_at := coalesce(new.sent_at, now());
  end if;
  if tg_op = 'UPDATE' and old.status <> 'draft' then
    if new.status = 'draft' then
      raise exception 'a contract that was sent is no draft again; make a new one'
        using errcode = '23514', constraint = 'sent_is_frozen', table = 'contracts', column = 'status';
    end if;
    if (new.body, new.terms, new.document_sha256) is distinct from (old.body, old.terms, old.document_sha256) then
      raise exception 'a contract that was sent never changes; make a new one'
        using errcode = '23514', constraint = 'sent_is_frozen', table = 'contracts';
    end if;
  end if;
  return new;
end $$;
create trigger c_guard before insert or update on contracts for each row execute function app.guard_contract_frozen();

create table contract_signatories (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  contract_id uuid not null,
  event_id uuid,
  project_id uuid,
  user_id uuid references users on delete set null,
  name_enc sealed not null,
  email_enc sealed not null,
  email_bidx blind_index not null,
  order_index int not null,
  status text not null default 'pending' check (status in ('pending', 'viewed', 'signed', 'declined')),
  token_hash bytea unique check (octet_length(token_hash) = 32),
  token_expires_at timestamptz,
  signed_at timestamptz,
  -- The signature as drawn or typed, the address and the browser it came from.
  signature_enc sealed,
  signed_sha256 bytea,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (contract_id, email_bidx),
  foreign key (organization_id, contract_id) references contracts (organization_id, id) on delete cascade,
  constraint signed_has_evidence check (status <> 'signed'
    or (signed_at is not null and signed_sha256 is not null and signature_enc is not null))
);
create index on contract_signatories (organization_id);
create index on contract_signatories (user_id) where user_id is not null;
comment on table contract_signatories is 'Who must sign a contract, and the evidence that they did.';
select app.touch('contract_signatories');
select app.inherit('contract_signatories', 'contract_id', 'contracts', 'event_id', 'project_id');
select app.append_to('contract_signatories', 'order_index', 'contract_id');
select app.secure('contract_signatories',
  read => 'owner admin producer any@own', insert => 'owner admin producer',
  update => 'owner admin producer any@own', delete => 'owner admin producer',
  limit_update => '{"staff":    ["status", "signed_at", "signature_enc", "signed_sha256"],
                    "client":   ["status", "signed_at", "signature_enc", "signed_sha256"],
                    "designer": ["status", "signed_at", "signature_enc", "signed_sha256"],
                    "model":    ["status", "signed_at", "signature_enc", "signed_sha256"],
                    "sponsor":  ["status", "signed_at", "signature_enc", "signed_sha256"],
                    "attendee": ["status", "signed_at", "signature_enc", "signed_sha256"]}');
select live.track('contract_signatories', topics => 'event:event_id, project:project_id, org', omit => '{token_hash}');

-- Nobody signs for somebody else: the person themselves, or the hub for whoever came by the personal link. What is
-- signed is what was sent, and stays signed.
create function app.guard_signature() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  contract contracts;
begin
  select * into contract from contracts c where c.organization_id = new.organization_id and c.id = new.contract_id for share;
  if tg_op = 'UPDATE' and old.status in ('signed', 'declined') then
    if (new.status, new.signed_at, new.signature_enc, new.signed_sha256, new.contract_id, new.name_enc, new.email_enc, new.email_bidx)
       is distinct from
       (old.status, old.signed_at, old.signature_enc, old.signed_sha256, old.contract_id, old.name_enc, old.email_enc, old.email_bidx) then
      raise exception 'a signature stays as it was given'
        using errcode = '23514', constraint = 'signature_is_final', table = 'contract_signatories';
    end if;
    return new;
  end if;
  if new.status in ('signed', 'declined') then
    if session_user = 'hub_app' and app.role() <> 'system' and new.user_id is distinct from app.uid() then
      raise exception 'nobody signs for somebody else' using errcode = '42501';
    end if;
    if contract.status is distinct from 'sent' then
      raise exception 'a contract is signed after it was sent, and before it is void'
        using errcode = '23514', constraint = 'contract_is_sent', table = 'contract_signatories', column = 'status';
    end if;
    if new.status = 'signed' then
      new.signed_at := coalesce(new.signed_at, now());
      if new.signed_sha256 is distinct from contract.document_sha256 then
        raise exception 'this is not the text that was sent'
          using errcode = '23514', constraint = 'signs_what_was_sent', table = 'contract_signatories', column = 'signed_sha256';
      end if;
    end if;
  elsif tg_op = 'INSERT' and contract.status not in ('draft', 'sent') then
    raise exception 'a % contract gets no more signatories', contract.status
      using errcode = '23514', constraint = 'contract_is_open', table = 'contract_signatories';
  end if;
  return new;
end $$;
alter function app.guard_signature() owner to app_definer;
create trigger e_guard before insert or update on contract_signatories for each row execute function app.guard_signature();

-- A contract is signed when the last one has, declined with the first one who does. The lock on the contract lets two
-- who sign at the same moment see each other.
create function app.follow_signature() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform from contracts c where c.id = new.contract_id for no key update;
  update contracts c set status = 'signed', signed_at = now()
   where c.id = new.contract_id and c.status = 'sent'
     and not exists (select from contract_signatories s where s.contract_id = c.id and s.status <> 'signed');
  update contracts c set status = 'declined'
   where c.id = new.contract_id and c.status = 'sent'
     and exists (select from contract_signatories s where s.contract_id = c.id and s.status = 'declined');
  return null;
end $$;
alter function app.follow_signature() owner to app_definer;
create trigger follow_signature after insert or update on contract_signatories for each row
  when (new.status in ('signed', 'declined')) execute function app.follow_signature();

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('contract_signatories', 'name_enc', 'sealed', 'self', true, 'shred'),
  ('contract_signatories', 'email_enc', 'sealed', 'self', true, 'shred'),
  ('contract_signatories', 'email_bidx', 'sealed', 'self', false, 'tombstone'),
  ('contract_signatories', 'token_hash', 'secret', 'self', false, 'delete_row'),
  ('contract_signatories', 'signature_enc', 'sealed', 'self', true, 'shred');
