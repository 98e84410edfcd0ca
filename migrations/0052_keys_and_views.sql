-- The last keys between the parts of the model, and what depends on them: who else may see a row, what a decision does to
-- the thing it is about. And the names under which older clients read it all.

alter table activations add foreign key (organization_id, sponsor_id)
  references accounts (organization_id, id) on delete set null (sponsor_id);
alter table impact_metrics
  add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  add foreign key (organization_id, deal_id) references deals (organization_id, id) on delete cascade;
alter table roi_forecasts add foreign key (organization_id, deal_id)
  references deals (organization_id, id) on delete cascade;
alter table designer_reviews add foreign key (organization_id, designer_id)
  references designer_profiles (organization_id, id) on delete cascade;
alter table vendor_ratings add foreign key (organization_id, vendor_id)
  references vendors (organization_id, id) on delete cascade;
alter table ai_runs
  add foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  add foreign key (organization_id, deal_id) references deals (organization_id, id) on delete set null (deal_id),
  add foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
  add foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade;
alter table enrichment_suggestions
  add foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
  add foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade;
alter table ai_recommendations
  add foreign key (organization_id, deal_id) references deals (organization_id, id) on delete cascade,
  add foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
  add foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade;
alter table guardian_checks add foreign key (organization_id, message_id)
  references messages (organization_id, id) on delete cascade;
alter table approvals add foreign key (organization_id, project_id)
  references projects (organization_id, id) on delete cascade;
alter table privacy_requests add foreign key (organization_id, export_object_id)
  references storage_objects (organization_id, id) on delete set null (export_object_id);

-- Who else sees and decides.
select app.also_allow('activations', 'select', 'sponsor', 'account', 'sponsor_id = (select app.my_account())');
select app.also_allow('designer_reviews', 'select', 'designer', 'subject',
  'designer_id in (select p.id from designer_profiles p where p.user_id = (select app.uid()))');
select app.also_allow('approvals', 'select update', 'client', 'project', 'project_id in (select app.my_projects())');
select app.also_allow('approvals', 'select insert', 'any', 'edited', 'project_id in (select app.my_edited_projects())');

-- An approval is about something there is, belongs where that belongs, and goes with it. Project and event decide who may
-- answer, so they are the thing's own, when it is asked and when it is answered.
create function app.follow_entity() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  of_table constant text := (select t.table_name from app.entity_types t where t.entity_type = new.entity_type);
  thing jsonb;
begin
  execute format('select to_jsonb(e) from %I e where e.organization_id = $1 and e.id = $2', of_table)
    into thing using new.organization_id, new.entity_id;
  if thing is null then
    return new; -- app.guard_entity_ref() has refused it, or it is gone and this row with it
  end if;
  if tg_op = 'INSERT' then
    new.project_id := coalesce(new.project_id, (thing ->> 'project_id')::uuid);
    new.event_id := coalesce(new.event_id, (thing ->> 'event_id')::uuid);
  end if;
  if (new.project_id, new.event_id) is distinct from ((thing ->> 'project_id')::uuid, (thing ->> 'event_id')::uuid) then
    raise exception 'an approval belongs to the project and the event of its %', new.entity_type
      using errcode = '23503', constraint = 'same_parents', table = 'approvals', column = 'entity_id';
  end if;
  return new;
end $$;
alter function app.follow_entity() owner to app_definer;
-- After c_guard_entity, before anybody decides.
create trigger c_h_follow_entity before insert or update of entity_type, entity_id, project_id, event_id, status on approvals
  for each row execute function app.follow_entity();

-- What was decided is what the thing says.
create function app.mirror_approval() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  approved constant boolean := new.status = 'approved';
begin
  case new.entity_type
    when 'asset' then
      update assets a
         set status = case new.status when 'approved' then 'approved' when 'rejected' then 'rejected' else 'pending' end,
             is_final = approved, approved_by = case when approved then new.decided_by end,
             approved_at = case when approved then new.decided_at end
       where a.organization_id = new.organization_id and a.id = new.entity_id;
    when 'deliverable' then
      update deliverables d set status = case when approved then 'approved' else 'changes_requested' end
       where d.organization_id = new.organization_id and d.id = new.entity_id;
    when 'shot_list' then
      update shot_lists l set status = case when approved then 'approved' else 'draft' end
       where l.organization_id = new.organization_id and l.id = new.entity_id and l.status <> 'locked';
    when 'website_brief' then
      -- A version that was approved stays so; changes are a new version.
      update website_briefs b set status = case when approved then 'approved' else 'draft' end
       where b.organization_id = new.organization_id and b.id = new.entity_id and b.status <> 'approved';
    else
      null; -- galleries and call sheets have states of their own
  end case;
  return null;
end $$;
alter function app.mirror_approval() owner to app_definer;
create trigger mirror_approval after update on approvals for each row
  when (old.status = 'pending' and new.status in ('approved', 'changes_requested', 'rejected'))
  execute function app.mirror_approval();

