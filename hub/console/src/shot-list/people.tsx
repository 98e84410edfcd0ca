import { PERSON_FIELDS } from "./grid-row";
import { initials, type Other } from "./presence";

/** Who else has the list open. */
export function People({ others }: { others: readonly Other[] }) {
  const people = [...new Map(others.map((other) => [other.userId, other])).values()];
  if (people.length === 0) return null;
  return (
    <ul aria-label="Also here" className="flex -space-x-1">
      {people.slice(0, 6).map((person) => (
        <li key={person.userId} title={person.name} data-person={person.name} className={`flex size-7 items-center justify-center rounded-full border border-paper text-label font-semibold text-on-person ${PERSON_FIELDS[person.colour]}`}>
          <span aria-hidden>{initials(person.name)}</span>
          <span className="sr-only">{person.name}</span>
        </li>
      ))}
      {people.length > 6 && <li className="flex h-7 items-center pl-2 text-small text-quiet">+{people.length - 6}</li>}
    </ul>
  );
}
