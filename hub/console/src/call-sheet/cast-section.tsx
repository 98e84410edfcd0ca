import { HubError, list, LISTS } from "@fashionos/hub";
import type { Tables } from "@fashionos/hub/database";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";

const PAUSE_MS = 150;
const MOST_FOUND = 6;
const STATUSES: Tables<"shoot_models">["status"][] = ["shortlisted", "selected", "confirmed", "declined"];

/** Who is cast in a shoot: found by search in the model database, with how far the casting is. */
export function CastSection({ projectId, shootId, cast, names }: { projectId: string; shootId: string; cast: readonly Tables<"shoot_models">[]; names: ReadonlyMap<string, string> }) {
  const hub = useHub();
  const [words, setWords] = useState("");
  const [found, setFound] = useState<readonly { id: string; name: string }[]>([]);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (words.trim() === "") return setFound([]);
    let left = false;
    const timer = setTimeout(() => {
      list(hub.http, { ...LISTS.models, columns: ["id", "name"] as const, search: words, pageSize: MOST_FOUND }).page().then(
        ({ rows }) => !left && setFound(rows),
        (cause: Error) => !left && setError(cause.message),
      );
    }, PAUSE_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [hub, words]);
  const attempt = async (work: () => Promise<unknown>) => {
    setError(null);
    try {
      await work();
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
    }
  };
  const add = (id: string) => {
    setWords("");
    void attempt(() => hub.http.post("/rest/v1/shoot_models", { project_id: projectId, shoot_id: shootId, model_profile_id: id, status: "selected" }));
  };
  const others = found.filter(({ id }) => !cast.some((model) => model.model_profile_id === id));
  return (
    <section aria-label="Cast" className="flex flex-col gap-2 print:hidden">
      <h2 className="label text-quiet">Cast</h2>
      {error && <Notice tone="stop">{error}</Notice>}
      <ul className="flex flex-wrap gap-2">
        {cast.map((model) => {
          const name = names.get(model.model_profile_id) ?? "…";
          return (
            <li key={model.id} data-cast={name} className="flex h-8 items-center gap-2 rounded-soft border border-hairline pl-3 text-small">
              {name}
              <select aria-label={`Casting of ${name}`} value={model.status} onChange={(event) => void attempt(() => hub.http.patch(`/rest/v1/shoot_models?id=eq.${model.id}`, { status: event.target.value }))} className="h-7 rounded-soft bg-transparent text-quiet">
                {STATUSES.map((status) => (
                  <option key={status}>{status}</option>
                ))}
              </select>
              <Button size="row" look="plain" className="h-7! px-2!" aria-label={`Take ${name} off the cast`} onClick={() => void attempt(() => hub.http.delete(`/rest/v1/shoot_models?id=eq.${model.id}`))}>
                <span aria-hidden>✕</span>
              </Button>
            </li>
          );
        })}
        <li>
          <input type="search" aria-label="Search models" placeholder="Add a model" value={words} onChange={(event) => setWords(event.target.value)} className="h-8 w-48 rounded-soft border border-rule bg-raised px-3 text-small" />
        </li>
        {others.map((model) => (
          <li key={model.id}>
            <Button size="row" onClick={() => add(model.id)}>
              Add {model.name}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
