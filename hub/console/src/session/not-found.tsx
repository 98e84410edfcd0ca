import { Link } from "@tanstack/react-router";

export function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-[640px] flex-col justify-center gap-4 p-6">
      <h1 className="title text-display">There is no such page</h1>
      <p>
        <Link to="/" className="underline underline-offset-4">
          Go to your events
        </Link>
      </p>
    </main>
  );
}
