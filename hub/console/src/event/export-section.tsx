import { HubError, type ExportName } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { saveFile } from "../kit/save-file";
import { Section } from "../kit/section";

const FILES: { name: string; files: { label: string; file: ExportName }[] }[] = [
  { name: "Guests", files: [{ label: "CSV", file: "guests.csv" }, { label: "XLSX", file: "guests.xlsx" }] },
  { name: "Rundown", files: [{ label: "CSV", file: "rundown.csv" }, { label: "XLSX", file: "rundown.xlsx" }, { label: "Ontime", file: "rundown.json" }] },
  { name: "Arrivals", files: [{ label: "CSV", file: "arrivals.csv" }, { label: "XLSX", file: "arrivals.xlsx" }] },
];

/** Lists to take away and tickets to print. */
export function ExportSection({ eventId }: { eventId: string }) {
  const hub = useHub();
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const fetchFile = async (name: string, load: () => Promise<Blob>) => {
    setBusy(name);
    setError(null);
    try {
      saveFile(await load(), name);
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
    } finally {
      setBusy(null);
    }
  };
  return (
    <Section title="Export">
      {error && <Notice tone="stop">{error}</Notice>}
      <dl className="grid gap-6 sm:grid-cols-2 lg:grid-cols-4">
        {FILES.map((group) => (
          <div key={group.name} className="flex flex-col gap-2">
            <dt className="label text-quiet">{group.name}</dt>
            <dd className="flex flex-wrap gap-2">
              {group.files.map(({ label, file }) => (
                <Button key={file} size="row" disabled={busy !== null} aria-label={`${group.name} as ${label}`} onClick={() => void fetchFile(file, () => hub.api.exportFile(eventId, file))}>
                  {busy === file ? "…" : label}
                </Button>
              ))}
            </dd>
          </div>
        ))}
        <div className="flex flex-col gap-2">
          <dt className="label text-quiet">QR tickets</dt>
          <dd className="flex flex-wrap gap-2">
            {(["pdf", "png"] as const).map((format) => (
              <Button key={format} size="row" disabled={busy !== null} aria-label={`Tickets as ${format.toUpperCase()}`} onClick={() => void fetchFile("tickets.zip", () => hub.api.tickets(eventId, format))}>
                {format.toUpperCase()} (zip)
              </Button>
            ))}
          </dd>
        </div>
      </dl>
    </Section>
  );
}
