-- What agents do and propose: runs, their sources, suggested changes, recommendations. Agents propose, people decide.

-- A decision belongs to a person, is stamped, and is final. Arguments: the column that holds it, and the words that are
-- no decision yet. The worker decides only where it carries out what a person has asked.
create function app.guard_decision() returns trigger
language plpgsql
as $$
declare
  undecided constant text[] := string_to_array(tg_argv[1], ' ');
  decision constant text := to_jsonb(new) ->> tg_argv[0];
  earlier text;
begin
  if tg_op = 'UPDATE' then
    earlier := to_jsonb(old) ->> tg_argv[0];
    if earlier <> all (undecided) then
      if decision <> earlier or new.decided_at is distinct from old.decided_at
         or (new.decided_by is not null and new.decided_by is distinct from old.decided_by) then
        raise exception 'a decision is final' using errcode = '23514', constraint = 'decision_is_final', table = tg_table_name;
      end if;
      return new;
    end if;
  end if;
  if decision = any (undecided) then
    new.decided_by := null;
    new.decided_at := null;
  elsif live.writer_kind() = 'user' then
    new.decided_by := live.writer_id();
    new.decided_at := now();
  elsif live.writer_kind() = 'database' then
    new.decided_at := coalesce(new.decided_at, now());
  else
    raise exception 'only a person decides about %', tg_table_name
      using errcode = '42501', constraint = 'decision_has_person', table = tg_table_name;
  end if;
  return new;
end $$;

create table ai_runs (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid,
  event_id uuid,
  deal_id uuid,
  contact_id uuid,
  account_id uuid,
  -- The orchestrator's run, of a sub-agent's.
  parent_run_id uuid,
  agent_node text not null check (agent_node in
    ('orchestrator', 'strategy', 'analyst', 'content', 'controller', 'enrichment', 'account', 'retriever', 'guardian',
     'scorer', 'website')),
  input_context jsonb not null default '{}',
  proposed_output jsonb,
  -- The JSON schema that the output was checked against.
  output_schema text,
  schema_valid boolean,
  model text,
  tokens_in int check (tokens_in >= 0),
  tokens_out int check (tokens_out >= 0),
  status text not null default 'queued' check (status in ('queued', 'running', 'succeeded', 'failed')),
  error text,
  approval_status text not null default 'not_required' check (approval_status in
    ('not_required', 'pending', 'approved', 'rejected', 'edited')),
  decided_by uuid references users on delete set null,
  decided_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, parent_run_id) references ai_runs (organization_id, id) on delete set null (parent_run_id),
  constraint no_self check (parent_run_id <> id),
  constraint decision_has_person check (approval_status not in ('approved', 'rejected', 'edited') or decided_at is not null)
);
create index on ai_runs (organization_id, approval_status);
create index on ai_runs (deal_id, created_at desc);
create index on ai_runs (contact_id, created_at desc);
create index on ai_runs (project_id) where project_id is not null;
create index on ai_runs (event_id) where event_id is not null;
create index on ai_runs (account_id) where account_id is not null;
create index on ai_runs (parent_run_id) where parent_run_id is not null;
create index on ai_runs (decided_by) where decided_by is not null;
comment on table ai_runs is 'Every run of an agent: what it was given, what it proposed, what a person made of it.';
select app.touch('ai_runs');
create trigger c_guard_decision before insert or update on ai_runs
  for each row execute function app.guard_decision('approval_status', 'not_required pending');
select app.secure('ai_runs',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  limit_update => '{"plugin": ["proposed_output", "output_schema", "schema_valid", "model", "tokens_in", "tokens_out",
                               "status", "error"]}');
-- An update finds its row by reading it.
select app.open_to_plugins('ai_runs', read => 'ai:write', insert => 'ai:write', update => 'ai:write');
select live.track('ai_runs', topics => 'project:project_id, event:event_id, org!');

-- What was decided about stays what it was. A person's edit comes with the decision; an erasure empties it.
create function app.guard_decided_run() returns trigger
language plpgsql
as $$
begin
  if new.proposed_output is not null and new.proposed_output is distinct from old.proposed_output then
    raise exception 'the output of a run is kept as it was decided about'
      using errcode = '23514', constraint = 'decision_is_final', table = 'ai_runs', column = 'proposed_output';
  end if;
  return new;
end $$;
create trigger d_guard_decided before update on ai_runs for each row
  when (old.approval_status in ('approved', 'rejected', 'edited')) execute function app.guard_decided_run();

create table ai_citations (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  ai_run_id uuid not null,
  field text,
  url text not null check (url ~* '^https?://'),
  title text,
  excerpt text,
  retrieved_at timestamptz not null default now(),
  -- Copied from the run: they name the topics that must hear of a change here.
  project_id uuid,
  event_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (ai_run_id, id),
  foreign key (organization_id, ai_run_id) references ai_runs (organization_id, id) on delete cascade
);
comment on table ai_citations is 'Sources behind what a run states.';
select app.touch('ai_citations');
-- No one updates a source, except that it follows its run.
select app.secure('ai_citations',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'none nosystem', delete => 'owner admin');
select app.open_to_plugins('ai_citations', read => 'ai:write', insert => 'ai:write');

create function app.follow_run() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  select r.project_id, r.event_id into new.project_id, new.event_id
    from ai_runs r where r.organization_id = new.organization_id and r.id = new.ai_run_id;
  return new;
