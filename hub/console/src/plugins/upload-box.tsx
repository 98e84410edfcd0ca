import { useId, useState, type DragEvent } from "react";
import { Notice } from "../kit/notice";
import type { Uploaded } from "./answers";
import { useAction, usePluginApi } from "./use-plugins";

/** Takes a package from a file. The hub looks at it; nothing is installed by that. */
export function UploadBox({ onUploaded }: { onUploaded: (taken: Uploaded) => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const [over, setOver] = useState(false);
  const id = useId();
  const take = (file: File | undefined) => {
    if (file && !busy) void act(async () => onUploaded(await api.upload(file)));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <>
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`flex flex-wrap items-center gap-4 border border-dashed p-5 ${over ? "border-ink bg-pressed" : "border-rule"}`}
      >
        <div className="min-w-0 flex-1">
          <h3 className="text-lead font-semibold">A package of your own</h3>
          <p className="text-small text-quiet">Drop a .plugin file here. Only your organization will see it.</p>
        </div>
        <label htmlFor={id} className="inline-flex h-10 items-center rounded-soft border border-rule px-4 font-medium hover:bg-pressed has-focus-visible:outline-2 has-focus-visible:outline-focus">
          {busy ? "Checking…" : "Choose a package"}
          <input
            id={id}
            type="file"
            accept=".plugin"
            disabled={busy}
            className="sr-only"
            onChange={(event) => {
              take(event.target.files?.[0]);
              // The same file may be chosen again after it was corrected.
              event.target.value = "";
            }}
          />
        </label>
      </div>
      {error && <Notice tone="stop">{error}</Notice>}
    </>
  );
}
