import { createHub, indexedDbStore, type AuthSession, type Hub } from "@fashionos/hub";
import { HubProvider } from "@fashionos/hub/react";
import { useEffect, useState, type ReactNode } from "react";
import { auth } from "./auth";
import { BUILD } from "./build";

/** The one who acts, for whom commands may wait on this device. */
function principalOf(session: AuthSession): string {
  return session.kind === "person" ? `${session.user.id}.${session.organization?.id ?? "none"}` : session.device.id;
}

/** One connection to the hub for everything below, as long as the same person or device is signed in. */
export function Connection({ session, children }: { session: AuthSession; children: ReactNode }) {
  const principal = principalOf(session);
  const [hub, setHub] = useState<Hub | null>(null);
  useEffect(() => {
    const made = createHub({
      url: location.origin,
      token: (why) => auth.token(why),
      // What one principal has queued must never be sent in the name of another.
      store: indexedDbStore(`hub-outbox-${principal}`),
      clientInfo: { name: "console", version: BUILD },
    });
    setHub(made);
    return () => {
      setHub(null);
      made.close();
    };
  }, [principal]);
  return hub && <HubProvider hub={hub}>{children}</HubProvider>;
}
