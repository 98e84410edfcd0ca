-- How a brand speaks and what is checked against it; and the approval of work by those it is made for.

create table brand_dna (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  brand_id uuid not null,
  version text not null,
  verbal_pillars jsonb not null default '[]',
  rules jsonb not null default '[]',
  is_current boolean not null default true,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (brand_id, version),
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete cascade
);
create unique index one_current_dna on brand_dna (brand_id) where is_current;
comment on table brand_dna is 'A brand''s voice, version by version; messages are checked against the current one.';
select app.touch('brand_dna');
select app.secure('brand_dna',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.open_to_plugins('brand_dna', read => 'ai:read');
select live.track('brand_dna', topics => 'org');

create table playbooks (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  brand_id uuid,
  title text not null,
  body text not null,
  tags text[] not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id)
);
create index on playbooks (brand_id) where brand_id is not null;
comment on table playbooks is 'How the house goes about outreach, written down for people and for retrieval.';
select app.touch('playbooks');
select app.secure('playbooks',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.open_to_plugins('playbooks', read => 'ai:read');
select live.track('playbooks', topics => 'org');

create table playbook_chunks (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  playbook_id uuid not null,
  ordinal int not null check (ordinal >= 0),
  content text not null,
  embedding real[],
  search tsvector generated always as (to_tsvector('simple', content)) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (playbook_id, ordinal),
  foreign key (organization_id, playbook_id) references playbooks (organization_id, id) on delete cascade
);
create index on playbook_chunks using gin (search);
create index on playbook_chunks (organization_id);
comment on table playbook_chunks is 'Pieces of a playbook that can be found and quoted.';
select app.touch('playbook_chunks');
select app.secure('playbook_chunks',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'none', delete => 'owner admin producer');
select app.open_to_plugins('playbook_chunks', read => 'ai:read');
-- The text is the playbook's, and said there.
select live.track('playbook_chunks', topics => 'org', omit => '{content,embedding}');

create table guardian_checks (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  message_id uuid not null,
  brand_dna_id uuid,
  ai_run_id uuid,
  -- Of the wording that was checked: another wording needs another check.
  body_digest text not null,
  verdict text not null check (verdict in ('pass', 'warn', 'fail')),
  findings jsonb not null default '[]',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, brand_dna_id) references brand_dna (organization_id, id) on delete set null (brand_dna_id),
  foreign key (organization_id, ai_run_id) references ai_runs (organization_id, id) on delete set null (ai_run_id)
);
create index on guardian_checks (message_id, created_at desc);
create index on guardian_checks (organization_id);
create index on guardian_checks (brand_dna_id) where brand_dna_id is not null;
create index on guardian_checks (ai_run_id) where ai_run_id is not null;
comment on table guardian_checks is 'Whether a message spoke with the brand''s voice, wording by wording.';
select app.touch('guardian_checks');
select app.secure('guardian_checks',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'none nosystem', delete => 'owner admin');
select app.open_to_plugins('guardian_checks', insert => 'ai:write');
select live.track('guardian_checks', topics => 'org');

create table approvals (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  -- Those of the entity, which is what decides who may answer.
  project_id uuid,
  event_id uuid,
  entity_type text not null check (entity_type in ('asset', 'gallery', 'deliverable', 'shot_list', 'website_brief', 'call_sheet')),
  entity_id uuid not null,
  round int not null default 1 check (round > 0),
  status text not null default 'pending' check (status in ('pending', 'approved', 'changes_requested', 'rejected', 'withdrawn')),
  requested_by uuid references users on delete set null,
  requested_at timestamptz not null default now(),
  due_at timestamptz,
  decided_by uuid references users on delete set null,
  decided_at timestamptz,
  comment text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (entity_type, entity_id, round),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint decided check (status in ('pending', 'withdrawn') or decided_at is not null)
);
create unique index one_pending_approval on approvals (entity_type, entity_id) where status = 'pending';
create index on approvals (project_id, status);
create index on approvals (organization_id);
create index on approvals (event_id) where event_id is not null;
create index on approvals (requested_by) where requested_by is not null;
create index on approvals (decided_by) where decided_by is not null;
comment on table approvals is 'One request for approval, one decision; changes asked for are answered by the next round.';
select app.touch('approvals');
select app.secure('approvals',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  limit_update => '{"client": ["status", "comment", "decided_by", "decided_at"]}');
create trigger d_guard_decision before insert or update on approvals
  for each row execute function app.guard_decision('status', 'pending withdrawn');
select live.track('approvals', topics => 'project:project_id, event:event_id, org');

-- A decision is about what was asked. Whoever a project has told not to approve does not.
create function app.guard_approval_decision() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  decided constant boolean := new.status not in ('pending', 'withdrawn');
begin
  if tg_op = 'INSERT' and new.status <> 'pending' and live.writer_kind() <> 'database' then
    raise exception 'an approval is asked for before it is given'
      using errcode = '23514', constraint = 'asked_first', table = 'approvals', column = 'status';
  end if;
  if tg_op = 'UPDATE' then
    if (new.entity_type, new.entity_id, new.round, new.requested_at) is distinct from (old.entity_type, old.entity_id, old.round, old.requested_at)
       or (new.project_id is distinct from old.project_id) or (new.event_id is distinct from old.event_id) then
      raise exception 'an approval stays about what was asked'
        using errcode = '23514', constraint = 'same_subject', table = 'approvals';
    end if;
    if old.status <> 'pending' and new.status <> old.status then
      raise exception 'a decision is final' using errcode = '23514', constraint = 'decision_is_final', table = 'approvals';
    end if;
    if old.status not in ('pending', 'withdrawn') and new.comment is not null and new.comment is distinct from old.comment then
      raise exception 'a decision is final, its comment too'
        using errcode = '23514', constraint = 'decision_is_final', table = 'approvals', column = 'comment';
    end if;
  end if;
  if new.status = 'withdrawn' and app.role() = 'client' then
    raise exception 'only the team withdraws what it asked for'
      using errcode = '42501', constraint = 'may_withdraw', table = 'approvals';
  end if;
  if not decided or (tg_op = 'UPDATE' and old.status = new.status) then
    return new;
  end if;
  if new.status = 'changes_requested' and coalesce(trim(new.comment), '') = '' then
    raise exception 'asking for changes says which'
      using errcode = '23514', constraint = 'changes_have_comment', table = 'approvals', column = 'comment';
  end if;
  if live.writer_kind() = 'user' and exists (
    select from project_members m
     where m.organization_id = new.organization_id and m.project_id = new.project_id
       and m.user_id = live.writer_id() and not m.can_approve) then
    raise exception 'this member of the project does not approve'
      using errcode = '42501', constraint = 'may_approve', table = 'approvals';
  end if;
  return new;
end $$;
alter function app.guard_approval_decision() owner to app_definer;
create trigger c_guard_approval before insert or update on approvals
  for each row execute function app.guard_approval_decision();

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('approvals', 'comment', 'personal', 'decided_by', true, 'null');
