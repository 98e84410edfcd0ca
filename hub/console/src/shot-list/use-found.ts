import { HubError } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useState } from "react";
import { type Linked, type LinkKind, matches } from "./links";
import { searchLinked } from "./use-linked";

const PAUSE_MS = 150;

interface Search {
  readonly kind: LinkKind;
  readonly words: string;
  /** Products of one collection. */
  readonly collection: string | null;
  /** At most so many. */
  readonly limit: number;
}

interface Answer {
  readonly words: string;
  readonly collection: string | null;
  readonly found: readonly Linked[];
  readonly error: string | null;
}

/**
 * What the hub finds while somebody types. Until it has answered for these words (`settled`), what it found for the ones
 * before, as far as that matches: nothing is offered that was not asked for.
 */
export function useFound({ kind, words, collection, limit }: Search, onFound: (found: readonly Linked[]) => void) {
  const hub = useHub();
  const [answer, setAnswer] = useState<Answer>({ words: "", collection: null, found: [], error: null });
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    let left = false;
    const tell = (found: readonly Linked[] | null, error: string | null) => {
      if (left) return;
      setAnswer((before) => ({ words, collection, found: found ?? before.found.filter((linked) => matches(linked, words)), error }));
      setAsked(true);
      if (found) onFound(found);
    };
    const timer = setTimeout(() => {
      searchLinked(hub, kind, words, limit, collection).then(
        (found) => tell(found, null),
        (cause) => tell(null, cause instanceof HubError ? cause.message : String(cause)),
      );
    }, PAUSE_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [hub, kind, words, collection, limit, onFound]);
  const settled = asked && answer.words === words && answer.collection === collection;
  return { found: settled ? answer.found : answer.found.filter((linked) => matches(linked, words)), error: answer.error, settled };
}
