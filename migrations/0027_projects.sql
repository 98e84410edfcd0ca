-- Projects: the umbrella of a shoot, an event or a website, and the unit that a client can see. What was there before
-- them (events, tasks, budget) now refers to them.

create table projects (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  -- The client's company.
  client_id uuid,
  owner_id uuid default app.uid() references users on delete set null,
  title text not null check (length(title) between 1 and 300),
  type text not null check (type in ('shoot', 'event', 'web')),
  status text not null default 'planning' check (status in
    ('draft', 'planning', 'active', 'in_review', 'completed', 'cancelled')),
  start_date date,
  due_date date,
  currency currency_code not null default 'USD',
  budget_total amount not null default 0 check (budget_total >= 0),
  budget_actual amount not null default 0,
  progress_percentage smallint not null default 0 check (progress_percentage between 0 and 100),
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple', title)) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id)
);
create index on projects (organization_id, status);
create index on projects (client_id);
create index on projects using gin (search);
create index on projects (owner_id) where owner_id is not null;
comment on table projects is 'A shoot, event or web production, and what its client may see of it.';

-- Rows that named a project before there were any: each of those projects now is one. The new owner sees past row
-- security, which the owner of the tables does not.
set local role app_definer;
insert into projects (id, organization_id, owner_id, title, type)
select distinct on (o.project_id) o.project_id, o.organization_id, null, o.title, o.type
  from (select project_id, organization_id, title, 'event' as type, 1 as preference from events
        union all select project_id, organization_id, 'Project', 'event', 2 from project_members
        union all select project_id, organization_id, 'Project', 'event', 2 from invitations
        union all select project_id, organization_id, 'Project', 'event', 2 from tasks
        union all select project_id, organization_id, 'Project', 'event', 2 from budget_items) o
 where o.project_id is not null
 order by o.project_id, o.preference;
reset role;

select app.touch('projects');
create trigger c_guard_member before insert or update of owner_id on projects
  for each row execute function app.guard_member('owner_id');
select app.secure('projects',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  mask => '{"budget_total": ["client", "staff"], "budget_actual": ["client", "staff"], "meta_data": ["client", "staff"]}');
select app.also_allow('projects', 'select', 'client staff', 'project', 'id in (select app.my_projects())');
select live.track('projects', topics => 'project:id, org!');

alter table invitations add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;
create index on invitations (project_id) where project_id is not null;
alter table project_members add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;
alter table events add foreign key (organization_id, project_id) references projects (organization_id, id) on delete set null (project_id);
alter table tasks add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;
alter table budget_items add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;

-- The sockets of whoever loses a project are looked at again: by their own row, or because it is another company's now.
create trigger ring_person after update on project_members
  for each row when (old.role is distinct from new.role) execute function live.ring_person();
create trigger ring_person_d after delete on project_members for each row execute function live.ring_person();
create trigger ring_person_account after update on memberships
  for each row when (old.account_id is distinct from new.account_id) execute function live.ring_person();

create function live.ring_clients() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform pg_notify('live', 'person:' || m.user_id)
     from memberships m where m.organization_id = old.organization_id and m.account_id = old.client_id;
  return null;
end $$;
alter function live.ring_clients() owner to app_definer;
create trigger ring_clients after update on projects
  for each row when (old.client_id is distinct from new.client_id) execute function live.ring_clients();

-- Progress and budget as 0007 derives them for events, now for projects too. Events are locked before projects, both
-- ascending.
create or replace function app.rollup_progress() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  of_events uuid[] := '{}';
  of_projects uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    of_events := array(select r.event_id from new_rows r where r.event_id is not null);
    of_projects := array(select r.project_id from new_rows r where r.project_id is not null);
  end if;
  if tg_op <> 'INSERT' then
    of_events := of_events || array(select r.event_id from old_rows r where r.event_id is not null);
    of_projects := of_projects || array(select r.project_id from old_rows r where r.project_id is not null);
  end if;
  if of_events <> '{}' then
    perform from events e where e.id = any (of_events) order by e.id for no key update;
    update events e set progress_percentage = d.progress
      from (select x.id, coalesce(round(100.0 * count(t.id) filter (where t.status = 'done')
                                      / nullif(count(t.id) filter (where t.status <> 'cancelled'), 0)), 0)::smallint as progress
              from events x left join tasks t on t.event_id = x.id
             where x.id = any (of_events) group by x.id) d
     where e.id = d.id and e.progress_percentage <> d.progress;
  end if;
  if of_projects <> '{}' then
    perform from projects p where p.id = any (of_projects) order by p.id for no key update;
    update projects p set progress_percentage = d.progress
      from (select x.id, coalesce(round(100.0 * count(t.id) filter (where t.status = 'done')
                                      / nullif(count(t.id) filter (where t.status <> 'cancelled'), 0)), 0)::smallint as progress
              from projects x left join tasks t on t.project_id = x.id
             where x.id = any (of_projects) group by x.id) d
     where p.id = d.id and p.progress_percentage <> d.progress;
  end if;
  return null;
end $$;

