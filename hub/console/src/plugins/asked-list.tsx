import type { Manifest } from "./answers";
import { asked } from "./permissions";

/** What a plugin asks for beside scopes. */
export function AskedList({ manifest }: { manifest: Manifest }) {
  const groups = asked(manifest);
  if (groups.length === 0) return <p className="text-small text-quiet">It reaches no host, uses no account and runs only when it is asked to.</p>;
  return (
    <dl className="flex flex-col gap-3 text-small">
      {groups.map(({ title, lines }) => (
        <div key={title}>
          <dt className="label text-quiet">{title}</dt>
          {lines.map((line) => (
            <dd key={line} className="break-words">
              {line}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
