/** Cells as spreadsheets put them on the clipboard: tabs between cells, quotes around what holds tabs, lines or quotes. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const end = text.length;
  while (at < end) {
    let cell = "";
    if (text[at] === '"') {
      const closing = closingQuote(text, at + 1);
      // A quote that is never closed, or has text behind it, is a quote and no more.
      if (closing !== null) {
        cell = text.slice(at + 1, closing).replaceAll('""', '"');
        at = closing + 1;
      }
    }
    const from = at;
    while (at < end && text[at] !== "\t" && text[at] !== "\n" && text[at] !== "\r") at += 1;
    row.push(cell + text.slice(from, at));
    if (text[at] === "\t") {
      at += 1;
      if (at === end) row.push("");
      continue;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at += 1;
    at += 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  // Spreadsheets end the last line too; empty lines at the end are no rows.
  while (rows.length > 0 && rows.at(-1)!.every((cell) => cell === "")) rows.pop();
  return rows;
}

function closingQuote(text: string, from: number): number | null {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    if (text[at + 1] === '"') {
      at += 1;
      continue;
    }
    const next = text[at + 1];
    return next === undefined || next === "\t" || next === "\n" || next === "\r" ? at : null;
  }
  return null;
}

export function toTsv(rows: readonly (readonly string[])[]): string {
  const quote = (cell: string) => (/["\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(quote).join("\t")).join("\n");
}
