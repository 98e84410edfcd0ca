/** What a shot is linked with, in their order in the sheet. Each kind has a map in the document and a column of its own. */
export const LINKS = ["products", "models"] as const;
export type LinkKind = (typeof LINKS)[number];

/** Something of each kind of link. */
export type OfLinks<T> = Readonly<Record<LinkKind, T>>;

export function ofLinks<T>(make: (kind: LinkKind) => T): OfLinks<T> {
  return { products: make("products"), models: make("models") };
}

export function isLink(column: string | null): column is LinkKind {
  return LINKS.some((kind) => kind === column);
}

/** A product or a model as cells show it. */
export interface Linked {
  readonly id: string;
  readonly name: string;
  /** Products have one, no two of a house the same. */
  readonly sku: string | null;
}

/** The products or the models that are known here, by id. */
export type Known = ReadonlyMap<string, Linked>;

/** Links of one shot, of each kind at most; the hub takes no more. */
export const MOST_LINKED: OfLinks<number> = { products: 200, models: 50 };

/** A name that is looked up has so many characters at most. */
const LONGEST_NAME = 200;

/** How people speak of them. */
export const LINK_WORDS: OfLinks<{ one: string; added: string; removed: string; remove: string }> = {
  products: { one: "product", added: "put on", removed: "taken off", remove: "Take off" },
  models: { one: "model", added: "put in", removed: "taken out", remove: "Take out" },
};

/** `1 product`, `2 models`. */
export function counted(kind: LinkKind, n: number): string {
  return `${n} ${n === 1 ? LINK_WORDS[kind].one : kind}`;
}

/** What stands in a cell for one: products go by their SKU, models by their name. */
export function brief(linked: Linked | undefined): string {
  return linked ? (linked.sku ?? (linked.name || "–")) : "…";
}

/** Several as a cell's text. */
export function briefs(ids: readonly string[], known: Known): string {
  return ids.map((id) => brief(known.get(id))).join(", ");
}

/** Full names, of those that are known. */
export function namesOf(ids: readonly string[], known: Known): string {
  return ids.map((id) => known.get(id)?.name ?? "").filter(Boolean).join(", ");
}

/** Finds the one that people mean by a text: a SKU or a name. */
export type Find = (text: string) => Linked | "unknown" | "ambiguous";

/** A finder over what is known; SKUs before names, and no matter the case. */
export function finderOf(known: Iterable<Linked>): Find {
  const byText = new Map<string, Linked | "ambiguous">();
  const all = [...known];
  for (const linked of all) if (linked.sku !== null) byText.set(linked.sku.toLowerCase(), linked);
  const bySku = new Set(byText.keys());
  for (const linked of all) {
    const name = linked.name.trim().toLowerCase();
    if (!bySku.has(name)) byText.set(name, byText.has(name) && byText.get(name) !== linked ? "ambiguous" : linked);
  }
  return (text) => byText.get(text.trim().toLowerCase()) ?? "unknown";
}

export function findersOf(known: OfLinks<Known>): OfLinks<Find> {
  return ofLinks((kind) => finderOf(known[kind].values()));
}

/** The texts of a cell that name one each. */
export function partsOf(text: string): string[] {
  return text.split(/[,;\n]/).map((part) => part.trim()).filter(Boolean);
}

/** Every text of some cells that may name one. A name may have a comma of its own. */
export function namesIn(cells: Iterable<string>): string[] {
  const texts = [...cells].flatMap((cell) => [cell.trim(), ...partsOf(cell)]);
  return [...new Set(texts)].filter((text) => text !== "" && text.length <= LONGEST_NAME);
}

/** Whether somebody who types this may mean this one: every word is somewhere in what it is called. */
export function matches({ sku, name }: Linked, words: string): boolean {
  const text = `${sku ?? ""} ${name}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** What is offered for some words: of the cast all who match, by name, and then others that were found, `most` of them. */
export function offered(known: Known, cast: ReadonlySet<string>, words: string, found: readonly Linked[], most: number): Linked[] {
  const ids = new Set(found.map(({ id }) => id));
  const first = [...cast].flatMap((id) => known.get(id) ?? []).filter((linked) => ids.has(linked.id) || matches(linked, words));
  first.sort((a, b) => a.name.localeCompare(b.name));
  return [...first, ...found.filter(({ id }) => !cast.has(id)).slice(0, most)];
}
