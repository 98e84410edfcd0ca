import type { Tables } from "@fashionos/hub/database";
import { byRank } from "../shot-list/ranks";

/** A day on paper, as it was when it was made. What is not known is left out. */
export interface SheetContent {
  readonly title: string;
  readonly shoot_type: string | null;
  readonly starts_at: string | null;
  readonly ends_at: string | null;
  readonly time_zone: string;
  readonly location: { readonly name: string | null; readonly address: string | null; readonly note: string | null };
  /** What the producer adds, by its name: general call, lunch, weather, remarks. */
  readonly call: string;
  readonly lunch: string;
  readonly weather: string;
  readonly remarks: string;
  readonly calls: readonly Call[];
  readonly cast: readonly { readonly name: string; readonly role: string | null; readonly status: string }[];
  readonly scenes: readonly SheetScene[];
}

/** Who is to be where, and when. */
export interface Call {
  readonly at: string;
  readonly who: string;
  readonly as: string;
  readonly location: string | null;
  readonly notes: string | null;
}

export interface SheetScene {
  readonly number: string;
  readonly title: string;
  readonly description: string | null;
  readonly minutes: number;
  readonly shots: readonly {
    readonly number: string;
    readonly description: string;
    readonly minutes: number | null;
    readonly notes: string | null;
    readonly products: readonly { readonly sku: string; readonly name: string }[];
    /** Sheets that were issued before shots had models have none. */
    readonly models?: readonly { readonly name: string }[];
  }[];
}

/** Names of what rows refer to, by id. */
export type Names = ReadonlyMap<string, string>;

export interface Sources {
  shoot: Pick<Tables<"shoots">, "id" | "title" | "shoot_type" | "starts_at" | "ends_at" | "time_zone" | "location">;
  venue: { name: string; address: string | null } | null;
  lists: Iterable<Pick<Tables<"shot_lists">, "id" | "shoot_id">>;
  scenes: Iterable<Pick<Tables<"scenes">, "id" | "shot_list_id" | "title" | "description" | "rank">>;
  shots: Iterable<Pick<Tables<"shots">, "id" | "shoot_id" | "scene_id" | "description" | "time_est_minutes" | "rank" | "status" | "notes">>;
  shotProducts: Iterable<Pick<Tables<"shot_products">, "id" | "shot_id" | "product_id" | "rank">>;
  products: ReadonlyMap<string, { sku: string; name: string }>;
  shotModels: Iterable<Pick<Tables<"shot_models">, "id" | "shot_id" | "model_profile_id" | "rank">>;
  models: Iterable<Pick<Tables<"shoot_models">, "shoot_id" | "model_profile_id" | "role" | "status">>;
  calls: Iterable<Pick<Tables<"call_times">, "shoot_id" | "call_at" | "location" | "notes" | "model_profile_id" | "designer_profile_id" | "stakeholder_id" | "staff_id">>;
  names: Names;
  extra: Pick<SheetContent, "call" | "lunch" | "weather" | "remarks">;
}

/** The sheet of a shoot from its rows: shots that are done or skipped are not on it. */
export function sheetOf(from: Sources): SheetContent {
  const { shoot, names, venue } = from;
  const lists = new Set([...from.lists].filter(({ shoot_id }) => shoot_id === shoot.id).map(({ id }) => id));
  const shots = [...from.shots].filter((shot) => shot.shoot_id === shoot.id && (shot.status === "todo" || shot.status === "shooting")).sort(byRank);
  const productsOf = byShot(from.shotProducts);
  const modelsOf = byShot(from.shotModels);
  const scenes = [...from.scenes].filter(({ shot_list_id }) => lists.has(shot_list_id)).sort(byRank);
  const sceneOf = (number: string, title: string, description: string | null, own: typeof shots): SheetScene => ({
    number,
    title,
    description,
    minutes: own.reduce((sum, shot) => sum + (shot.time_est_minutes ?? 0), 0),
    shots: own.map((shot, n) => ({
      number: `${number}.${n + 1}`,
      description: shot.description,
      minutes: shot.time_est_minutes,
      notes: shot.notes,
      products: (productsOf.get(shot.id) ?? []).flatMap(({ product_id }) => from.products.get(product_id) ?? []),
      models: (modelsOf.get(shot.id) ?? []).flatMap(({ model_profile_id }) => names.get(model_profile_id) ?? []).map((name) => ({ name })),
    })),
  });
  const known = new Set(scenes.map(({ id }) => id));
  const rest = shots.filter(({ scene_id }) => scene_id === null || !known.has(scene_id));
  return {
    title: shoot.title,
    shoot_type: shoot.shoot_type,
    starts_at: shoot.starts_at,
    ends_at: shoot.ends_at,
    time_zone: shoot.time_zone,
    location: { name: venue?.name ?? null, address: venue?.address ?? null, note: shoot.location === venue?.name ? null : shoot.location },
    ...from.extra,
    calls: [...from.calls]
      .filter(({ shoot_id }) => shoot_id === shoot.id)
      .map((call) => ({ at: call.call_at, ...party(call, names), location: call.location, notes: call.notes }))
      .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.who.localeCompare(b.who)),
    cast: [...from.models]
      .filter(({ shoot_id, status }) => shoot_id === shoot.id && status !== "declined")
      .map((model) => ({ name: names.get(model.model_profile_id) ?? "–", role: model.role, status: model.status }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    scenes: [
      ...scenes.map((scene, n) => sceneOf(String(n + 1), scene.title, scene.description, shots.filter(({ scene_id }) => scene_id === scene.id))),
      ...(rest.length > 0 ? [sceneOf("–", "Without a scene", null, rest)] : []),
    ].filter((scene) => scene.shots.length > 0),
  };
}

/** What each shot is linked with, in order. */
function byShot<Link extends { readonly id: string; readonly shot_id: string; readonly rank: string }>(links: Iterable<Link>): Map<string, Link[]> {
  const map = new Map<string, Link[]>();
  for (const link of [...links].sort(byRank)) map.set(link.shot_id, [...(map.get(link.shot_id) ?? []), link]);
  return map;
}

function party(call: { model_profile_id: string | null; designer_profile_id: string | null; stakeholder_id: string | null; staff_id: string | null }, names: Names): { who: string; as: string } {
  const [id, as] = call.model_profile_id
    ? [call.model_profile_id, "Model"]
    : call.designer_profile_id
      ? [call.designer_profile_id, "Designer"]
      : call.staff_id
        ? [call.staff_id, "Crew"]
        : [call.stakeholder_id, "Partner"];
  return { who: names.get(id ?? "") ?? "–", as };
}

/** A sheet that was made here; null: one that somebody else's program made, of which only its own words are known. */
export function readSheet(content: unknown): SheetContent | null {
  const sheet = content as Partial<SheetContent> | null;
  return typeof sheet === "object" && sheet !== null && Array.isArray(sheet.scenes) && Array.isArray(sheet.calls) && Array.isArray(sheet.cast) && typeof sheet.location === "object" ? (sheet as SheetContent) : null;
}
