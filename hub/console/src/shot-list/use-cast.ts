import { useMemo } from "react";
import type { ProjectView } from "../projects/use-project";
import { castOf } from "./cast";

/** Who is cast in the shoot of a list, with how far their casting is; the same object until it changes. */
export function useCast(view: ProjectView | null, listId: string): ReadonlyMap<string, string> {
  const text = JSON.stringify(view ? castOf(view, listId) : []);
  return useMemo(() => new Map(JSON.parse(text) as [string, string][]), [text]);
}
