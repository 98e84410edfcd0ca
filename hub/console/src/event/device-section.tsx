import { HubError, type Room, type RowOf } from "@fashionos/hub";
import { useHub, useRows, useServerClock } from "@fashionos/hub/react";
import { useMemo, useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import { Tag } from "../kit/tag";
import { PROFILE_NAMES } from "../session/screen-path";
import { elapsed, instant } from "../time-format";
import { PairingSheet } from "./pairing-sheet";
import { Section } from "../kit/section";

type Device = RowOf<"devices">;

/** Tablets and screens of this event: pair one, see who is there, end one at once. */
export function DeviceSection({ room, eventId }: { room: Room; eventId: string }) {
  const rows = useRows(room, "devices");
  const gates = useRows(room, "event_gates");
  const [pairing, setPairing] = useState(false);
  const [ending, setEnding] = useState<Device | null>(null);
  const devices = useMemo(() => [...rows.values()].filter((device) => device.status === "active").sort((a, b) => a.name.localeCompare(b.name)), [rows]);
  return (
    <Section title="Devices" hint="A device sees this event and its own screen, nothing else.">
      <div>
        <Button look="solid" onClick={() => setPairing(true)}>
          Pair a device
        </Button>
      </div>
      {devices.length === 0 ? (
        <p className="border-t border-hairline py-4 text-quiet">No tablets or screens are paired yet.</p>
      ) : (
        <table aria-label="Devices" className="w-full">
          <thead className="sr-only">
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Screen</th>
              <th scope="col">Gate</th>
              <th scope="col">Last seen</th>
              <th scope="col">Revoke</th>
            </tr>
          </thead>
          <tbody>
            {devices.map((device) => (
              <tr key={device.id} data-device={device.id} className="h-12 border-t border-hairline">
                <th scope="row" className="text-left font-medium">{device.name}</th>
                <td>{PROFILE_NAMES[device.profile]}</td>
                <td className="text-quiet">
                  {device.gate_id ? gates.get(device.gate_id)?.name : ""} {device.supervisor && <Tag>supervisor</Tag>}
                </td>
                <td className="text-small text-quiet">
                  <LastSeen at={instant(device.last_seen_at)} /> <span className="code">{device.app_version}</span>
                </td>
                <td className="w-px">
                  <Button size="row" look="stop" onClick={() => setEnding(device)} aria-label={`Revoke ${device.name}`}>
                    Revoke
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pairing && <PairingSheet room={room} eventId={eventId} onClose={() => setPairing(false)} />}
      {ending && <RevokeSheet device={ending} onClose={() => setEnding(null)} />}
    </Section>
  );
}

function LastSeen({ at }: { at: number | null }) {
  const now = useServerClock(1);
  return at === null ? "not seen yet" : `seen ${elapsed(now - at)} ago`;
}

function RevokeSheet({ device, onClose }: { device: Device; onClose: () => void }) {
  const hub = useHub();
  const [error, setError] = useState<string | null>(null);
  const revoke = () =>
    hub.api.revokeDevice(device.id).then(onClose, (cause) => setError(cause instanceof HubError ? cause.message : String(cause)));
  return (
    <Sheet title={`Revoke “${device.name}”?`} onClose={onClose}>
      {error && <Notice tone="stop">{error}</Notice>}
      <p>The screen ends within a second. Scans that it has not sent yet stay on it.</p>
      <div className="flex gap-3">
        <Button look="stop" onClick={() => void revoke()}>
          Revoke it
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </Sheet>
  );
}
