import type { PersonSession, Room } from "@fashionos/hub";
import type { Tables } from "@fashionos/hub/database";
import { useRoom, useRoomStatus, useRows } from "@fashionos/hub/react";
import { useRemembered } from "../session/remembered";

export type Project = Tables<"projects">;
export type Shoot = Tables<"shoots">;
export type ShotList = Tables<"shot_lists">;
export type Casting = Tables<"shoot_models">;

/** A project with its shoots and shot lists, as they are now or, without network, as they were last. */
export interface ProjectView {
  project: Pick<Project, "id" | "title" | "status">;
  /** By date; those without one last. */
  shoots: Pick<Shoot, "id" | "title" | "scheduled_date" | "starts_at" | "ends_at" | "time_zone" | "location" | "location_id" | "shoot_type">[];
  /** The oldest first. */
  lists: Pick<ShotList, "id" | "shoot_id" | "title" | "status">[];
  /** Who is cast. What a device kept of a project before it knew of casting has none. */
  cast?: Pick<Casting, "shoot_id" | "model_profile_id" | "status">[];
}

const OPTIONS = { tables: ["projects", "shoots", "shot_lists", "shoot_models"] };

/** Follows a project. `view` is null while nothing is known of it. */
export function useProject(session: PersonSession, projectId: string): { room: Room; view: ProjectView | null } {
  const room = useRoom("project", projectId, OPTIONS);
  const status = useRoomStatus(room);
  const project = useRows(room, "projects").get(projectId) as Project | undefined;
  const shoots = useRows(room, "shoots") as ReadonlyMap<string, Shoot>;
  const lists = useRows(room, "shot_lists") as ReadonlyMap<string, ShotList>;
  const casting = useRows(room, "shoot_models") as ReadonlyMap<string, Casting>;
  const now: ProjectView | null = project
    ? {
        project: { id: project.id, title: project.title, status: project.status },
        shoots: [...shoots.values()]
          .sort((a, b) => (a.scheduled_date ?? "9999").localeCompare(b.scheduled_date ?? "9999") || (a.id < b.id ? -1 : 1))
          .map(({ id, title, scheduled_date, starts_at, ends_at, time_zone, location, location_id, shoot_type }) => ({ id, title, scheduled_date, starts_at, ends_at, time_zone, location, location_id, shoot_type })),
        lists: [...lists.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, shoot_id, title, status }) => ({ id, shoot_id, title, status })),
        cast: [...casting.values()].map(({ shoot_id, model_profile_id, status }) => ({ shoot_id, model_profile_id, status })),
      }
    : null;
  const kept = useRemembered(`${session.user.id}.${session.organization?.id}.project.${projectId}`, now);
  return { room, view: status === "denied" ? null : kept };
}
