import { HubError, type DeviceProfile, type Pairing, type Room } from "@fashionos/hub";
import { useHub, useRows, useServerClock } from "@fashionos/hub/react";
import QRCode from "qrcode";
import { useEffect, useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { Check, SelectField, TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import { PROFILE_NAMES } from "../session/screen-path";
import { elapsed, instant } from "../time-format";

/** Makes a short code for a tablet or a screen and shows it until it is used or has run out. */
export function PairingSheet({ room, eventId, onClose }: { room: Room; eventId: string; onClose: () => void }) {
  const hub = useHub();
  const gates = useRows(room, "event_gates");
  const [profile, setProfile] = useState<DeviceProfile>("scan");
  const [pairing, setPairing] = useState<Pairing | null>(null);
  const [error, setError] = useState<string | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const gate = String(form.get("gate") ?? "");
    setError(null);
    try {
      setPairing(
        await hub.api.createPairing(eventId, {
          name: String(form.get("name")).trim(),
          profile,
          ...(profile === "scan" && gate && { gate_id: gate }),
          supervisor: profile === "scan" && form.get("supervisor") === "on",
        }),
      );
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
    }
  };

  if (pairing) return <CodeSheet room={room} pairing={pairing} onClose={onClose} onAgain={() => setPairing(null)} />;
  return (
    <Sheet title="Pair a device" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {error && <Notice tone="stop">{error}</Notice>}
        <TextField label="Name" name="name" required data-first maxLength={80} placeholder="North tablet 1" />
        <SelectField label="Screen" value={profile} onChange={(event) => setProfile(event.target.value as DeviceProfile)}>
          {Object.entries(PROFILE_NAMES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
        {profile === "scan" && (
          <>
            <SelectField label="Gate" name="gate" defaultValue="">
              <option value="">Every gate</option>
              {[...gates.values()]
                .sort((a, b) => a.order_index - b.order_index)
                .map((gate) => (
                  <option key={gate.id} value={gate.id}>
                    {gate.name}
                  </option>
                ))}
            </SelectField>
            <Check label="Supervisor: may let guests in against a rule" name="supervisor" />
          </>
        )}
        <Button type="submit" look="solid">
          Make a code
        </Button>
      </form>
    </Sheet>
  );
}

function CodeSheet({ room, pairing, onClose, onAgain }: { room: Room; pairing: Pairing; onClose: () => void; onAgain: () => void }) {
  const now = useServerClock(1);
  const devices = useRows(room, "devices");
  const [known] = useState(() => new Set(devices.keys()));
  const [image, setImage] = useState<string | null>(null);
  const address = new URL(pairing.url, location.origin).href;
  useEffect(() => {
    let left = false;
    void QRCode.toString(address, { type: "svg", margin: 2, errorCorrectionLevel: "M" }).then((svg) => {
      if (!left) setImage(`data:image/svg+xml;base64,${btoa(svg)}`);
    });
    return () => {
      left = true;
    };
  }, [address]);
  const paired = [...devices.values()].find((device) => !known.has(device.id));
  const left = (instant(pairing.expires_at) ?? now) - now;
  return (
    <Sheet title={paired ? "Paired" : "Enter this code"} onClose={onClose}>
      {paired ? (
        <Notice tone="go">“{paired.name}” is connected.</Notice>
      ) : (
        <>
          <p>
            Open <span className="code">{location.host}/pair</span> on the device and type the code, or scan the QR code with its camera.
          </p>
          <p data-code className="code border-y border-hairline py-4 text-center text-display tracking-[0.12em] select-all">
            {pairing.code}
          </p>
          {image && <img src={image} alt="QR code of the pairing address" className="mx-auto size-64" />}
          <p className={`text-center text-small ${left <= 0 ? "text-stop" : "text-quiet"}`}>{left > 0 ? `Good for ${elapsed(left)}, once.` : "The code has run out."}</p>
        </>
      )}
      <div className="flex gap-3">
        <Button onClick={onAgain}>Another device</Button>
        <Button look="solid" onClick={onClose}>
          Done
        </Button>
      </div>
    </Sheet>
  );
}
