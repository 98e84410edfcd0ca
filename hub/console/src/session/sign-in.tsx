import { HubError } from "@fashionos/hub";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { auth } from "./auth";

/** E-mail and password. */
export function SignIn() {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await auth.signIn(String(form.get("email")).trim(), String(form.get("password")));
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : "The hub gave no sensible answer.");
      setBusy(false);
    }
  };

  return (
    <main className="grid min-h-dvh grid-rows-[1fr_auto] md:grid-cols-[1.1fr_1fr] md:grid-rows-1">
      <section aria-hidden className="hidden flex-col justify-between border-r border-hairline p-12 md:flex">
        <p className="label text-quiet">FashionOS Hub</p>
        <p className="title max-w-[14ch] text-banner">Every door, every cue, one evening.</p>
        <p className="h-px w-24 bg-bronze" />
      </section>
      <section className="flex flex-col justify-center p-6 md:p-16">
        <form onSubmit={submit} className="flex w-full max-w-[400px] flex-col gap-6">
          <h1 className="title text-display">Sign in</h1>
          {error && <Notice tone="stop">{error}</Notice>}
          <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
          <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
          <Button type="submit" look="solid" disabled={busy}>
            {busy ? "Signing in…" : "Sign in"}
          </Button>
          <p className="text-small text-quiet">
            A tablet or a wall screen?{" "}
            <Link to="/pair" className="text-ink underline underline-offset-4">
              Pair it with a code
            </Link>
          </p>
        </form>
      </section>
    </main>
  );
}
