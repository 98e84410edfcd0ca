import type { Command, Topic } from "./generated/frames.js";

/** A command as a store keeps it. */
export interface StoredCommand {
  readonly commandId: string;
  readonly topic: Topic;
  readonly command: Command;
  /** Order of sending. */
  readonly position: number;
  /** When it was given to `send`, epoch ms of this device's clock. */
  readonly since: number;
  /** The error that ended it, for a person to see; absent while it waits. */
  readonly failed?: { readonly code: string; readonly message: string };
}

/**
 * Where commands wait that may not be lost. Give every principal a store of its own: what one person or device
 * has queued must not be sent in the name of another.
 */
export interface CommandStore {
  /** Everything stored, in the order of `position`. */
  load(): Promise<StoredCommand[]>;
  /** Writes or replaces, by `commandId`. Resolves when it would survive a crash. */
  put(command: StoredCommand): Promise<void>;
  /** Removes; nothing happens when it is not there. */
  remove(commandId: string): Promise<void>;
}

/** A store that lives as long as the page. */
export function memoryStore(): CommandStore {
  const commands = new Map<string, StoredCommand>();
  return {
    load: async () => [...commands.values()].sort((a, b) => a.position - b.position),
    put: async (command) => void commands.set(command.commandId, structuredClone(command)),
    remove: async (commandId) => void commands.delete(commandId),
  };
}
