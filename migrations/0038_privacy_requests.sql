-- Requests of people for what is known of them, or for being forgotten; and the hub's record of its own upkeep.

create table privacy_requests (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  kind text not null check (kind in ('export', 'erase')),
  subject_kind text not null check (subject_kind in
    ('user', 'contact', 'stakeholder', 'registration', 'order', 'model_profile', 'designer_profile', 'staff', 'signatory')),
  subject_id uuid not null,
  status text not null default 'received' check (status in ('received', 'running', 'done', 'refused')),
  requested_by uuid references users on delete set null,
  due_at timestamptz not null default now() + interval '30 days',
  completed_at timestamptz,
  export_object_id uuid,
  -- A table: rows exported, columns nulled, keys shredded. No value of anybody.
  report jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  constraint done_has_time check (status not in ('done', 'refused') or completed_at is not null)
);
create index on privacy_requests (organization_id);
create index on privacy_requests (requested_by) where requested_by is not null;
create index on privacy_requests (export_object_id) where export_object_id is not null;
comment on table privacy_requests is 'Requests to export or erase a person''s data, and what came of them. They are never deleted.';
select app.touch('privacy_requests');

-- Whether a person is the subject of what they ask about.
create function app.is_subject(person uuid, kind text, subject uuid) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return case kind
    when 'user' then subject = person
    when 'registration' then exists (select from registrations r where r.id = subject and r.user_id = person)
    when 'order' then exists (select from orders o where o.id = subject and o.user_id = person)
    when 'model_profile' then exists (select from model_profiles p where p.id = subject and p.user_id = person)
    else false
  end;
end $$;
alter function app.is_subject(uuid, text, uuid) owner to app_definer;

select app.secure('privacy_requests', own => 'requested_by',
  read => 'owner admin any@own', insert => 'owner admin any@own',
  update => 'owner admin', delete => 'none nosystem');
-- Everybody may ask about themselves, only. What comes of it, the hub and the administrators write.
create policy about_oneself on privacy_requests as restrictive for insert
  with check ((select app.role()) in ('owner', 'admin', 'system')
              or (app.is_subject((select app.uid()), subject_kind, subject_id)
                  and status = 'received' and export_object_id is null));
select live.track('privacy_requests', topics => 'org');

create table hub.maintenance_runs (
  id uuid primary key default app.uuid7(),
  kind text not null check (kind in
    ('backup', 'restore_check', 'integrity_check', 'reindex', 'analyze', 'query_report', 'archive', 'partition', 'key_rotation')),
  status text not null default 'running' check (status in ('running', 'ok', 'failed')),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  details jsonb not null default '{}',
  constraint finished_has_time check ((status = 'running') = (finished_at is null))
);
create index on hub.maintenance_runs (kind, started_at desc);
comment on table hub.maintenance_runs is 'Backups, restore checks, index work and archiving: when, and what came of it.';
grant select, insert, update on hub.maintenance_runs to hub_worker;
