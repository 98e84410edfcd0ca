import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { EventScreen } from "./session/event-screen";
import { PersonScreen } from "./projects/project-screen";
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

const projects = createRoute({
  getParentRoute: () => root,
  path: "/projects",
  component: lazyRouteComponent(() => import("./projects/projects-screen"), "ProjectsScreen"),
});
/** Which of a project's shot lists is meant; without it, the first. */
const whichList = (search: Record<string, unknown>): { list?: string } => (typeof search.list === "string" ? { list: search.list } : {});
const Wizard = lazyRouteComponent(() => import("./shoot-wizard/wizard-screen"), "WizardScreen");
const newShoot = createRoute({
  getParentRoute: () => root,
  path: "/projects/new-shoot",
  component: () => <PersonScreen>{(session) => <Wizard key={session.organization?.id} session={session} />}</PersonScreen>,
});
const CallSheet = lazyRouteComponent(() => import("./call-sheet/call-sheet-screen"), "CallSheetScreen");
const callSheet = createRoute({
  getParentRoute: () => root,
  path: "/projects/$projectId/call-sheet",
  component: () => {
    const { projectId } = callSheet.useParams();
    return <PersonScreen>{(session) => <CallSheet key={`${session.organization?.id} ${projectId}`} session={session} projectId={projectId} />}</PersonScreen>;
  },
});
const ShotList = lazyRouteComponent(() => import("./shot-list/shot-list-screen"), "ShotListScreen");
const OnSet = lazyRouteComponent(() => import("./on-set/on-set-screen"), "OnSetScreen");

const shotList = createRoute({
  getParentRoute: () => root,
  path: "/projects/$projectId/shot-list",
  validateSearch: whichList,
  component: () => {
    const { projectId } = shotList.useParams();
    const { list } = shotList.useSearch();
    return <PersonScreen>{(session) => <ShotList key={`${session.organization?.id} ${projectId}`} session={session} projectId={projectId} listId={list ?? null} />}</PersonScreen>;
  },
});
const onSet = createRoute({
  getParentRoute: () => root,
  path: "/projects/$projectId/on-set",
  validateSearch: whichList,
  component: () => {
    const { projectId } = onSet.useParams();
    const { list } = onSet.useSearch();
    return <PersonScreen>{(session) => <OnSet key={`${session.organization?.id} ${projectId}`} session={session} projectId={projectId} listId={list ?? null} />}</PersonScreen>;
  },
});

const Plugins = lazyRouteComponent(() => import("./plugins/plugins-screen"), "PluginsScreen");
const Install = lazyRouteComponent(() => import("./plugins/install-screen"), "InstallScreen");
const PluginsPage = lazyRouteComponent(() => import("./plugins/plugins-page"), "PluginsPage");

const plugins = createRoute({
  getParentRoute: () => root,
  path: "/plugins",
  // What the hub adds when somebody comes back from a vendor.
  validateSearch: (search: Record<string, unknown>): { connected?: string; refused?: string } => ({ ...(typeof search.connected === "string" && { connected: search.connected }), ...(typeof search.refused === "string" && { refused: search.refused }) }),
  component: () => {
    const back = plugins.useSearch();
    return <PersonScreen>{(session) => <PluginsPage key={session.organization?.id} session={session}>{(onlooker) => <Plugins onlooker={onlooker} back={back} />}</PluginsPage>}</PersonScreen>;
  },
});
const install = createRoute({
  getParentRoute: () => root,
  path: "/plugins/$installId",
  component: () => {
    const { installId } = install.useParams();
    return <PersonScreen>{(session) => <PluginsPage key={session.organization?.id} session={session}>{(onlooker) => <Install key={installId} onlooker={onlooker} installId={installId} />}</PluginsPage>}</PersonScreen>;
  },
});

export const router = createRouter({ routeTree: root.addChildren([home, pair, audit, overview, checkIn, caller, command, projects, newShoot, shotList, onSet, callSheet, plugins, install]) });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
