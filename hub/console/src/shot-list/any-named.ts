/** The `or` parameter for rows that have one of some names, whatever the case. */
export function anyNamed(names: readonly string[]): string {
  return `(${names.map((name) => `name.ilike."${pattern(name)}"`).join(",")})`;
}

/** What a pattern does not take as it stands is any one letter in it: a few rows more, out of which the name is found here. */
function pattern(name: string): string {
  return name.replace(/["\\%_*]/g, "_");
}
