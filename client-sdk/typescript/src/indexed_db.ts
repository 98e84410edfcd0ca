import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { CommandStore, StoredCommand } from "./outbox.js";

interface OutboxSchema extends DBSchema {
  commands: { key: string; value: StoredCommand; indexes: { position: number } };
}

/**
 * A store in IndexedDB, which survives reloads, restarts and crashes of the device. The database is named
 * `fashionos-hub {name}`: put the id of the principal into the name. Call `navigator.storage.persist()` once, or the
 * browser may empty it when the disk is full.
 */
export function indexedDbStore(name: string): CommandStore {
  let opening: Promise<IDBPDatabase<OutboxSchema>> | null = null;
  const database = () => {
    opening ??= openDB<OutboxSchema>(`fashionos-hub ${name}`, 1, {
      upgrade(db) {
        db.createObjectStore("commands", { keyPath: "commandId" }).createIndex("position", "position");
      },
      terminated() {
        opening = null;
      },
    });
    // A failure to open is not remembered: the next call tries again.
    opening.catch(() => {
      opening = null;
    });
    return opening;
  };
  return {
    async load() {
      return (await database()).getAllFromIndex("commands", "position");
    },
    async put(command) {
      // Strict: on the disk, not only in the browser's memory. A tablet's battery may end at the door.
      const transaction = (await database()).transaction("commands", "readwrite", { durability: "strict" });
      await Promise.all([transaction.store.put(command), transaction.done]);
    },
    async remove(commandId) {
      await (await database()).delete("commands", commandId);
    },
  };
}
