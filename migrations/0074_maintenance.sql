-- All that the hub does by itself, with its history: when it began, how far it is, what came of it.

alter table hub.maintenance_runs
  drop constraint maintenance_runs_kind_check,
  add constraint maintenance_runs_kind_check check (kind in
    ('backup', 'restore_check', 'integrity_check', 'reindex', 'analyze', 'query_report', 'archive', 'partition', 'key_rotation',
     'daily_round', 'accounts', 'files')),
  drop constraint maintenance_runs_status_check,
  -- interrupted: whoever did it ended, or was told to end; what was done so far stays done, and the next run goes on.
  add constraint maintenance_runs_status_check check (status in ('running', 'ok', 'failed', 'interrupted')),
  add column error_code text,
  add column progressed_at timestamptz,
  add column claimed_by uuid;
comment on column hub.maintenance_runs.error_code is 'Why it failed or was interrupted, for programs.';
comment on column hub.maintenance_runs.progressed_at is 'When details last said how far it is.';
comment on column hub.maintenance_runs.claimed_by is 'The hub process that does it.';
create index on hub.maintenance_runs (finished_at);
