-- How long what plugins leave behind is kept.

insert into hub.retention (name, action, table_name, since_column, condition, keep) values
  ('effects of plugins', 'delete', 'hub.plugin_effects', 'begun_at', 'true', '30 days'),
  ('runs of plugins', 'delete', 'public.plugin_runs', 'started_at', 'ended_at is not null', '30 days'),
  ('jobs of plugins that are done', 'delete', 'public.plugin_jobs', 'updated_at',
   'install_id is not null and status in (''succeeded'', ''cancelled'')', '90 days'),
  ('connections that nobody finished', 'delete', 'hub.plugin_authorizations', 'expires_at', 'true', '1 day');
