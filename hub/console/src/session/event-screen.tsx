import type { DeviceProfile } from "@fashionos/hub";
import { Navigate } from "@tanstack/react-router";
import { Suspense, type ComponentType } from "react";
import { useSession } from "./auth";
import { Connection } from "./connection";
import { screenPath } from "./screen-path";
import { SignIn } from "./sign-in";

/** A screen of one event, for those who are signed in. A device is sent to the only screen it may open. */
export function EventScreen(props: { eventId: string; screen: ComponentType<{ eventId: string }>; profile: DeviceProfile | null }) {
  const session = useSession();
  if (session === undefined) return null;
  if (session === null) return <SignIn />;
  if (session.kind === "device" && (session.device.profile !== props.profile || session.device.event_id !== props.eventId)) {
    return <Navigate to={screenPath(session.device.profile)} params={{ eventId: session.device.event_id }} replace />;
  }
  const Screen = props.screen;
  return (
    <Connection session={session}>
      <Suspense fallback={null}>
        <Screen eventId={props.eventId} key={props.eventId} />
      </Suspense>
    </Connection>
  );
}
