-- The products of a brand, newest first, are what a page of them shows: in this order, a page takes its own rows from the
-- table and not all of the brand's.
create index products_brand_id_created_at_idx on products (brand_id, created_at desc) where brand_id is not null;
drop index products_brand_id_idx;
