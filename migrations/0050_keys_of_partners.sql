-- What partners' tables refer to and what had no table yet when they came: projects, shoots, assets, connections, runs of
-- agents. And what depends on it: the project of a shoot's rows, and who may see and write what from there.

alter table venue_floor_plans add foreign key (organization_id, asset_id)
  references assets (organization_id, id) on delete set null (asset_id);
alter table venue_availability
  add foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;
alter table model_availability
  add foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;
alter table shoot_models
  add foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;
alter table call_times
  add foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade;
alter table comp_cards add foreign key (organization_id, asset_id)
  references assets (organization_id, id) on delete set null (asset_id);
alter table sponsor_deliverables add foreign key (organization_id, asset_id)
  references assets (organization_id, id) on delete set null (asset_id);
alter table conversations add foreign key (organization_id, connection_id)
  references plugin_connections (organization_id, id) on delete set null (connection_id);
alter table messages add foreign key (organization_id, ai_run_id)
  references ai_runs (organization_id, id) on delete set null (ai_run_id);

-- project_id is that of the shoot.
select app.inherit('venue_availability', 'shoot_id', 'shoots', 'project_id');
select app.inherit('model_availability', 'shoot_id', 'shoots', 'project_id');
select app.inherit('shoot_models', 'shoot_id', 'shoots', 'project_id');
select app.inherit('call_times', 'shoot_id', 'shoots', 'project_id');

-- Whoever sees the project, or the shoot, sees who is cast.
select app.also_allow('shoot_models', 'select', 'client', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('shoot_models', 'select', 'designer', 'shoot', 'shoot_id in (select app.my_shoots())');

select app.open_to_plugins('designer_profiles', read => 'catalog:read');
select app.open_to_plugins('event_models', read => 'casting:read');
select app.open_to_plugins('accounts', read => 'crm:read', insert => 'crm:write', update => 'crm:write');
select app.open_to_plugins('contacts', read => 'crm:read', insert => 'crm:write', update => 'crm:write');
select app.open_to_plugins('deals', read => 'crm:read', insert => 'crm:write', update => 'crm:write');
select app.open_to_plugins('activities', read => 'crm:read', insert => 'crm:write');
select app.open_to_plugins('conversations', read => 'crm:read', insert => 'crm:write', update => 'crm:write');
select app.open_to_plugins('messages', read => 'crm:read', insert => 'crm:write');
-- A plugin brings what was received and proposes what might be sent.
create policy plugin_proposes on messages as restrictive for insert
  with check ((select app.role()) is distinct from 'plugin' or status in ('received', 'draft'));
