-- Named versions of documents, and when a document's history began: a history that is old and mostly of things that are gone
-- is dropped when nobody has the document open.

alter table live.documents add column epoch_since timestamptz not null default now();

create table live.document_versions (
  id uuid primary key default app.uuid7(),
  document_id uuid not null references live.documents on delete cascade,
  name text not null check (length(name) between 1 and 200),
  -- Scenes, shots and their products; no history, so it can be brought back in any epoch.
  sheet jsonb not null,
  made_by uuid,
  made_at timestamptz not null default clock_timestamp()
);
create index on live.document_versions (document_id, id);
comment on table live.document_versions is 'What a document said when somebody gave that a name.';
grant select, insert, delete on live.document_versions to hub_worker;
