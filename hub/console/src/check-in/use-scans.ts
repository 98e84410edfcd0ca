import { HubError, uuidv7, type OutcomeAck, type Room } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { added, changed, parseLog, type ScanCommand, type ScanEntry, type ScanLog, type ScanState } from "./scan-log";

/** What is asked of the door. */
export interface ScanRequest {
  code?: string;
  registrationId?: string;
  /** What the list calls it until the hub has answered. */
  label: string;
  people?: number;
  overrideReason?: string;
}

export interface Scans {
  log: ScanLog;
  /** Sends a scan, or keeps it on the device until there is a link. Gives its id. */
  scan(request: ScanRequest): string;
  /** Takes an accepted scan back. Resolves with null, or with the reason why not. */
  annul(id: string): Promise<string | null>;
  /** Somebody has looked at a late refusal. */
  seen(id: string): void;
}

/** A verdict that comes later than this finds its guest gone, ms. */
const AT_THE_DOOR_MS = 8_000;

function stateOf(ack: OutcomeAck): ScanState {
  if (ack.outcome.status === "refused") return { is: "failed", message: ack.outcome.refusal.message };
  return ack.outcome.done.kind === "verdict"
    ? { is: "verdict", verdict: ack.outcome.done.verdict }
    : { is: "failed", message: "The hub answered something else than a verdict." };
}

function reasonOf(cause: unknown): string {
  return cause instanceof HubError ? cause.message : String(cause);
}

/**
 * The scans of this device for one event. Each is written down before it is sent, so that a reload or a restart finds
 * it again: its command id is asked once more, and the hub gives the outcome that it has stored.
 */
export function useScans(room: Room, options: { key: string; direction: "in" | "out"; gateId: string | null }): Scans {
  const hub = useHub();
  const { key, direction, gateId } = options;
  const store = `fashionos.scans.${key}`;
  const [log, setLog] = useState<ScanLog>(() => parseLog(localStorage.getItem(store)));
  const current = useRef(log);

  const update = useCallback(
    (next: (log: ScanLog) => ScanLog) => {
      current.current = next(current.current);
      localStorage.setItem(store, JSON.stringify(current.current));
      setLog(current.current);
    },
    [store],
  );

  const follow = useCallback(
    (entry: ScanEntry, restored: boolean) => {
      const since = performance.now();
      const late = () => restored || performance.now() - since > AT_THE_DOOR_MS;
      room.send(entry.command, { id: entry.id, offline: "queue" }).then(
        (ack) => update((log) => changed(log, entry.id, { state: stateOf(ack), late: late() })),
        (cause) => {
          // The page goes away; the scan stays in the store and is followed up by the next page.
          if (cause instanceof HubError && cause.code === "closed") return;
          update((log) => changed(log, entry.id, { state: { is: "failed", message: reasonOf(cause) }, late: late() }));
          // From here on the list of scans tells of it.
          void hub.dismissFailed(entry.id).catch(() => {});
        },
      );
    },
    [hub, room, update],
  );

  const resumed = useRef<Room | null>(null);
  useEffect(() => {
    if (resumed.current === room) return;
    resumed.current = room;
    // Oldest first: the door's order decides who was first.
    for (const entry of [...current.current].reverse()) if (entry.state.is === "sent") follow(entry, true);
  }, [room, follow]);

  const scan = useCallback(
    (request: ScanRequest) => {
      const command: ScanCommand = {
        name: "scan",
        code: request.registrationId ? "" : (request.code ?? ""),
        direction,
        scanned_at: Math.round(hub.serverNow()),
        offline: hub.status.get().state !== "live",
        ...(request.registrationId && { registration_id: request.registrationId }),
        ...(request.people && { people: request.people }),
        ...(gateId && { gate_id: gateId }),
        ...(request.overrideReason && { override_reason: request.overrideReason }),
      };
      const entry: ScanEntry = { id: uuidv7(), label: request.label, command, state: { is: "sent" } };
      update((log) => added(log, entry));
      follow(entry, false);
      return entry.id;
    },
    [hub, direction, gateId, update, follow],
  );

  const annul = useCallback(
    async (id: string) => {
      const commandId = uuidv7();
      update((log) => changed(log, id, { annul: "asked" }));
      try {
        const { outcome } = await room.send({ name: "annul", scan_id: id }, { id: commandId, offline: "queue" });
        const refused = outcome.status === "refused" ? outcome.refusal.message : null;
        update((log) => changed(log, id, { annul: refused === null ? "done" : undefined }));
        return refused;
      } catch (cause) {
        update((log) => changed(log, id, { annul: undefined }));
        void hub.dismissFailed(commandId).catch(() => {});
        return reasonOf(cause);
      }
    },
    [hub, room, update],
  );

  const seen = useCallback((id: string) => update((log) => changed(log, id, { late: false })), [update]);
  return useMemo(() => ({ log, scan, annul, seen }), [log, scan, annul, seen]);
}
