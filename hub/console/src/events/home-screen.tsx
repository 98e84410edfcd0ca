import { Navigate } from "@tanstack/react-router";
import { useSession } from "../session/auth";
import { Connection } from "../session/connection";
import { screenPath } from "../session/screen-path";
import { SignIn } from "../session/sign-in";
import { EventList } from "./event-list";

/** `/`: sign in, then the organization's events. A paired device goes to its own screen. */
export function HomeScreen() {
  const session = useSession();
  if (session === undefined) return null;
  if (session === null) return <SignIn />;
  if (session.kind === "device") return <Navigate to={screenPath(session.device.profile)} params={{ eventId: session.device.event_id }} replace />;
  return (
    <Connection session={session}>
      <EventList session={session} />
    </Connection>
  );
}