create or replace function app.rollup_budget() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  of_events uuid[] := '{}';
  of_projects uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    of_events := array(select r.event_id from new_rows r where r.event_id is not null);
    of_projects := array(select r.project_id from new_rows r where r.project_id is not null);
  end if;
  if tg_op <> 'INSERT' then
    of_events := of_events || array(select r.event_id from old_rows r where r.event_id is not null);
    of_projects := of_projects || array(select r.project_id from old_rows r where r.project_id is not null);
  end if;
  perform from events e where e.id = any (of_events) order by e.id for no key update;
  perform from projects p where p.id = any (of_projects) order by p.id for no key update;
  if exists (select from budget_items b join events e on e.id = b.event_id
              where e.id = any (of_events) and b.currency <> e.currency) then
    raise exception 'a budget item is in the currency of its event'
      using errcode = '23514', constraint = 'one_currency', table = 'budget_items';
  end if;
  if exists (select from budget_items b join projects p on p.id = b.project_id
              where p.id = any (of_projects) and b.currency <> p.currency) then
    raise exception 'a budget item is in the currency of its project'
      using errcode = '23514', constraint = 'one_currency', table = 'budget_items';
  end if;
  update events e set budget_actual = d.actual
    from (select x.id, coalesce(sum(b.actual_amount), 0) as actual
            from events x left join budget_items b on b.event_id = x.id
           where x.id = any (of_events) group by x.id) d
   where e.id = d.id and e.budget_actual <> d.actual;
  update projects p set budget_actual = d.actual
    from (select x.id, coalesce(sum(b.actual_amount), 0) as actual
            from projects x left join budget_items b on b.project_id = x.id
           where x.id = any (of_projects) group by x.id) d
   where p.id = d.id and p.budget_actual <> d.actual;
  return null;
end $$;

-- Before the numbers are closed to everybody else, those that are there already.
set local role app_definer;
update projects p set
  budget_actual = coalesce((select sum(b.actual_amount) from budget_items b where b.project_id = p.id), 0),
  currency = coalesce((select min(b.currency) from budget_items b where b.project_id = p.id), p.currency),
  progress_percentage = coalesce((select round(100.0 * count(*) filter (where t.status = 'done')
                                    / nullif(count(*) filter (where t.status <> 'cancelled'), 0))
                                    from tasks t where t.project_id = p.id), 0);
reset role;
select app.protect('projects', 'budget_actual', 'progress_percentage');

create function app.guard_project_currency() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if exists (select from budget_items b where b.project_id = new.id and b.currency <> new.currency) then
    raise exception 'the project has budget items in %', old.currency
      using errcode = '23514', constraint = 'one_currency', table = 'projects', column = 'currency';
  end if;
  return null;
end $$;
alter function app.guard_project_currency() owner to app_definer;
create trigger guard_project_currency after update on projects for each row
  when (old.currency <> new.currency) execute function app.guard_project_currency();

create table wizard_drafts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  user_id uuid not null default app.uid() references users on delete cascade,
  wizard text not null check (wizard in ('event', 'shoot', 'website', 'designer')),
  step int not null default 0 check (step >= 0),
  step_count int not null check (step_count > 0),
  state jsonb not null default '{}',
  status text not null default 'open' check (status in ('open', 'submitted', 'discarded')),
  -- What submitting it made.
  result_type text,
  result_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  constraint step_in_range check (step <= step_count)
);
create index on wizard_drafts (user_id, wizard) where status = 'open';
create index on wizard_drafts (organization_id);
create index on wizard_drafts (user_id);
comment on table wizard_drafts is 'Where somebody is in a wizard, and what they have entered, on whatever device.';
select app.touch('wizard_drafts');
create trigger c_guard_member before insert or update of user_id on wizard_drafts
  for each row execute function app.guard_member('user_id');
select app.secure('wizard_drafts', read => 'any@own', insert => 'any@own', update => 'any@own', delete => 'any@own');
select live.track('wizard_drafts', topics => 'org');

create table website_briefs (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  ai_run_id uuid,
  title text not null,
  brief jsonb not null default '{}',
  site_structure jsonb not null default '[]',
  status text not null default 'draft' check (status in ('draft', 'in_review', 'approved')),
  version int not null default 1 check (version > 0),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (project_id, version),
  unique (organization_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade
);
create index on website_briefs (ai_run_id) where ai_run_id is not null;
comment on table website_briefs is 'Brief and structure of a website, in versions. An approved version stays as it was approved.';
select app.touch('website_briefs');
select app.secure('website_briefs',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('website_briefs', 'select', 'client', 'project', 'project_id in (select app.my_projects())');
select live.track('website_briefs', topics => 'project:project_id');

create function app.guard_brief() returns trigger
language plpgsql
as $$
begin
  if (new.status, new.project_id, new.version, new.title, new.brief, new.site_structure)
     is distinct from (old.status, old.project_id, old.version, old.title, old.brief, old.site_structure) then
    raise exception 'an approved brief stays as it was approved; make a new version'
      using errcode = '23514', constraint = 'approved_is_frozen', table = 'website_briefs';
  end if;
  return new;
end $$;
create trigger c_guard before update on website_briefs for each row
  when (old.status = 'approved') execute function app.guard_brief();
