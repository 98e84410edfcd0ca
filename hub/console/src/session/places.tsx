import { Link, useLocation } from "@tanstack/react-router";

const PLACES = [
  { to: "/", name: "Events", roles: null },
  { to: "/projects", name: "Projects", roles: null },
  { to: "/plugins", name: "Plugins", roles: ["owner", "admin", "producer"] },
  { to: "/audit", name: "Audit", roles: ["owner", "admin"] },
] as const;

/** The way between office pages: what the role may see, and where one is. */
export function Places({ role }: { role: string | undefined }) {
  const here = useLocation().pathname;
  const within = (to: string) => (to === "/" ? here === "/" || here.startsWith("/event") : here.startsWith(to));
  return (
    <nav aria-label="Places" className="flex h-16 min-w-0 flex-1 items-stretch gap-6 pl-4 max-md:order-last max-md:h-11 max-md:basis-full max-md:pl-0">
      {PLACES.filter(({ roles }) => roles === null || (roles as readonly string[]).includes(role ?? "")).map(({ to, name }) => (
        <Link key={to} to={to} aria-current={within(to) ? "page" : undefined} className="flex items-center border-b-2 border-transparent text-small text-quiet hover:text-ink aria-[current=page]:border-ink aria-[current=page]:text-ink">
          {name}
        </Link>
      ))}
    </nav>
  );
}
