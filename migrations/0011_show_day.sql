-- Show day: alerts, messages to screens, and each run of the rundown as it went.

create table event_alerts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  kind text not null,
  severity text not null default 'info' check (severity in ('info', 'warning', 'critical')),
  message text not null check (length(message) between 1 and 280),
  source text not null default 'user' check (source in ('user', 'system', 'device', 'plugin')),
  entity_type text,
  entity_id uuid,
  dedupe_key text,
  status text not null default 'open' check (status in ('open', 'acknowledged', 'resolved')),
  -- The person who looks after it, or the device at which somebody said so.
  acknowledged_by uuid references users on delete set null,
  acknowledged_device_id uuid,
  acknowledged_at timestamptz,
  resolved_by uuid references users on delete set null,
  resolved_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, acknowledged_device_id) references devices (organization_id, id)
    on delete set null (acknowledged_device_id),
  constraint acknowledged_has_time check (status <> 'acknowledged' or acknowledged_at is not null),
  constraint resolved_has_time check (status <> 'resolved' or resolved_at is not null)
);
create unique index one_open on event_alerts (event_id, dedupe_key) where status <> 'resolved' and dedupe_key is not null;
create index on event_alerts (event_id, status, severity);
create index on event_alerts (organization_id);
create index on event_alerts (acknowledged_by) where acknowledged_by is not null;
create index on event_alerts (acknowledged_device_id) where acknowledged_device_id is not null;
create index on event_alerts (resolved_by) where resolved_by is not null;
comment on table event_alerts is 'Alerts of the Command Center. message never names a guest: entity_id does, and the hub opens the name.';
select app.touch('event_alerts');
select app.secure('event_alerts',
  read => 'owner admin producer staff@event wall@event', insert => 'owner admin producer staff@event',
  update => 'owner admin producer staff@event', delete => 'owner admin',
  limit_update => '{"staff": ["status", "acknowledged_by", "acknowledged_device_id", "acknowledged_at",
                              "resolved_by", "resolved_at"]}');
select live.track('event_alerts', topics => 'event:event_id');

