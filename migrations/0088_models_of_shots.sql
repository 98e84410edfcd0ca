-- Who is in a shot. Beside shot_products, and edited with the shot list like it.

create table shot_models (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid not null,
  shot_id uuid not null,
  model_profile_id uuid not null,
  rank text collate "C" not null check (rank <> ''),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (shot_id, model_profile_id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shot_id) references shots (organization_id, id) on delete cascade,
  foreign key (organization_id, model_profile_id) references model_profiles (organization_id, id) on delete cascade
);
create index on shot_models (organization_id);
create index on shot_models (project_id);
create index on shot_models (model_profile_id);
comment on table shot_models is 'Which models are in a shot.';
select app.touch('shot_models');
select app.inherit('shot_models', 'shot_id', 'shots', 'project_id');
select app.append_to('shot_models', 'rank', 'shot_id');
select app.secure('shot_models',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('shot_models', 'select', 'client staff', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shot_models', 'select', 'model', 'own', 'model_profile_id in (select app.my_model_cards())');
select app.also_allow('shot_models', 'select insert update delete', 'any', 'edited', 'project_id in (select app.my_edited_projects())');
select live.track('shot_models', topics => 'project:project_id');

-- Whoever sees a shot of their project sees by name who is in it.
select app.also_allow('model_profiles', 'select', 'client staff', 'shot', 'id in (select m.model_profile_id from shot_models m)');
