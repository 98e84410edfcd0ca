-- The work and the money before the show: phases, tasks, budget.

create table event_phases (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  phase_key text not null,
  title text not null,
  order_index int not null,
  status text not null default 'pending' check (status in ('pending', 'in_progress', 'complete')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (event_id, phase_key),
  unique (event_id, order_index) deferrable initially immediate,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
comment on table event_phases is 'Phases of the work on an event, in order.';
select app.touch('event_phases');
select app.secure('event_phases',
  read => 'owner admin producer staff@event client@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('event_phases', topics => 'event:event_id');

create table tasks (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  project_id uuid,
  deal_id uuid,
  contact_id uuid,
  phase_id uuid,
  assigned_to uuid references users on delete set null,
  title text not null,
  description text,
  status text not null default 'todo' check (status in ('todo', 'in_progress', 'blocked', 'done', 'cancelled')),
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
  workflow_phase text,
  is_critical_path boolean not null default false,
  due_date date,
  completed_at timestamptz,
  order_index int not null default 0,
  search tsvector generated always as (to_tsvector('simple', title || ' ' || coalesce(description, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, phase_id) references event_phases (organization_id, id) on delete set null (phase_id),
  constraint has_parent check (num_nonnulls(event_id, project_id, deal_id, contact_id) >= 1)
);
create index on tasks (organization_id, due_date) where status not in ('done', 'cancelled');
create index on tasks (assigned_to);
create index on tasks using gin (search);
create index on tasks (event_id) where event_id is not null;
create index on tasks (project_id) where project_id is not null;
create index on tasks (deal_id) where deal_id is not null;
create index on tasks (contact_id) where contact_id is not null;
create index on tasks (phase_id) where phase_id is not null;
comment on table tasks is 'Work items of an event, a project, a deal or a contact. assigned_to leads; task_assignees help.';
select app.touch('tasks');
create trigger c_guard_member before insert or update of assigned_to on tasks
  for each row execute function app.guard_member('assigned_to');

create table task_assignees (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  task_id uuid not null,
  user_id uuid references users on delete cascade,
  stakeholder_id uuid,
  -- Copied from the task: they name the topics that must hear of a change here.
  event_id uuid,
  project_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, task_id) references tasks (organization_id, id) on delete cascade,
  constraint one_party check (num_nonnulls(user_id, stakeholder_id) = 1)
);
create unique index on task_assignees (task_id, user_id) where user_id is not null;
create unique index on task_assignees (task_id, stakeholder_id) where stakeholder_id is not null;
create index on task_assignees (organization_id);
create index on task_assignees (task_id);
create index on task_assignees (user_id) where user_id is not null;
comment on table task_assignees is 'Who else works on a task: members or outside partners.';
select app.touch('task_assignees');
create trigger c_guard_member before insert or update of user_id on task_assignees
  for each row execute function app.guard_member('user_id');
select app.secure('task_assignees',
  read => 'owner admin producer any@own', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');

select app.secure('tasks', own => 'assigned_to',
  read => 'owner admin producer staff@own designer@own model@own', insert => 'owner admin producer',
  update => 'owner admin producer staff@own designer@own model@own', delete => 'owner admin producer',
  -- search is generated, and not computed yet when the limit is checked.
  limit_update => '{"staff": ["status", "completed_at", "search"], "designer": ["status", "completed_at", "search"],
                    "model": ["status", "completed_at", "search"]}');
-- `own` means helpers too. task_assignees shows everybody their own rows only, so the sub-query is theirs.
create policy read_helper on tasks for select
  using ((select app.role()) in ('staff', 'designer', 'model')
         and id in (select a.task_id from task_assignees a where a.user_id = (select app.uid())));
create policy update_helper on tasks for update
  using ((select app.role()) in ('staff', 'designer', 'model')
         and id in (select a.task_id from task_assignees a where a.user_id = (select app.uid())));
select live.track('tasks', topics => 'event:event_id, project:project_id, org');

create table task_dependencies (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  task_id uuid not null,
  depends_on_task_id uuid not null,
  event_id uuid,
  project_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (task_id, depends_on_task_id),
  foreign key (organization_id, task_id) references tasks (organization_id, id) on delete cascade,
  foreign key (organization_id, depends_on_task_id) references tasks (organization_id, id) on delete cascade,
  constraint no_self check (task_id <> depends_on_task_id)
);
create index on task_dependencies (depends_on_task_id);
create index on task_dependencies (organization_id);
comment on table task_dependencies is 'Which task waits for which. Never a circle.';
select app.touch('task_dependencies');
select app.secure('task_dependencies',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');

create function app.follow_task() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  select t.event_id, t.project_id into new.event_id, new.project_id
    from tasks t where t.organization_id = new.organization_id and t.id = new.task_id;
  return new;
end $$;
alter function app.follow_task() owner to app_definer;
create trigger c_follow_task before insert or update on task_assignees for each row execute function app.follow_task();
create trigger c_follow_task before insert or update on task_dependencies for each row execute function app.follow_task();

create function app.move_with_task() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update task_assignees set event_id = new.event_id, project_id = new.project_id where task_id = new.id;
  update task_dependencies set event_id = new.event_id, project_id = new.project_id where task_id = new.id;
  return null;
end $$;
alter function app.move_with_task() owner to app_definer;
create trigger move_with_task after update on tasks for each row
  when ((old.event_id, old.project_id) is distinct from (new.event_id, new.project_id))
  execute function app.move_with_task();

select live.track('task_assignees', topics => 'event:event_id, project:project_id, org');
select live.track('task_dependencies', topics => 'event:event_id, project:project_id, org');

-- One at a time per organization: two dependencies made at the same moment could close a circle that neither sees.
create function app.guard_task_cycle() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('task_cycle:' || new.organization_id, 0));
  if exists (
    with recursive waits_for (task_id) as (
      select new.depends_on_task_id
      union
      select d.depends_on_task_id from task_dependencies d join waits_for w on d.task_id = w.task_id
    )
    select from waits_for w where w.task_id = new.task_id) then
    raise exception 'task % would wait for itself', new.task_id
      using errcode = '23514', constraint = 'no_cycle', table = 'task_dependencies';
  end if;
  return null;
end $$;
alter function app.guard_task_cycle() owner to app_definer;
create trigger guard_task_cycle after insert or update on task_dependencies
  for each row execute function app.guard_task_cycle();

-- Derived anew for each event that was touched, under the event's row lock: two tasks finished at the same moment are
-- both counted.
create function app.rollup_progress() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.event_id from new_rows r where r.event_id is not null);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.event_id from old_rows r where r.event_id is not null);
  end if;
  if touched = '{}' then
    return null;
  end if;
  perform from events e where e.id = any (touched) order by e.id for no key update;
  update events e set progress_percentage = d.progress
    from (select x.id, coalesce(round(100.0 * count(t.id) filter (where t.status = 'done')
                                    / nullif(count(t.id) filter (where t.status <> 'cancelled'), 0)), 0)::smallint as progress
            from events x left join tasks t on t.event_id = x.id
           where x.id = any (touched) group by x.id) d
   where e.id = d.id and e.progress_percentage <> d.progress;
  return null;
end $$;
alter function app.rollup_progress() owner to app_definer;
create trigger rollup_progress_i after insert on tasks referencing new table as new_rows
  for each statement execute function app.rollup_progress();
create trigger rollup_progress_u after update on tasks referencing old table as old_rows new table as new_rows
  for each statement execute function app.rollup_progress();
create trigger rollup_progress_d after delete on tasks referencing old table as old_rows
  for each statement execute function app.rollup_progress();

create table budget_items (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  project_id uuid,
  category text not null,
  item_name text not null,
  currency currency_code not null default 'USD',
  budgeted_amount amount not null default 0 check (budgeted_amount >= 0),
  actual_amount amount not null default 0,
  status text not null default 'planned' check (status in ('planned', 'committed', 'invoiced', 'paid')),
  vendor_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint one_parent check (num_nonnulls(event_id, project_id) = 1)
);
create index on budget_items (event_id, category);
create index on budget_items (organization_id);
create index on budget_items (project_id) where project_id is not null;
comment on table budget_items is 'Budget lines: planned against actual, in the currency of their event.';
select app.touch('budget_items');
select app.secure('budget_items',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('budget_items', topics => 'event:event_id, project:project_id');

create function app.rollup_budget() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.event_id from new_rows r where r.event_id is not null);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.event_id from old_rows r where r.event_id is not null);
  end if;
  if touched = '{}' then
    return null;
  end if;
  perform from events e where e.id = any (touched) order by e.id for no key update;
  if exists (select from budget_items b join events e on e.id = b.event_id
              where e.id = any (touched) and b.currency <> e.currency) then
    raise exception 'a budget item is in the currency of its event'
      using errcode = '23514', constraint = 'one_currency', table = 'budget_items';
  end if;
  update events e set budget_actual = d.actual
    from (select x.id, coalesce(sum(b.actual_amount), 0) as actual
            from events x left join budget_items b on b.event_id = x.id
           where x.id = any (touched) group by x.id) d
   where e.id = d.id and e.budget_actual <> d.actual;
  return null;
end $$;
alter function app.rollup_budget() owner to app_definer;
create trigger rollup_budget_i after insert on budget_items referencing new table as new_rows
  for each statement execute function app.rollup_budget();
create trigger rollup_budget_u after update on budget_items referencing old table as old_rows new table as new_rows
  for each statement execute function app.rollup_budget();
create trigger rollup_budget_d after delete on budget_items referencing old table as old_rows
  for each statement execute function app.rollup_budget();

create function app.guard_event_currency() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if exists (select from budget_items b where b.event_id = new.id and b.currency <> new.currency) then
    raise exception 'the event has budget items in %', old.currency
      using errcode = '23514', constraint = 'one_currency', table = 'events', column = 'currency';
  end if;
  return null;
end $$;
alter function app.guard_event_currency() owner to app_definer;
create trigger guard_event_currency after update on events for each row
  when (old.currency <> new.currency) execute function app.guard_event_currency();