create table screen_messages (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  text text not null check (length(text) between 1 and 280),
  severity text not null default 'info' check (severity in ('info', 'warning', 'critical')),
  -- Empty: every screen.
  audience text[] not null default '{}' check (audience <@ array['scan', 'wall', 'caller']),
  expires_at timestamptz,
  cleared_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
create index on screen_messages (organization_id);
comment on table screen_messages is 'Messages that screens show until they are cleared or expire.';
select app.touch('screen_messages');
select app.secure('screen_messages',
  read => 'owner admin producer staff@event wall@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select live.track('screen_messages', topics => 'event:event_id');

create table message_acknowledgements (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  message_id uuid not null,
  principal_kind text not null check (principal_kind in ('user', 'device')),
  principal_id uuid not null,
  principal_name text not null,
  acknowledged_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (message_id, principal_kind, principal_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, message_id) references screen_messages (event_id, id) on delete cascade
);
create index on message_acknowledgements (organization_id);
create index on message_acknowledgements (event_id);
comment on table message_acknowledgements is 'Who has read a message, at which screen.';
select app.touch('message_acknowledgements');
select app.secure('message_acknowledgements',
  read => 'owner admin producer staff@event wall@event', insert => 'none', update => 'none', delete => 'owner admin');
select live.track('message_acknowledgements', topics => 'event:event_id');

create table show_runs (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  kind text not null check (kind in ('show', 'rehearsal')),
  status text not null default 'running' check (status in ('running', 'held', 'ended')),
  -- One more for every step; a command names the one it was decided on.
  revision bigint not null default 1 check (revision > 0),
  live_cue_id uuid,
  started_at timestamptz not null,
  ended_at timestamptz,
  held_at timestamptz,
  -- delay(now) = delay_base_ms + max(0, now - delay_grows_from)
  delay_base_ms bigint not null default 0,
  delay_grows_from timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint ended_has_time check ((status = 'ended') = (ended_at is not null)),
  constraint held_has_time check ((status = 'held') = (held_at is not null)),
  constraint end_after_start check (ended_at >= started_at)
);
create unique index one_live_run on show_runs (event_id) where status <> 'ended';
create index on show_runs (organization_id);
comment on table show_runs is 'Each time a rundown was run, as show or as rehearsal. An event has one live run at most.';
select app.touch('show_runs');
select app.secure('show_runs',
  read => 'owner admin producer staff@event client@event designer@event model@event wall@event',
  insert => 'none', update => 'none', delete => 'owner admin');

create table show_run_cues (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  run_id uuid not null,
  -- Where the cue came from; null once the rundown has dropped it.
  schedule_id uuid,
  segment_id uuid,
  position int not null check (position >= 0),
  title text not null,
  cue_number text,
  planned_start timestamptz not null,
  planned_end timestamptz not null,
  start_mode text not null check (start_mode in ('linked', 'hard')),
  count_to_end boolean not null default false,
  skipped boolean not null default false,
  added_ms bigint not null default 0,
  held_ms bigint not null default 0 check (held_ms >= 0),
  actual_start timestamptz,
  actual_end timestamptz,
  -- Gap time from the top of the rundown to this cue that can absorb delay; cues of one chain share their delay.
  gap_total_ms bigint not null default 0 check (gap_total_ms >= 0),
  chain int not null default 0,
  status text not null default 'planned' check (status in ('planned', 'live', 'done', 'skipped')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (run_id, id),
  unique (run_id, position) deferrable initially deferred,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, run_id) references show_runs (event_id, id) on delete cascade,
  foreign key (organization_id, schedule_id) references event_schedules (organization_id, id) on delete set null (schedule_id),
  foreign key (organization_id, segment_id) references runway_segments (organization_id, id) on delete set null (segment_id),
  constraint end_after_start check (planned_end >= planned_start),
  constraint actual_order check (actual_end is null or actual_end >= actual_start),
  constraint started_has_time check (status not in ('live', 'done') or actual_start is not null),
  -- Deferred: one statement may end a cue and start the next in any order.
  constraint one_live_cue exclude using btree (run_id with =) where (status = 'live') deferrable initially deferred
);
create index on show_run_cues (organization_id);
create index on show_run_cues (event_id);
create index on show_run_cues (schedule_id) where schedule_id is not null;
create index on show_run_cues (segment_id) where segment_id is not null;
comment on table show_run_cues is 'The cues of one run: planned as they were, and actual. The forecast is a formula over these columns.';
select app.touch('show_run_cues');
select app.secure('show_run_cues',
  read => 'owner admin producer staff@event client@event designer@event model@event wall@event',
  insert => 'none', update => 'none', delete => 'owner admin');
select live.track('show_run_cues', topics => 'event:event_id');

alter table show_runs add foreign key (id, live_cue_id) references show_run_cues (run_id, id)
  on delete set null (live_cue_id) deferrable initially deferred;
create index on show_runs (live_cue_id) where live_cue_id is not null;
select live.track('show_runs', topics => 'event:event_id');

create table show_run_steps (
  id uuid not null default app.uuid7() unique,
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  run_id uuid not null,
  revision bigint not null check (revision > 0),
  verb jsonb not null,
  principal_kind text not null check (principal_kind in ('user', 'device', 'system')),
  principal_id uuid,
  at timestamptz not null,
  before jsonb,
  forecast jsonb,
  undone boolean not null default false,
  primary key (run_id, revision),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, run_id) references show_runs (event_id, id) on delete cascade
);
create index on show_run_steps (organization_id);
create index on show_run_steps (event_id);
comment on table show_run_steps is 'What the caller did: the verb that led to a revision, the run before it (for undo; null for the first), the forecast after it.';
select app.secure('show_run_steps',
  read => 'owner admin producer staff@event', insert => 'none', update => 'none', delete => 'owner admin');
-- States of thirty cues in every step would be heavy, and say nothing that the cues' own rows do not.
select live.track('show_run_steps', topics => 'event:event_id', omit => '{before,forecast}');

-- Steps are history: one may be undone, never rewritten.
create function app.guard_step() returns trigger
language plpgsql
as $$
begin
  if to_jsonb(new) - 'undone' <> to_jsonb(old) - 'undone' then
    raise exception 'a step of a run is kept as it was' using errcode = '23514', constraint = 'step_is_kept', table = 'show_run_steps';
  end if;
  return new;
end $$;
create trigger c_guard before update on show_run_steps for each row execute function app.guard_step();
