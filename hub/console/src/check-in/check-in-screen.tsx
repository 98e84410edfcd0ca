import type { GuestHit } from "@fashionos/hub";
import { useRoom, useRow, useRows, useSignal, useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useState } from "react";
import { Button } from "../kit/button";
import { FullscreenButton } from "../kit/fullscreen-button";
import { useWakeLock } from "../kit/use-wake-lock";
import { useSession } from "../session/auth";
import { Denied } from "../session/denied";
import { ScreenMessages } from "../session/screen-messages";
import { StaleStrip } from "../session/stale-strip";
import { useFreshness } from "../session/staleness";
import { CameraView } from "./camera-view";
import { DoorHeader } from "./door-header";
import { GuestResults } from "./guest-results";
import { RecentScans } from "./recent-scans";
import type { ScanEntry } from "./scan-log";
import { Tones } from "./tones";
import { useCurrentVerdict } from "./use-current-verdict";
import { useGuestSearch } from "./use-guest-search";
import { useScans } from "./use-scans";
import { useWedge } from "./use-wedge";
import { VerdictScreen } from "./verdict-screen";

const OPTIONS = { tables: ["events", "event_counters", "event_gates", "screen_messages", "message_acknowledgements"], rate: 10 };
const OVERRIDING_ROLES = new Set(["owner", "admin", "producer"]);

