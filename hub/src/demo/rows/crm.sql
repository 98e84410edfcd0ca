-- Companies, the people there, what is being agreed and what was said.

insert into accounts (owner_id, name, types, industry, budget_tier, tags)
select pg_temp.person(owner), name, types::text[], industry, tier, tags::text[]
  from (values
    ('Clémence Okoro', 'Banque Corvin', '{sponsor}', 'Private banking', 'high', '{patron}'),
    ('Clémence Okoro', 'Champagne Aurélien', '{sponsor}', 'Wine', 'high', '{hospitality}'),
    ('Clémence Okoro', 'Velours Cosmetics', '{sponsor}', 'Beauty', 'medium', '{backstage}'),
    ('Inès Delacourt', 'Galerie Vauban', '{client,buyer}', 'Concept store', 'high', '{paris}'),
    ('Inès Delacourt', 'Nordlys Department Store', '{buyer}', 'Retail', 'high', '{copenhagen}'),
    ('Clémence Okoro', 'Revue Minuit', '{media}', 'Magazine', 'low', '{print}'),
    ('Inès Delacourt', 'Lumière & Fils', '{vendor}', 'Stage lighting', null, '{}'),
    ('Inès Delacourt', 'Table Ronde Traiteur', '{vendor}', 'Catering', null, '{}')
  ) a (owner, name, types, industry, tier, tags);
update memberships m set account_id = pg_temp.the('accounts', case m.role when 'client' then 'Galerie Vauban' else 'Champagne Aurélien' end)
 where m.organization_id = app.org() and m.role in ('client', 'sponsor');
insert into contacts (brand_id, account_id, owner_id, name, role, tags, sentiment_score)
select pg_temp.the('fashion_brands', 'Maison Nocturne'), pg_temp.the('accounts', account), pg_temp.person('Clémence Okoro'), name, role, tags::text[], mood
  from (values
    ('Banque Corvin', 'Hélène Corvin', 'Director of patronage', '{decides}', 0.6),
    ('Banque Corvin', 'Bruno Tessier', 'Events', '{}', 0.3),
    ('Champagne Aurélien', 'Sorin Vasile', 'Head of partnerships', '{decides}', 0.8),
    ('Velours Cosmetics', 'Mira Solberg', 'Brand manager', '{}', 0.1),
    ('Galerie Vauban', 'Lucie Ferrand', 'Buying director', '{decides,front-row}', 0.7),
    ('Nordlys Department Store', 'Asger Lund', 'Buyer, eveningwear', '{front-row}', 0.5),
    ('Revue Minuit', 'Paloma Castellanos', 'Fashion editor', '{press}', 0.4),
    ('Revue Minuit', 'Théo Marchand', 'Photographer', '{press}', 0.2)
  ) c (account, name, role, tags, mood);
insert into contact_segments (name, description, kind, filter)
values ('Front row', 'Whom the house seats itself', 'static', '{}'), ('Press', 'Editors and photographers', 'static', '{}');
insert into contact_segment_members (segment_id, contact_id)
select s.id, c.id from contact_segments s join contacts c on c.organization_id = s.organization_id and c.tags && case s.name when 'Front row' then '{front-row}'::text[] else '{press}' end
 where s.organization_id = app.org() and s.name in ('Front row', 'Press');

insert into deals (account_id, contact_id, brand_id, event_id, owner_id, title, kind, stage_index, tier, currency, value_forecast, fit_score, health_score, roi_probability)
select pg_temp.the('accounts', account), pg_temp.the('contacts', contact), pg_temp.the('fashion_brands', 'Maison Nocturne'),
       (pg_temp.show()).id, pg_temp.person('Clémence Okoro'), title, kind, 0, tier, 'EUR', forecast, fit, health, chance
  from (values
    ('Banque Corvin', 'Hélène Corvin', 'Corvin presents Nocturne', 'sponsorship', 'presenting', 120000, 82, 90, 0.9),
    ('Champagne Aurélien', 'Sorin Vasile', 'Aurélien pours the after-party', 'sponsorship', 'gold', 45000, 91, 85, 0.85),
    ('Velours Cosmetics', 'Mira Solberg', 'Velours backstage beauty', 'sponsorship', 'supporting', 15000, 64, 48, 0.4),
    ('Galerie Vauban', 'Lucie Ferrand', 'Vauban orders Ombre', 'wholesale', null, 68000, 77, 80, 0.7),
    ('Nordlys Department Store', 'Asger Lund', 'Nordlys winter window', 'wholesale', null, 52000, 70, 66, 0.5),
    ('Revue Minuit', 'Paloma Castellanos', 'Twelve pages in Minuit', 'media_placement', null, 9000, 73, 71, 0.6)
  ) d (account, contact, title, kind, tier, forecast, fit, health, chance);