end $$;
alter function app.follow_run() owner to app_definer;
create trigger c_follow_run before insert or update on ai_citations for each row execute function app.follow_run();

create function app.move_with_run() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update ai_citations set project_id = new.project_id, event_id = new.event_id where ai_run_id = new.id;
  return null;
end $$;
alter function app.move_with_run() owner to app_definer;
create trigger move_with_run after update on ai_runs for each row
  when ((old.project_id, old.event_id) is distinct from (new.project_id, new.event_id))
  execute function app.move_with_run();
select live.track('ai_citations', topics => 'project:project_id, event:event_id, org!');

create table enrichment_suggestions (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  ai_run_id uuid not null,
  contact_id uuid,
  account_id uuid,
  field text not null,
  old_value jsonb,
  proposed_value jsonb not null,
  citation_id uuid,
  status text not null default 'proposed' check (status in ('proposed', 'accepted', 'rejected', 'stale')),
  decided_by uuid references users on delete set null,
  decided_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, ai_run_id) references ai_runs (organization_id, id) on delete cascade,
  -- A source of the same run.
  foreign key (ai_run_id, citation_id) references ai_citations (ai_run_id, id) on delete set null (citation_id),
  constraint one_party check (num_nonnulls(contact_id, account_id) = 1),
  constraint decision_has_person check (status not in ('accepted', 'rejected') or decided_at is not null)
);
create unique index one_open_suggestion on enrichment_suggestions (contact_id, account_id, field) nulls not distinct where status = 'proposed';
create index on enrichment_suggestions (organization_id);
create index on enrichment_suggestions (ai_run_id);
create index on enrichment_suggestions (contact_id) where contact_id is not null;
create index on enrichment_suggestions (account_id) where account_id is not null;
create index on enrichment_suggestions (citation_id) where citation_id is not null;
create index on enrichment_suggestions (decided_by) where decided_by is not null;
comment on table enrichment_suggestions is 'Proposed changes to a contact or an account, one open one a field.';
select app.touch('enrichment_suggestions');
create trigger c_guard_decision before insert or update on enrichment_suggestions
  for each row execute function app.guard_decision('status', 'proposed stale');
select app.secure('enrichment_suggestions',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.open_to_plugins('enrichment_suggestions', insert => 'ai:write');
select live.track('enrichment_suggestions', topics => 'org');

-- What a grounded node says is accepted with its source, or not at all.
create function app.guard_cited() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if new.status = 'accepted' and new.citation_id is null and exists (
    select from ai_runs r where r.id = new.ai_run_id and r.agent_node in ('enrichment', 'account')) then
    raise exception 'a grounded suggestion is not accepted without a source'
      using errcode = '23514', constraint = 'cited', table = 'enrichment_suggestions', column = 'citation_id';
  end if;
  return new;
end $$;
alter function app.guard_cited() owner to app_definer;
create trigger d_guard_cited_i before insert on enrichment_suggestions for each row execute function app.guard_cited();
-- Losing the source later (citation deleted) undoes no decision.
create trigger d_guard_cited_u before update on enrichment_suggestions for each row
  when (new.status <> old.status) execute function app.guard_cited();

create table ai_recommendations (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  ai_run_id uuid,
  event_id uuid,
  deal_id uuid,
  contact_id uuid,
  account_id uuid,
  kind text not null check (kind in
    ('next_best_action', 'sponsor_candidate', 'partnership_gap', 'deal_at_risk', 'salvage_strategy')),
  title text not null,
  reasoning text not null,
  payload jsonb not null default '{}',
  score smallint check (score between 0 and 100),
  status text not null default 'proposed' check (status in ('proposed', 'accepted', 'dismissed', 'expired')),
  decided_by uuid references users on delete set null,
  decided_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, ai_run_id) references ai_runs (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
create unique index one_open_risk on ai_recommendations (deal_id, kind)
  where status = 'proposed' and kind in ('deal_at_risk', 'salvage_strategy');
create index on ai_recommendations (organization_id);
create index on ai_recommendations (ai_run_id) where ai_run_id is not null;
create index on ai_recommendations (event_id) where event_id is not null;
create index on ai_recommendations (deal_id) where deal_id is not null;
create index on ai_recommendations (contact_id) where contact_id is not null;
create index on ai_recommendations (account_id) where account_id is not null;
create index on ai_recommendations (decided_by) where decided_by is not null;
comment on table ai_recommendations is 'Next best actions, sponsor candidates, partnership gaps, deals at risk and how to save them.';
select app.touch('ai_recommendations');
create trigger c_guard_decision before insert or update on ai_recommendations
  for each row execute function app.guard_decision('status', 'proposed expired');
select app.secure('ai_recommendations',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.open_to_plugins('ai_recommendations', insert => 'ai:write');
select live.track('ai_recommendations', topics => 'event:event_id, org!');

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('ai_runs', 'input_context', 'personal', 'contact_id', true, 'tombstone'),
  ('ai_runs', 'proposed_output', 'personal', 'contact_id', true, 'null'),
  ('enrichment_suggestions', 'old_value', 'personal', 'contact_id', true, 'null'),
  ('enrichment_suggestions', 'proposed_value', 'personal', 'contact_id', true, 'tombstone');
