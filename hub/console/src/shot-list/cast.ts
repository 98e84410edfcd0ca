import type { ProjectView } from "../projects/use-project";

/** The model profiles that are cast in the shoot of a list, each with how far its casting is. Who has declined does not come. */
export function castOf(view: Pick<ProjectView, "lists" | "cast">, listId: string): [id: string, status: string][] {
  const shoot = view.lists.find(({ id }) => id === listId)?.shoot_id;
  const own = (view.cast ?? []).filter(({ shoot_id, status }) => shoot_id === shoot && status !== "declined");
  return own.map(({ model_profile_id, status }) => [model_profile_id, status] as [string, string]).sort(([a], [b]) => (a < b ? -1 : 1));
}