-- A vendor's rating is the mean of their ratings, derived anew under the vendor's row lock, in ascending order.
create function app.rollup_vendor_rating() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.vendor_id from new_rows r);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.vendor_id from old_rows r);
  end if;
  perform from vendors v where v.id = any (touched) order by v.id for no key update;
  update vendors v set rating = d.mean
    from (select x.id, (select round(avg(r.rating), 2) from vendor_ratings r where r.vendor_id = x.id) as mean
            from vendors x where x.id = any (touched)) d
   where v.id = d.id and v.rating is distinct from d.mean;
  return null;
end $$;
alter function app.rollup_vendor_rating() owner to app_definer;
create trigger rollup_vendor_rating_i after insert on vendor_ratings referencing new table as new_rows
  for each statement execute function app.rollup_vendor_rating();
create trigger rollup_vendor_rating_u after update on vendor_ratings referencing old table as old_rows new table as new_rows
  for each statement execute function app.rollup_vendor_rating();
create trigger rollup_vendor_rating_d after delete on vendor_ratings referencing old table as old_rows
  for each statement execute function app.rollup_vendor_rating();

-- Everybody who can be a subject now has a table.
create or replace function app.is_subject(person uuid, kind text, subject uuid) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return case kind
    when 'user' then subject = person
    when 'registration' then exists (select from registrations r where r.id = subject and r.user_id = person)
    when 'order' then exists (select from orders o where o.id = subject and o.user_id = person)
    when 'model_profile' then exists (select from model_profiles p where p.id = subject and p.user_id = person)
    when 'designer_profile' then exists (select from designer_profiles p where p.id = subject and p.user_id = person)
    when 'stakeholder' then exists (select from stakeholders s where s.id = subject and s.user_id = person)
    when 'staff' then exists (select from staff s where s.id = subject and s.user_id = person)
    when 'signatory' then exists (select from contract_signatories s where s.id = subject and s.user_id = person)
    else false
  end;
end $$;

-- Older names. Sealed columns keep their stored names and are opened by the hub, as everywhere.
create view designers with (security_invoker = true) as
  select d.id, d.organization_id, d.user_id, b.name as brand_name, d.portfolio_url, d.specialties, d.experience_level,
         d.achievements, d.meta_data
    from designer_profiles d left join fashion_brands b on b.organization_id = d.organization_id and b.id = d.brand_id;
comment on view designers is 'Designers with the name of their brand.';

create view fashion_show_designer_profiles with (security_invoker = true) as
  select id, organization_id, user_id, brand_id, specialties[1] as specialty from designer_profiles;
comment on view fashion_show_designer_profiles is 'Designers with the first of their specialties.';

create view sponsors with (security_invoker = true) as
  select d.id, d.organization_id, d.event_id, a.name as company_name, d.tier, s.key as status, d.value_forecast as value,
         d.fit_score, d.created_at, d.updated_at, a.name, c.amount as contribution_amount, a.company_info,
         a.contact_info_enc, a.industry, a.meta_data, a.status as account_status
    from deals d
    join accounts a on a.organization_id = d.organization_id and a.id = d.account_id
    left join deal_stages s on s.organization_id = d.organization_id and s.stage_index = d.stage_index
    left join event_sponsorships c on c.organization_id = d.organization_id and c.deal_id = d.id
   where d.kind = 'sponsorship';
comment on view sponsors is 'Sponsors in the pipeline, with their company and what they have committed.';

create view sponsor_organizations with (security_invoker = true) as
  select id, organization_id, name, industry, logo_url, website, created_at from accounts where 'sponsor' = any (types);
comment on view sponsor_organizations is 'Companies that sponsor.';

create view event_sponsors with (security_invoker = true) as
  select id, organization_id, event_id, sponsor_id as sponsor_org_id, tier, amount, status, created_at from event_sponsorships;
comment on view event_sponsors is 'Sponsorships of events.';

create view event_sponsors_junction with (security_invoker = true) as
  select id, organization_id, event_id, sponsor_id as sponsor_org_id, tier, amount, status, created_at from event_sponsorships;
comment on view event_sponsors_junction is 'Sponsorships of events, under their other older name.';

-- The address of a file that is kept here is signed when it is asked for, so none stands in a view.
create view sponsor_assets with (security_invoker = true) as
  select id, organization_id, sponsor_id, asset_type as type, case when storage_object_id is null then file_url end as url,
         status, dimensions, meta_data
    from assets where sponsor_id is not null;
comment on view sponsor_assets is 'Logos, banners and the like of sponsors.';

create view media_assets with (security_invoker = true) as
  select id, organization_id, asset_type as type, case when storage_object_id is null then file_url end as url,
         name as filename, file_size_bytes as file_size, mime_type, dimensions, duration_seconds as duration, uploaded_by,
         created_at, meta_data
    from assets;
comment on view media_assets is 'Every asset, with its file.';

create view event_assets with (security_invoker = true) as
  select id, organization_id, event_id, case asset_type when 'image' then 'photo' else asset_type end as type,
         case when storage_object_id is null then file_url end as url, name as title, is_featured, created_at
    from assets where event_id is not null;
