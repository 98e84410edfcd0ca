import { Key } from "../kit/keyboard-key";
import { Sheet } from "../kit/sheet";
import { KEYS } from "./keys";

export function KeysSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet title="Keys" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {KEYS.map((line) => (
          <div key={line.action} className="contents">
            <dt className="justify-self-end">
              <Key>{line.cap}</Key>
            </dt>
            <dd>{line.means}</dd>
          </div>
        ))}
      </dl>
      <p className="text-small text-quiet">While you type, keys are letters. Escape leaves the field.</p>
    </Sheet>
  );
}
