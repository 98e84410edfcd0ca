import { HubError } from "@fashionos/hub";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { auth, useSession } from "../session/auth";
import { BUILD } from "../session/build";
import { screenPath } from "../session/screen-path";
import { isWhole, pairingCode } from "./pairing-code";

/** `/pair`: this browser becomes a tablet or a screen of one event. The code comes in the address's fragment or is typed. */
export function PairScreen() {
  const session = useSession();
  const navigate = useNavigate();
  const [code, setCode] = useState(() => pairingCode(decodeURIComponent(location.hash.slice(1))));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const asked = useRef("");

  const claim = async (whole: string) => {
    asked.current = whole;
    setBusy(true);
    setError(null);
    try {
      const { device } = await auth.claimPairing(whole, BUILD);
      // Gone from the address bar: a code on a screen in the foyer is a code for everybody.
      await navigate({ to: screenPath(device.profile), params: { eventId: device.event_id }, replace: true });
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
      setBusy(false);
    }
  };

  useEffect(() => {
    const read = () => setCode(pairingCode(decodeURIComponent(location.hash.slice(1))));
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);

  const signedIn = session !== null && session !== undefined;
  useEffect(() => {
    // A scanned QR code needs no further tap; somebody who is signed in is asked first.
    if (session === null && isWhole(code) && asked.current !== code && location.hash.length > 1) void claim(code);
  }, [session, code]);

  if (session === undefined) return null;
  return (
    <main className="mx-auto flex min-h-dvh max-w-[560px] flex-col justify-center gap-6 p-6">
      <p className="label text-quiet">FashionOS Hub</p>
      <h1 className="title text-display">Pair this screen</h1>
      <p className="text-lead">Type the code that the producer sees, or scan the QR code next to it with this device.</p>
      {signedIn && (
        <Notice tone="wait">
          {session.kind === "person" ? (
            `${session.user.email} is signed in here. Pairing signs them out on this browser.`
          ) : (
            <>
              This is “{session.device.name}” already.{" "}
              <Link to={screenPath(session.device.profile)} params={{ eventId: session.device.event_id }} className="underline underline-offset-4">
                Open its screen
              </Link>{" "}
              and see that every scan is confirmed before you pair it anew.
            </>
          )}
        </Notice>
      )}
      {error && <Notice tone="stop">{error}</Notice>}
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void claim(code);
        }}
      >
        <input
          aria-label="Pairing code"
          value={code}
          autoFocus
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="ABCD-2345"
          onChange={(event) => setCode(pairingCode(event.target.value))}
          className="code h-20 rounded-soft border border-rule bg-raised px-4 text-center text-display tracking-[0.1em]"
        />
        <Button type="submit" size="thumb" look="solid" disabled={busy || !isWhole(code)}>
          {busy ? "Pairing…" : "Pair"}
        </Button>
      </form>
    </main>
  );
}
