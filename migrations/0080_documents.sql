-- Documents that several people edit at once: the log of their updates, and their state as of some place in it. A document
-- has the id of its shot list. What it says is projected into scenes, shots and shot_products, in the transaction that
-- appends to the log; the journal carries that.

create table live.documents (
  id uuid primary key,
  organization_id uuid not null,
  kind text not null default 'shot_list' check (kind = 'shot_list'),
  -- Whose journal tells of its rows.
  topic text not null,
  -- Begins anew when the history is dropped: replicas of an earlier one cannot be merged.
  epoch int not null default 1 check (epoch > 0),
  -- The last update in the log.
  head bigint not null default 0 check (head >= 0),
  -- The last one that the rows show.
  projected_to bigint not null default 0 check (projected_to between 0 and head),
  -- Everything up to and with folded_to, as one update.
  state bytea,
  folded_to bigint not null default 0 check (folded_to between 0 and projected_to),
  -- Names of clients whose history was dropped, eight bytes each, big-endian.
  retired bytea not null default '',
  created_at timestamptz not null default now(),
  foreign key (organization_id, id) references shot_lists (organization_id, id) on delete cascade
) with (fillfactor = 50);
-- It is compact already.
alter table live.documents alter column state set storage external;
comment on table live.documents is 'Co-edited documents: the head of each log, and its state as of folded_to.';

create table live.document_updates (
  document_id uuid not null references live.documents on delete cascade,
  n bigint not null check (n > 0),
  update bytea not null,
  -- Who delivered it; nobody: the hub itself.
  author_id uuid,
  committed_at timestamptz not null default clock_timestamp(),
  primary key (document_id, n)
);
alter table live.document_updates alter column update set storage external;
comment on table live.document_updates is 'The log: updates of Yjs (v1) in the order in which every replica of the hub applies them.';

-- Nobody is told of an update whom it does not concern: the doorbell rings for other hubs that have the document open.
create table live.document_watches (
  document_id uuid not null references live.documents on delete cascade,
  node_id uuid not null,
  watched_until timestamptz not null,
  primary key (document_id, node_id)
);
comment on table live.document_watches is 'Hubs that have a document open, until when.';

-- Each edit, cell by cell, as its author left it; several edits of one cell in a moment are one.
create table live.document_changes (
  id bigint generated always as identity primary key,
  document_id uuid not null references live.documents on delete cascade,
  n bigint not null,
  table_name text not null check (table_name in ('scenes', 'shots')),
  row_key uuid not null,
  -- Empty when the row came or went; products.{id} for a product.
  column_name text not null,
  -- Nobody: the hub put something right.
  author_id uuid,
  old_value jsonb not null,
  new_value jsonb not null,
  changed_at timestamptz not null default clock_timestamp()
);
create index on live.document_changes (document_id, row_key, id);
create index on live.document_changes (document_id, id);
comment on table live.document_changes is 'Who changed which cell of a document, from what to what.';

grant select, insert, update on live.documents to hub_worker;
grant select, insert, delete on live.document_updates to hub_worker;
grant select, insert, update, delete on live.document_watches to hub_worker;
grant select, insert, delete on live.document_changes to hub_worker;