comment on view event_assets is 'Photos, videos and documents of events.';

create view shoot_assets with (security_invoker = true) as
  select id, organization_id, shoot_id, case when storage_object_id is null then file_url end as file_url, thumbnail_url,
         is_final, approved_by, created_at
    from assets where shoot_id is not null;
comment on view shoot_assets is 'Photos of shoots, with who approved them.';

create view shoot_payments with (security_invoker = true) as
  select id, organization_id, shoot_id, amount, status, invoice_url, paid_at, created_at
    from billing_milestones where shoot_id is not null;
comment on view shoot_payments is 'What is owed for shoots.';

create view vendor_contracts with (security_invoker = true) as
  select id, organization_id, vendor_id, event_id, terms, start_date, end_date, status, meta_data
    from contracts where type = 'vendor';
comment on view vendor_contracts is 'Contracts with vendors.';

create view instagram_connections with (security_invoker = true) as
  select id, organization_id, user_id, external_account_id as instagram_account_id, '[sealed]'::text as access_token, status, created_at
    from plugin_connections where provider = 'instagram';
comment on view instagram_connections is 'Connected Instagram accounts. Nobody reads the token.';

create view facebook_connections with (security_invoker = true) as
  select id, organization_id, user_id, external_account_id as facebook_page_id, display_name as page_name,
         '[sealed]'::text as access_token, status, created_at
    from plugin_connections where provider = 'facebook';
comment on view facebook_connections is 'Connected Facebook pages. Nobody reads the token.';

create view shopify_shops with (security_invoker = true) as
  select id, organization_id, user_id, external_account_id as shop_domain, '[sealed]'::text as access_token, status, created_at
    from plugin_connections where provider = 'shopify';
comment on view shopify_shops is 'Connected Shopify shops. Nobody reads the token.';

create view amazon_connections with (security_invoker = true) as
  select id, organization_id, user_id, external_account_id as seller_id, marketplace_id, '[sealed]'::text as access_token,
         status, created_at
    from plugin_connections where provider = 'amazon';
comment on view amazon_connections is 'Connected Amazon sellers, one a marketplace. Nobody reads the token.';

-- The next four can be written: a row that is made here is of the view's channel, and stays in it.
create view instagram_posts with (security_invoker = true) as
  select id, organization_id, connection_id, platform, asset_id, body as caption, status, scheduled_at, published_at,
         external_post_id as instagram_media_id, created_at
    from social_posts where platform = 'instagram' with check option;
comment on view instagram_posts is 'Posts on Instagram.';
alter view instagram_posts alter column platform set default 'instagram';

create view facebook_posts with (security_invoker = true) as
  select id, organization_id, connection_id, platform, asset_id, body as message, status, scheduled_at, published_at,
         external_post_id as facebook_post_id, created_at
    from social_posts where platform = 'facebook' with check option;
comment on view facebook_posts is 'Posts on Facebook pages.';
alter view facebook_posts alter column platform set default 'facebook';

create view shopify_products with (security_invoker = true) as
  select id, organization_id, connection_id as shop_id, channel, external_product_id as shopify_product_id, title, handle,
         status, synced_at, created_at
    from channel_products where channel = 'shopify' with check option;
comment on view shopify_products is 'Products as Shopify lists them.';
alter view shopify_products alter column channel set default 'shopify';

create view amazon_products with (security_invoker = true) as
  select id, organization_id, connection_id, channel, sku, external_product_id as asin, title, status, synced_at, created_at
    from channel_products where channel = 'amazon' with check option;
comment on view amazon_products is 'Products as Amazon lists them.';
alter view amazon_products alter column channel set default 'amazon';

create view shopify_media_links with (security_invoker = true) as
  select l.id, l.organization_id, l.asset_id, l.channel_product_id as shopify_product_id,
         l.external_media_id as shopify_media_id, l.position, l.created_at
    from channel_media_links l
    join channel_products p on p.organization_id = l.organization_id and p.id = l.channel_product_id
   where p.channel = 'shopify';
comment on view shopify_media_links is 'Assets of products on Shopify.';

create view amazon_media_links with (security_invoker = true) as
  select l.id, l.organization_id, l.asset_id, l.channel_product_id as amazon_product_id, l.position, l.created_at
    from channel_media_links l
    join channel_products p on p.organization_id = l.organization_id and p.id = l.channel_product_id
   where p.channel = 'amazon';
comment on view amazon_media_links is 'Assets of products on Amazon.';

grant select on designers, fashion_show_designer_profiles, sponsors, sponsor_organizations, event_sponsors,
  event_sponsors_junction, sponsor_assets, media_assets, event_assets, shoot_assets, shoot_payments, vendor_contracts,
  instagram_connections, facebook_connections, shopify_shops, amazon_connections, shopify_media_links,
  amazon_media_links to hub_app, hub_worker;
grant select, insert, update, delete on instagram_posts, facebook_posts, shopify_products, amazon_products
  to hub_app, hub_worker;
insert into app.masks values
  ('sponsor_organizations', 'industry', 'client'), ('sponsor_organizations', 'industry', 'sponsor');
