// Fetches products from a vendor, page by page, and keeps them in step.
import { kv, permanent, progress, request, rows } from "../sdk/hub.js";

/**
 * Does one job. What it returns is kept with the job and shown to administrators.
 * @param {import("../sdk/hub.js").Job} job
 */
export function run(job) {
  switch (job.name) {
    case "check":
      page("1");
      return { connected: true };
    case "pull":
      return pull();
    default:
      throw permanent("job_unknown", `this plugin knows no job \`${job.name}\``);
  }
}

/**
 * The token is added by the hub, after it has seen that the address is one of the manifest.
 * @param {string} cursor
 * @returns {{ products: { sku: string, title: string }[], next: string | null }}
 */
function page(cursor) {
  return request("GET", `https://api.example.com/v1/products?page=${cursor}`, { bearer: "token" }).ok();
}

/** Goes on where the last run ended. Rows and cursor become true together, when this run ends well. */
function pull() {
  let cursor = kv.getText("cursor") ?? "1";
  let seen = 0;
  for (;;) {
    const { products, next } = page(cursor);
    seen += products.length;
    rows.upsert("products", ["organization_id", "sku"], products.map(({ sku, title }) => ({ sku, title })));
    progress(seen, undefined, "products");
    if (next === null) break;
    cursor = next;
  }
  kv.putText("cursor", cursor);
  return { seen };
}
