-- What a person accepts becomes true with the decision: a suggested value in its field, a strategy's score on its deal. It is
-- written with the rights of whoever decides.

create function app.accept_suggestion() returns trigger
language plpgsql
as $$
declare
  into_table constant text := case when new.contact_id is not null then 'contacts' else 'accounts' end;
  was jsonb;
begin
  -- Of other fields the decision is kept, and what follows from it is somebody else's.
  if new.field <> all (case into_table when 'contacts' then array['role', 'bio_grounded'] else array['industry', 'website'] end)
     or jsonb_typeof(new.proposed_value) <> 'string' then
    return null;
  end if;
  execute format('select to_jsonb(r.%I) from %I r where r.id = $1 for no key update', new.field, into_table)
    into was using coalesce(new.contact_id, new.account_id);
  if coalesce(was, 'null') is distinct from coalesce(new.old_value, 'null') and was is distinct from new.proposed_value then
    raise exception 'the field was changed since this was suggested'
      using errcode = '23514', constraint = 'changed_since', table = 'enrichment_suggestions', column = 'proposed_value';
  end if;
  execute format('update %I set %I = $1 where id = $2', into_table, new.field)
    using new.proposed_value #>> '{}', coalesce(new.contact_id, new.account_id);
  return null;
end $$;
create trigger e_accept after update on enrichment_suggestions for each row
  when (new.status = 'accepted' and old.status <> 'accepted') execute function app.accept_suggestion();

create function app.accept_score() returns trigger
language plpgsql
as $$
begin
  update deals set fit_score = (new.proposed_output ->> 'fit_score')::smallint where id = new.deal_id;
  return null;
end $$;
create trigger e_accept_score after update on ai_runs for each row
  when (new.agent_node = 'strategy' and new.deal_id is not null and new.approval_status in ('approved', 'edited')
        and old.approval_status not in ('approved', 'edited') and jsonb_typeof(new.proposed_output -> 'fit_score') = 'number')
  execute function app.accept_score();
