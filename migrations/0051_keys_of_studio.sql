-- What projects, media and money refer to in the files of partners, plugins and agents; and what follows from it: the
-- shoots and papers of designers and models, and what plugins may do here.

alter table projects add foreign key (organization_id, client_id) references accounts (organization_id, id) on delete set null (client_id);
alter table products add foreign key (organization_id, client_id) references accounts (organization_id, id) on delete set null (client_id);
alter table assets add foreign key (organization_id, sponsor_id) references accounts (organization_id, id) on delete cascade;
alter table contracts add foreign key (organization_id, account_id) references accounts (organization_id, id) on delete set null (account_id);
alter table invoices add foreign key (organization_id, account_id) references accounts (organization_id, id) on delete set null (account_id);
alter table invoices add foreign key (organization_id, sponsorship_id) references event_sponsorships (organization_id, id)
  on delete set null (sponsorship_id);
alter table shoots add foreign key (organization_id, designer_id) references designer_profiles (organization_id, id)
  on delete set null (designer_id);
alter table contracts add foreign key (organization_id, designer_profile_id) references designer_profiles (organization_id, id)
  on delete set null (designer_profile_id);
alter table contracts add foreign key (organization_id, vendor_id) references vendors (organization_id, id) on delete set null (vendor_id);
alter table website_briefs add foreign key (organization_id, ai_run_id) references ai_runs (organization_id, id) on delete set null (ai_run_id);
alter table social_posts add foreign key (organization_id, campaign_id) references campaigns (organization_id, id) on delete set null (campaign_id);
alter table cloudinary_assets add foreign key (organization_id, connection_id) references plugin_connections (organization_id, id)
  on delete set null (connection_id);
-- Of the same organization, and of the platform that the row says.
alter table social_posts add foreign key (organization_id, connection_id) references plugin_connections (organization_id, id) on delete cascade;
alter table social_posts add foreign key (platform, connection_id) references plugin_connections (provider, id) on delete cascade;
alter table channel_products add foreign key (organization_id, connection_id) references plugin_connections (organization_id, id) on delete cascade;
alter table channel_products add foreign key (channel, connection_id) references plugin_connections (provider, id) on delete cascade;

-- Shoots of their own: the designer's, and those that a model is cast in.
create or replace function app.my_shoots() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return query
    select s.id from shoots s where s.project_id in (select app.my_projects())
    union
    select s.id from shoots s join designer_profiles d on d.organization_id = s.organization_id and d.id = s.designer_id
     where d.user_id = app.uid() and s.organization_id = app.org() and app.device_id() is null
    union
    select c.shoot_id from shoot_models c join model_profiles p on p.organization_id = c.organization_id and p.id = c.model_profile_id
     where p.user_id = app.uid() and c.organization_id = app.org() and c.status <> 'declined' and app.device_id() is null;
end $$;

select app.also_allow('products', 'select', 'designer', 'collection',
  'collection_id in (select c.id from collections c where c.designer_id in (select app.my_designer_profiles()))');
select app.also_allow('contracts', 'select', 'designer', 'card', 'designer_profile_id in (select app.my_designer_profiles())');

select app.entity('designer_profile', 'designer_profiles'), app.entity('account', 'accounts'), app.entity('campaign', 'campaigns');
select app.refers_to_entities('approvals');

select app.open_to_plugins('projects', read => 'projects:read');
select app.open_to_plugins('products', read => 'catalog:read', insert => 'catalog:write', update => 'catalog:write');
select app.open_to_plugins('assets', read => 'media:read', insert => 'media:write', update => 'media:write');
-- A plugin that sees an asset sees these, as everybody does.
select app.open_to_plugins('asset_variants', insert => 'media:write', update => 'media:write', delete => 'media:write');
select app.open_to_plugins('cloudinary_assets', insert => 'media:write', update => 'media:write', delete => 'media:write');
select app.open_to_plugins('asset_links', insert => 'media:write', delete => 'media:write');
select app.open_to_plugins('social_posts', read => 'social:read', insert => 'social:write', update => 'social:write');
select app.open_to_plugins('channel_products',
  read => 'commerce:read', insert => 'commerce:write', update => 'commerce:write', delete => 'commerce:write');
select app.open_to_plugins('channel_media_links',
  read => 'commerce:read', insert => 'commerce:write', update => 'commerce:write', delete => 'commerce:write');
select app.open_to_plugins('payments', read => 'billing:read');
select app.open_to_plugins('invoices', read => 'billing:read', update => 'billing:write');
