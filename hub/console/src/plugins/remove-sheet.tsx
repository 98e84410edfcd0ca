import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import type { Install } from "./answers";
import { useAction, usePluginApi } from "./use-plugins";

/** Asks once more before a plugin goes with all that it keeps. */
export function RemoveSheet({ install, name, onClose, onRemoved }: { install: Install; name: string; onClose: () => void; onRemoved: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const remove = async () => {
    if (await act(() => api.remove(install.id))) onRemoved();
  };
  return (
    <Sheet title={`Remove ${name}?`} onClose={onClose}>
      {error && <Notice tone="stop">{error}</Notice>}
      <p>Its accounts, their tokens, its jobs and runs, and what it kept for itself are deleted. What it has written into your records stays. To stop it for a while, pause it.</p>
      <div className="flex gap-3">
        <Button look="stop" disabled={busy} onClick={() => void remove()}>
          Remove it
        </Button>
        <Button data-first onClick={onClose}>
          Keep it
        </Button>
      </div>
    </Sheet>
  );
}
