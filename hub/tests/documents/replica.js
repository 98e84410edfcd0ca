import * as Y from "yjs";
import { sorted } from "./clients.js";

/** The document as the log has it, by Yjs itself. */
export async function fromLog(hub, list = hub.list) {
  const doc = new Y.Doc();
  const [state] = await hub.psql(`select encode(state, 'hex') from live.documents where id = '${list}'`);
  Y.applyUpdate(doc, Buffer.from(state, "hex"));
  for (const update of await hub.psql(`select encode(update, 'hex') from live.document_updates where document_id = '${list}' order by n`)) {
    Y.applyUpdate(doc, Buffer.from(update, "hex"));
  }
  return doc;
}

/** The rows that a document means. */
export function projection(doc) {
  const [scenes, shots] = ["scenes", "shots"].map((name) => doc.getMap(name).toJSON());
  return sorted({
    scenes: Object.fromEntries(
      Object.entries(scenes).map(([id, { title = "", description = null, rank = "a0" }]) => [id, { title, description, rank }]),
    ),
    shots: Object.fromEntries(
      Object.entries(shots).map(([id, shot]) => {
        const { description = "", notes = null, rank = "a0", status = "todo", time_est_minutes = null, products = {}, models = {} } = shot;
        const scene_id = shot.scene_id in scenes ? shot.scene_id : null;
        return [id, { scene_id, description, notes, rank, status, time_est_minutes, products, models }];
      }),
    ),
  });
}

/** The rows as they are. */
export async function rows(hub, list = hub.list) {
  const [text] = await hub.psql(`select jsonb_build_object(
    'scenes', coalesce((select jsonb_object_agg(id, jsonb_build_object('title', title, 'description', description, 'rank', rank))
                          from scenes where shot_list_id = '${list}'), '{}'),
    'shots', coalesce((select jsonb_object_agg(s.id, jsonb_build_object('scene_id', scene_id, 'description', description, 'notes', notes,
               'rank', rank, 'status', status, 'time_est_minutes', time_est_minutes, 'products',
               coalesce((select jsonb_object_agg(p.product_id, p.rank) from shot_products p where p.shot_id = s.id), '{}'), 'models',
               coalesce((select jsonb_object_agg(m.model_profile_id, m.rank) from shot_models m where m.shot_id = s.id), '{}')))
                         from shots s where shot_list_id = '${list}'), '{}'))`);
  return sorted(JSON.parse(text));
}
