import { Key } from "../kit/keyboard-key";
import { Sheet } from "../kit/sheet";
import { GRID_KEYS } from "./grid-keys";

export function SheetKeys({ onClose }: { onClose: () => void }) {
  return (
    <Sheet title="Keys" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {GRID_KEYS.map(([cap, means]) => (
          <div key={cap} className="contents">
            <dt className="justify-self-end">
              <Key>{cap}</Key>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <p className="text-small text-quiet">On a Mac, ⌘ is Ctrl.</p>
    </Sheet>
  );
}
