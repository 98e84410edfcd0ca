import type { PersonSession } from "@fashionos/hub";
import { Navigate } from "@tanstack/react-router";
import { Suspense, type ReactNode } from "react";
import { useSession } from "../session/auth";
import { Connection } from "../session/connection";
import { screenPath } from "../session/screen-path";
import { SignIn } from "../session/sign-in";

export interface ProjectScreenProps {
  session: PersonSession;
  projectId: string;
}

/** A screen for people who are signed in. A device goes to its own. */
export function PersonScreen({ children }: { children: (session: PersonSession) => ReactNode }) {
  const session = useSession();
  if (session === undefined) return null;
  if (session === null) return <SignIn />;
  if (session.kind === "device") return <Navigate to={screenPath(session.device.profile)} params={{ eventId: session.device.event_id }} replace />;
  return (
    <Connection session={session}>
      <Suspense fallback={null}>{children(session)}</Suspense>
    </Connection>
  );
}
