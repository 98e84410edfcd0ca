import { savedQuery } from "./saved_query.js";

/**
 * Lists that houses look things up in, each to be opened with {@link list} or {@link liveList}, as it is or changed:
 * `{ ...LISTS.contacts, search: "vogue" }`. Every table with words for full-text search has one.
 */
export const LISTS = {
  accounts: savedQuery({
    table: "accounts",
    columns: ["id", "name", "types", "industry", "status", "tags", "last_activity_at"],
    order: [{ column: "name" }],
  }),
  assets: savedQuery({
    table: "assets",
    columns: ["id", "name", "asset_type", "status", "thumbnail_url", "event_id", "shoot_id", "is_featured", "is_final"],
    order: [{ column: "created_at", descending: true }],
  }),
  brands: savedQuery({
    table: "fashion_brands",
    columns: ["id", "name", "country", "style", "website"],
    order: [{ column: "name" }],
  }),
  collections: savedQuery({
    table: "collections",
    columns: ["id", "name", "season", "year", "status", "designer_id", "brand_id"],
    order: [{ column: "year", descending: true, nulls: "last" }, { column: "name" }],
  }),
  contacts: savedQuery({
    table: "contacts",
    columns: ["id", "name", "role", "account_id", "owner_id", "status", "tags", "last_activity_at"],
    order: [{ column: "name" }],
  }),
  deals: savedQuery({
    table: "deals",
    columns: ["id", "title", "kind", "stage_index", "outcome", "value_forecast", "currency", "account_id", "event_id"],
    order: [{ column: "last_activity_at", descending: true }],
  }),
  designers: savedQuery({
    table: "designer_profiles",
    columns: ["id", "name", "title", "specialties", "experience_level", "status", "brand_id"],
    order: [{ column: "name" }],
  }),
  events: savedQuery({
    table: "events",
    columns: ["id", "title", "slug", "status", "live_state", "start_time", "end_time", "time_zone", "venue_id"],
    order: [{ column: "start_time", descending: true }],
  }),
  models: savedQuery({
    table: "model_profiles",
    columns: ["id", "name", "agency_id", "height_cm", "hair_color", "eye_color", "experience_level"],
    order: [{ column: "name" }],
  }),
  products: savedQuery({
    table: "products",
    columns: ["id", "name", "sku", "price", "currency", "stock_quantity", "status", "collection_id", "image_url"],
    order: [{ column: "name" }],
  }),
  projects: savedQuery({
    table: "projects",
    columns: ["id", "title", "type", "status", "client_id", "due_date", "progress_percentage"],
    order: [{ column: "due_date" }],
  }),
  shoots: savedQuery({
    table: "shoots",
    columns: ["id", "title", "shoot_type", "status", "project_id", "scheduled_date", "starts_at", "location"],
    order: [{ column: "scheduled_date", descending: true }],
  }),
  stakeholders: savedQuery({
    table: "stakeholders",
    columns: ["id", "name", "role", "company", "contact_id", "vendor_id"],
    order: [{ column: "name" }],
  }),
  tasks: savedQuery({
    table: "tasks",
    columns: ["id", "title", "status", "priority", "due_date", "assigned_to", "event_id", "project_id", "order_index"],
    order: [{ column: "due_date" }, { column: "order_index" }],
  }),
  vendors: savedQuery({
    table: "vendors",
    columns: ["id", "name", "type", "status", "rating"],
    order: [{ column: "name" }],
  }),
  venues: savedQuery({
    table: "venues",
    columns: ["id", "name", "city", "country", "capacity", "type", "amenities"],
    order: [{ column: "name" }],
  }),
} as const;

/**
 * The guests of an event, newest first. Their names are sealed: the database cannot sort or search them. Look for a
 * guest by name with `room.query({ name: "find_guests", ... })`, and by address with a condition that is `eq`.
 */
export function guestList(eventId: string) {
  return savedQuery({
    table: "registrations",
    columns: [
      "id",
      "attendee_name",
      "attendee_email",
      "ticket_tier_id",
      "status",
      "party_size",
      "arrived_count",
      "vip",
      "seat",
      "checked_in_at",
    ],
    where: [{ column: "event_id", is: "eq", value: eventId }],
    order: [{ column: "purchased_at", descending: true }],
  });
}
