import { Button } from "../kit/button";
import { Notice } from "../kit/notice";

/** What went wrong with reading, and a way on. */
export function Failure({ error, onAgain }: { error: string; onAgain: () => void }) {
  return (
    <div className="flex items-center gap-4">
      <Notice tone="stop">{error}</Notice>
      <Button size="row" onClick={onAgain}>
        Try again
      </Button>
    </div>
  );
}