/** The door: a tablet in one hand. */
export function CheckInScreen({ eventId }: { eventId: string }) {
  const hub = useHub();
  const room = useRoom("event", eventId, OPTIONS);
  const session = useSession();
  const principal = useSignal(hub.principal);
  const event = useRow(room, "events", eventId);
  const gates = useRows(room, "event_gates");
  const fresh = useFreshness(room);
  const [tones] = useState(() => new Tones());
  const [muted, setMuted] = useState(false);
  const [direction, setDirection] = useState<"in" | "out">("in");
  const [chosenGate, setChosenGate] = useState<string>("");
  const [text, setText] = useState("");
  useWakeLock();

  const device = session?.kind === "device" ? session.device : null;
  const owner = device?.id ?? (session?.kind === "person" ? session.user.id : "");
  const scans = useScans(room, { key: `${eventId}.${owner}`, direction, gateId: device ? null : chosenGate || null });
  const online = fresh.is === "live";
  const verdict = useCurrentVerdict(scans.log, tones, online);
  const search = useGuestSearch(room, text, scans.log);

  const { scan } = scans;
  const { show } = verdict;
  const take = useCallback(
    (code: string) => {
      tones.unlock();
      setText("");
      show(scan({ code, label: `Code ${code.slice(0, 24)}` }));
    },
    [scan, show, tones],
  );
  useWedge(take);

  const pick = (guest: GuestHit, people: number | undefined) => {
    setText("");
    show(scan({ registrationId: guest.registration_id, label: guest.name, people }));
  };
  const fewer = async (entry: ScanEntry, people: number) => {
    if (entry.state.is !== "verdict" || !entry.state.verdict.guest) return;
    const guest = entry.state.verdict.guest;
    // Taken back first and counted anew: the ledger keeps both, and the door never stands at too many.
    if ((await scans.annul(entry.id)) === null) show(scan({ registrationId: guest.registration_id, label: guest.name, people }));
    else verdict.close();
  };
  const override = (entry: ScanEntry, overrideReason: string) =>
    show(scan({ code: entry.command.code, registrationId: entry.command.registration_id ?? undefined, label: entry.label, overrideReason }));

  // Browsers let a page sound only after a touch or a key.
  useEffect(() => {
    const unlock = () => tones.unlock();
    addEventListener("pointerdown", unlock);
    return () => removeEventListener("pointerdown", unlock);
  }, [tones]);
  useEffect(() => {
    tones.muted = muted;
  }, [tones, muted]);

  const pending = scans.log.filter((entry) => entry.state.is === "sent").length;
  if (fresh.is === "denied") return <Denied message={fresh.message} unsent={pending} />;

  const gateId = device?.gate_id ?? chosenGate;
  const door = gates.get(gateId)?.name ?? device?.name ?? "All gates";
  const zone = event?.time_zone ?? "UTC";
  const searching = search.is !== "idle";
  return (
    <div className="flex h-dvh flex-col overflow-hidden" data-fresh={fresh.is}>
      <DoorHeader room={room} eventId={eventId} door={door} exiting={direction === "out"} />
      <main className="grid min-h-0 flex-1 grid-rows-[minmax(0,5fr)_auto_minmax(0,4fr)] landscape:grid-cols-2 landscape:grid-rows-[auto_minmax(0,1fr)]">
        <section aria-label={searching ? "Search results" : "Camera"} className="relative min-h-0 landscape:row-span-2">
          {/* Over the camera, not above it: nothing may move the controls away under a thumb. */}
          <div className="pointer-events-none absolute inset-x-0 top-0 z-10">
            <StaleStrip fresh={fresh} />
            <ScreenMessages room={room} profile="scan" />
          </div>
          <div className="h-full overflow-y-auto">
            {searching ? <GuestResults search={search} direction={direction} onCheckIn={pick} /> : <CameraView onCode={take} />}
          </div>
        </section>
        <section aria-label="Controls" className="flex flex-col gap-3 border-y border-hairline p-4">
          <div className="flex gap-2">
            <div role="group" aria-label="Direction" className="grid flex-1 grid-cols-2">
              {(["in", "out"] as const).map((way) => (
                <button
                  key={way}
                  type="button"
                  aria-pressed={direction === way}
                  onClick={() => setDirection(way)}
                  className="h-14 border border-rule text-lead font-medium first:rounded-l-soft last:rounded-r-soft last:border-l-0 aria-pressed:border-ink aria-pressed:bg-ink aria-pressed:text-paper"
                >
                  {way === "in" ? "Entry" : "Exit"}
                </button>
              ))}
            </div>
            <Button size="thumb" aria-pressed={muted} onClick={() => setMuted(!muted)}>
              {muted ? "Sound on" : "Mute"}
            </Button>
            <FullscreenButton size="thumb" />
          </div>
          {!device && (
            <select aria-label="Gate" value={chosenGate} onChange={(change) => setChosenGate(change.target.value)} className="h-14 rounded-soft border border-rule bg-raised px-4 text-lead">
              <option value="">All gates</option>
              {[...gates.values()].map((gate) => (
                <option key={gate.id} value={gate.id}>
                  {gate.name}
                </option>
              ))}
            </select>
          )}
          <div className="flex gap-2">
          <input
            type="search"
            aria-label="Search a guest by name"
            placeholder="Search a name"
            autoComplete="off"
            autoCorrect="off"
            spellCheck={false}
            enterKeyHint="search"
            value={text}
            onChange={(change) => setText(change.target.value)}
            onKeyDown={(key) => key.key === "Escape" && setText("")}
            className="h-14 w-full min-w-0 rounded-soft border border-rule bg-raised px-4 text-lead"
          />
          {text && (
            <Button size="thumb" onClick={() => setText("")}>
              Clear
            </Button>
          )}
          </div>
        </section>
        <section aria-label="Last scans" className="min-h-0 overflow-y-auto">
          <RecentScans scans={scans} zone={zone} online={online} />
        </section>
      </main>
      {verdict.entry && (
        <VerdictScreen
          key={`${verdict.entry.id}.${verdict.entry.state.is}`}
          entry={verdict.entry}
          zone={zone}
          online={online}
          supervisor={device?.supervisor ?? (principal?.supervisor || OVERRIDING_ROLES.has(principal?.role ?? ""))}
          onClose={verdict.close}
          onHold={verdict.hold}
          onFewer={(entry, people) => void fewer(entry, people)}
          onOverride={override}
        />
      )}
    </div>
  );
}
