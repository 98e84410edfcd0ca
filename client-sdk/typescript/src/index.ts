export * from "./api.js";
export * from "./auth.js";
export type { Codec } from "./codec.js";
export type * from "./contract.js";
export type { Database, Json } from "./database.js";
export { HubError, type LocalErrorCode } from "./errors.js";
export * from "./forecast.js";
export type * from "./generated/frames.js";
export { HttpClient, type HttpOptions, type QueryValues, type RequestExtras } from "./http.js";
export { createHub } from "./hub.js";
export { indexedDbStore } from "./indexed_db.js";
export type { FrameNote, Inspection } from "./inspect.js";
export { List, list, type Page, type PageOptions } from "./list.js";
export { guestList, LISTS } from "./lists.js";
export { type LiveList, type LiveListState, type LiveListStatus, liveList } from "./live_list.js";
export { type CommandStore, memoryStore, type StoredCommand } from "./outbox.js";
export type { Place } from "./query_text.js";
export type * from "./rows.js";
export {
  type Condition,
  type ListColumn,
  type ListTable,
  type LiveTable,
  type Order,
  type RowOfQuery,
  type SavedQuery,
  type SearchedTable,
  type SortColumn,
  savedQuery,
} from "./saved_query.js";
export type { Signal } from "./signal.js";
export { uuidv7 } from "./uuid.js";
