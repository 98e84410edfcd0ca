import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

const PAGES = [
  { to: "/projects/$projectId/shot-list", name: "Shot list" },
  { to: "/projects/$projectId/on-set", name: "On set" },
  { to: "/projects/$projectId/call-sheet", name: "Call sheet" },
] as const;

/** The head of a project's screens: which project, its screens, and what a screen says of itself. */
export function ProjectHeader({ projectId, title, corner, children }: { projectId: string; title: string | null; corner?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-x-5 gap-y-1 border-b border-hairline px-4 py-2 print:hidden">
      <Link to="/projects" className="label text-quiet underline-offset-4 hover:underline">
        Projects
      </Link>
      <h1 className="title min-w-0 truncate text-heading max-sm:flex-1 max-sm:text-lead">{title ?? "…"}</h1>
      {corner && <div className="sm:order-last">{corner}</div>}
      <div className="contents max-sm:order-last max-sm:flex max-sm:w-full max-sm:items-center max-sm:justify-between max-sm:gap-3">
        <nav aria-label="Project" className="flex gap-1 max-sm:-mx-2">
          {PAGES.map(({ to, name }) => (
            <Link key={to} to={to} params={{ projectId }} className="flex h-8 items-center rounded-soft border border-transparent px-2 text-small whitespace-nowrap text-quiet hover:bg-pressed aria-[current=page]:border-ink aria-[current=page]:text-ink">
              {name}
            </Link>
          ))}
        </nav>
        <span className="flex-1 max-sm:hidden" />
        {children}
      </div>
    </header>
  );
}
