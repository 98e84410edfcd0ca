-- A membership names one company at most, and a person has one membership in an organization: what was said by two functions,
-- one for the set and one for its only member, is said by one.

alter policy select_own_client_sponsor on accounts
  using ((select app.role()) = any ('{client,sponsor}'::text[]) and id = (select app.my_account()));
alter policy select_own_sponsor on event_sponsorships
  using ((select app.role()) = any ('{sponsor}'::text[]) and sponsor_id = (select app.my_account()));
drop function app.my_accounts();
