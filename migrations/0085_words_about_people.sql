-- From where a change came, with the program that made it; every column that could hold words about somebody is either registered
-- as personal or on record as not being that.

-- A sealed address has 56 bytes. With the program's name beside it, cut and padded, it has 200: its length tells nothing.
alter table live.commits drop constraint commits_client_enc_check;
alter table live.commits add constraint commits_client_enc_check check (octet_length(client_enc) in (56, 200)) not valid;
comment on column live.commits.client_enc is 'The address that the change came from and the program that made it, sealed by the hub; none when the hub or somebody with SQL made it.';

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('activities', 'metadata_json', 'personal', 'contact_id', true, 'tombstone'),
  ('designer_reviews', 'meta_data', 'personal', 'reviewer_id', true, 'tombstone'),
  ('event_feedback', 'meta_data', 'personal', 'user_id', true, 'tombstone'),
  ('model_reviews', 'meta_data', 'personal', 'reviewer_id', true, 'tombstone'),
  ('notifications', 'meta_data', 'personal', 'user_id', true, 'tombstone'),
  ('vendor_ratings', 'meta_data', 'personal', 'rated_by', true, 'tombstone'),
  ('staff', 'availability', 'personal', 'user_id or self', true, 'tombstone'),
  ('wizard_drafts', 'state', 'personal', 'user_id', true, 'tombstone'),
  -- Files that the house goes on using; others are deleted with what is known of them.
  ('storage_objects', 'user_metadata', 'personal', 'created_by', true, 'tombstone'),
  ('stakeholders', 'role', 'personal', 'self', true, 'null'),
  ('stakeholders', 'company', 'personal', 'self', true, 'null'),
  ('designer_profiles', 'title', 'personal', 'self or user_id', true, 'null'),
  ('plugin_connections', 'display_name', 'personal', 'user_id', true, 'null'),
  -- Names of whoever was called. A sheet that was issued stays what it was; the audit log does not repeat it.
  ('call_sheets', 'content', 'personal', '-', false, 'tombstone');

create table app.impersonal (
  table_name text primary key,
  column_names text[] not null
);
comment on table app.impersonal is 'Columns that could hold words about somebody by their type, JSON or free text beside personal columns, and are there for something else. A column that is neither here nor in data_classes fails the tests and hub doctor.';
grant select on app.impersonal to hub_app, hub_worker;
insert into app.impersonal
select w.table_name, string_to_array(w.columns, ' ') from (values
  ('accounts', 'company_info meta_data'),
  ('ai_recommendations', 'payload'),
  ('ai_runs', 'error model output_schema'),
  ('asset_categories', 'meta_data'),
  ('asset_permissions', 'meta_data'),
  ('assets', 'dimensions meta_data'),
  ('audit_log', 'new_values old_values row_key'),
  ('brand_dna', 'rules verbal_pillars'),
  ('campaigns', 'assets brand_signals channel_packs meta_data strategy'),
  ('collections', 'images meta_data'),
  ('comp_cards', 'layout'),
  ('contact_segments', 'filter'),
  ('contacts', 'tags'),
  ('contracts', 'meta_data terms'),
  ('deal_stages', 'gate'),
  ('designer_profiles', 'experience_level specialties'),
  ('enrichment_suggestions', 'field'),
  ('event_amenities', 'meta_data'),
  ('event_categories', 'meta_data'),
  ('event_rehearsals', 'meta_data'),
  ('event_restrictions', 'meta_data'),
  ('event_sponsorships', 'meta_data terms'),
  ('event_tags', 'meta_data'),
  ('event_vendors', 'meta_data requirements'),
  ('events', 'meta_data'),
  ('exchange_codes', 'code_challenge code_challenge_method'),
  ('gallery_assets', 'meta_data'),
  ('guardian_checks', 'findings'),
  ('media_galleries', 'branding meta_data'),
  ('messages', 'approved_digest error external_id'),
  ('mfa_factors', 'factor_type'),
  ('model_profiles', 'experience_level'),
  ('notifications', 'entity_type'),
  ('orders', 'idempotency_key'),
  ('organizations', 'branding'),
  ('payments', 'meta_data'),
  ('plugin_connections', 'external_account_id last_error marketplace_id provider scopes'),
  ('plugin_installs', 'accepted_manifest config'),
  ('plugin_jobs', 'payload result'),
  ('plugin_runs', 'log'),
  ('plugins', 'manifest'),
  ('privacy_requests', 'report'),
  ('products', 'meta_data'),
  ('projects', 'meta_data'),
  ('registrations', 'external_ref qr_code_data seat'),
  ('roi_forecasts', 'inputs'),
  ('runway_segments', 'meta_data technical_requirements'),
  ('sessions', 'amr'),
  ('shifts', 'meta_data'),
  ('show_lineup', 'meta_data outfit_details'),
  ('show_run_steps', 'before forecast verb'),
  ('sponsorship_packages', 'benefits meta_data'),
  ('staff', 'skills'),
  ('staff_assignments', 'meta_data'),
  ('staff_roles', 'meta_data permissions requirements'),
  -- Files that nobody uses go with their uploader; those that the house works with keep their names.
  ('storage_objects', 'bucket cache_control filename mime_type'),
  ('technical_requirements', 'meta_data requirements'),
  ('ticket_tiers', 'benefits'),
  ('users', 'locale time_zone'),
  ('vendor_services', 'availability meta_data pricing'),
  ('vendors', 'meta_data'),
  ('venue_floor_plans', 'zones'),
  ('venues', 'access_info amenities facilities meta_data'),
  ('wizard_drafts', 'result_type'),
  ('website_briefs', 'brief site_structure')
) w (table_name, columns);
