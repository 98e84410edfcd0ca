import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { EventScreen } from "./session/event-screen";
import { NotFound } from "./session/not-found";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

// Every screen is a chunk of its own: a wall never loads the office, a tablet never loads the caller's desk.
const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("./events/home-screen"), "HomeScreen"),
});
const pair = createRoute({
  getParentRoute: () => root,
  path: "/pair",
  component: lazyRouteComponent(() => import("./pair/pair-screen"), "PairScreen"),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  component: lazyRouteComponent(() => import("./audit/audit-screen"), "AuditScreen"),
});
const Overview = lazyRouteComponent(() => import("./event/overview-screen"), "OverviewScreen");
const CheckIn = lazyRouteComponent(() => import("./check-in/check-in-screen"), "CheckInScreen");
const Caller = lazyRouteComponent(() => import("./caller/caller-screen"), "CallerScreen");
const Command = lazyRouteComponent(() => import("./command/command-screen"), "CommandScreen");

const overview = createRoute({
  getParentRoute: () => root,
  path: "/event/$eventId",
  component: () => <EventScreen eventId={overview.useParams().eventId} screen={Overview} profile={null} />,
});
const checkIn = createRoute({
  getParentRoute: () => root,
  path: "/check-in/$eventId",
  component: () => <EventScreen eventId={checkIn.useParams().eventId} screen={CheckIn} profile="scan" />,
});
const caller = createRoute({
  getParentRoute: () => root,
  path: "/caller/$eventId",
  component: () => <EventScreen eventId={caller.useParams().eventId} screen={Caller} profile="caller" />,
});
const command = createRoute({
  getParentRoute: () => root,
  path: "/command/$eventId",
  component: () => <EventScreen eventId={command.useParams().eventId} screen={Command} profile="wall" />,
});

export const router = createRouter({ routeTree: root.addChildren([home, pair, audit, overview, checkIn, caller, command]) });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
