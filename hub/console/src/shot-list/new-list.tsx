import { HubError } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import type { ProjectView } from "../projects/use-project";

/** A project without a shot list, or without a shoot that it could be of. */
export function NewList({ view }: { view: ProjectView }) {
  const hub = useHub();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const start = async (shootId: string) => {
    setBusy(true);
    setError(null);
    try {
      await hub.http.post("/rest/v1/shot_lists", { project_id: view.project.id, shoot_id: shootId, title: "Shot list" });
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
      setBusy(false);
    }
  };
  return (
    <main className="mx-auto flex w-full max-w-[640px] flex-col items-start gap-4 p-12 max-sm:p-6">
      <h2 className="title text-display">{view.shoots.length === 0 ? "No shoot yet" : "No shot list yet"}</h2>
      {error && <Notice tone="stop">{error}</Notice>}
      {view.shoots.length === 0 ? (
        <p>
          A shot list belongs to a shoot.{" "}
          <Link to="/projects/new-shoot" className="underline underline-offset-4">
            Start a shoot
          </Link>
        </p>
      ) : (
        view.shoots.map((shoot) => (
          <Button key={shoot.id} look="solid" disabled={busy} onClick={() => void start(shoot.id)}>
            Start the shot list of “{shoot.title}”
          </Button>
        ))
      )}
    </main>
  );
}