update deals set stage_index = 1 where organization_id = app.org() and title <> 'Nordlys winter window';
update deals set stage_index = 2 where organization_id = app.org() and title in ('Corvin presents Nocturne', 'Aurélien pours the after-party', 'Vauban orders Ombre');
update deals set outcome = 'won' where organization_id = app.org() and title in ('Corvin presents Nocturne', 'Aurélien pours the after-party');

insert into conversations (contact_id, account_id, deal_id, channel, subject)
select d.contact_id, d.account_id, d.id, channel, subject
  from (values ('Aurélien pours the after-party', 'email', 'The rooftop bar'), ('Velours backstage beauty', 'email', 'Backstage beauty'),
               ('Vauban orders Ombre', 'whatsapp', null)) c (deal, channel, subject)
  join deals d on d.organization_id = app.org() and d.title = c.deal;
insert into messages (conversation_id, deal_id, direction, channel, subject, body, status)
select c.id, c.deal_id, m.direction, c.channel, c.subject, m.body, m.status
  from (values
    ('Aurélien pours the after-party', 'inbound', 'The bar is built on the morning of the show. May our two bartenders come in through Backstage?', 'received'),
    ('Aurélien pours the after-party', 'outbound', 'Yes: their names are on the crew list, and Mathis meets them at Backstage.', 'pending_approval'),
    ('Velours backstage beauty', 'inbound', 'We like the idea, and need the numbers of the preview before we can say yes.', 'received'),
    ('Velours backstage beauty', 'outbound', 'The numbers of the preview are attached; shall we speak tomorrow?', 'draft'),
    ('Vauban orders Ombre', 'inbound', 'Could the opera coat be had in ink blue?', 'received')
  ) m (deal, direction, body, status)
  join deals d on d.organization_id = app.org() and d.title = m.deal
  join conversations c on c.organization_id = app.org() and c.deal_id = d.id;
insert into conversation_reads (conversation_id, user_id)
select c.id, pg_temp.person('Clémence Okoro') from conversations c where c.organization_id = app.org() and c.channel = 'email';
insert into activities (contact_id, account_id, deal_id, type, direction, content, occurred_at, created_by)
select d.contact_id, d.account_id, d.id, a.type, a.direction, a.content, pg_temp.at(a.days, '11:00'), pg_temp.person('Clémence Okoro')
  from (values
    ('Corvin presents Nocturne', 'meeting', null, 'Saw the hall together; the name goes above the photo wall.', -75),
    ('Corvin presents Nocturne', 'call', 'outbound', 'Agreed on two instalments.', -60),
    ('Aurélien pours the after-party', 'meeting', null, 'Tasting; the rosé for the rooftop.', -48),
    ('Velours backstage beauty', 'call', 'inbound', 'Asked for the reach of the preview.', -9),
    ('Vauban orders Ombre', 'note', null, 'Tried the opera coat at the preview, twice.', -21),
    ('Nordlys winter window', 'call', 'outbound', 'Comes to the show with two colleagues.', -5),
    ('Twelve pages in Minuit', 'meeting', null, 'Prefers to shoot the finale looks.', -14)
  ) a (deal, type, direction, content, days)
  join deals d on d.organization_id = app.org() and d.title = a.deal;

insert into sponsorship_packages (event_id, name, description, tier, price, currency, benefits, availability)
select (pg_temp.show()).id, name, about, tier, price, 'EUR', benefits::jsonb, places
  from (values
    ('Presenting partner', 'The name of the evening', 'presenting', 120000, '["Name above the photo wall", "Twelve seats in the front row"]', 1),
    ('Gold', 'A room of one''s own', 'gold', 45000, '["Rooftop bar", "Six seats"]', 3),
    ('Supporting', 'Backstage', 'supporting', 15000, '["Backstage station", "Two seats"]', 6)
  ) p (name, about, tier, price, benefits, places);
insert into event_sponsorships (event_id, sponsor_id, package_id, deal_id, tier, amount, currency, status, start_date, end_date)
select p.event_id, d.account_id, p.id, d.id, p.tier, p.price, 'EUR', case d.outcome when 'won' then 'active' else 'pending' end,
       pg_temp.at(-45, '09:00'), pg_temp.at(30, '18:00')
  from sponsorship_packages p join deals d on d.organization_id = p.organization_id and d.tier = p.tier
 where p.organization_id = app.org();
insert into sponsor_deliverables (event_id, sponsorship_id, title, due_date, status, delivered_at)
select s.event_id, s.id, l.title, pg_temp.day(l.due), l.status, case when l.status = 'approved' then pg_temp.at(l.due - 1, '16:00') end
  from (values
    ('presenting', 'Name above the photo wall', -2, 'approved'), ('presenting', 'Words before the show', 0, 'in_progress'),
    ('presenting', 'Report on reach', 21, 'pending'), ('gold', 'Rooftop bar is branded', 0, 'in_progress'),
    ('gold', 'Six pictures of the after-party', 3, 'pending'), ('supporting', 'Mirror stickers backstage', 0, 'pending')
  ) l (tier, title, due, status)
  join event_sponsorships s on s.organization_id = app.org() and s.tier = l.tier;
