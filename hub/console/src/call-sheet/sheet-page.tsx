import type { ReactNode } from "react";
import { duration } from "../shot-list/lines";
import { day, hourMinute, instant } from "../time-format";
import type { SheetContent } from "./content";

/** A call sheet as it is read and printed. */
export function SheetPage({ sheet, date, version, issued }: { sheet: SheetContent; date: string; version: string; issued: string | null }) {
  const zone = sheet.time_zone;
  const [from, to] = [instant(sheet.starts_at), instant(sheet.ends_at)];
  const minutes = sheet.scenes.reduce((sum, scene) => sum + scene.minutes, 0);
  const facts: [string, string | null][] = [
    ["Location", [sheet.location.name, sheet.location.address, sheet.location.note].filter(Boolean).join(" · ")],
    ["Hours", from === null ? null : `${hourMinute(from, zone)}${to === null ? "" : ` to ${hourMinute(to, zone)}`} (${zone})`],
    ["General call", sheet.call],
    ["Lunch", sheet.lunch],
    ["Weather", sheet.weather],
    ["Remarks", sheet.remarks],
  ];
  return (
    <article aria-label="Call sheet" className="flex flex-col gap-6 border border-hairline bg-raised p-10 print:border-0 print:p-0 max-sm:p-5">
      <header className="flex flex-wrap items-end justify-between gap-4 border-b-2 border-ink pb-4">
        <div>
          <p className="label text-quiet">Call sheet{sheet.shoot_type && ` · ${sheet.shoot_type}`}</p>
          <h2 className="title text-display">{sheet.title}</h2>
        </div>
        <div className="text-right">
          <p className="text-lead font-semibold">{day(Date.parse(date), "UTC")}</p>
          <p className="text-small text-quiet">
            {version}
            {issued && ` · issued ${day(Date.parse(issued), zone)} ${hourMinute(Date.parse(issued), zone)}`}
          </p>
        </div>
      </header>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-8 gap-y-1">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="label pt-1 text-quiet">{name}</dt>
              <dd className="whitespace-pre-wrap">{value}</dd>
            </div>
          ))}
      </dl>
      {sheet.calls.length > 0 && (
        <Part title="Calls">
          <Table heads={["Call", "Who", "", "Where", "Notes"]}>
            {sheet.calls.map((call, n) => (
              <tr key={n} className="break-inside-avoid border-t border-hairline align-top [&>*]:py-1.5 [&>*]:pr-4">
                <th scope="row" className="text-left text-lead font-semibold whitespace-nowrap">{hourMinute(Date.parse(call.at), zone)}</th>
                <td className="font-medium">{call.who}</td>
                <td className="text-quiet">{call.as}</td>
                <td>{call.location}</td>
                <td className="text-quiet">{call.notes}</td>
              </tr>
            ))}
          </Table>
        </Part>
      )}
      {sheet.cast.length > 0 && (
        <Part title="Cast">
          <ul className="flex flex-wrap gap-x-6 gap-y-1">
            {sheet.cast.map((model, n) => (
              <li key={n}>
                <strong className="font-medium">{model.name}</strong>
                {model.role && <span className="text-quiet"> {model.role}</span>}
                {model.status !== "confirmed" && <span className="text-quiet"> ({model.status})</span>}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={`Shots · ${duration(minutes)}`}>
        {sheet.scenes.length === 0 && <p className="text-quiet">No shots are open.</p>}
        {sheet.scenes.map((scene) => (
          <section key={scene.number + scene.title} className="mb-4 break-inside-avoid-page">
            <h4 className="flex items-baseline justify-between gap-4 border-b border-rule pb-1">
              <span className="title text-lead">
                {scene.number} {scene.title}
              </span>
              <span className="text-small font-semibold">{duration(scene.minutes)}</span>
            </h4>
            {scene.description && <p className="pt-1 text-small text-quiet">{scene.description}</p>}
            <table className="w-full text-small">
              <tbody>
                {scene.shots.map((shot) => (
                  <tr key={shot.number} className="break-inside-avoid border-t border-hairline align-top first:border-0 [&>*]:py-1 [&>*]:pr-4">
                    <th scope="row" className="code w-12 text-left font-normal text-quiet">{shot.number}</th>
                    <td>
                      {shot.description}
                      {shot.notes && <span className="block text-quiet">{shot.notes}</span>}
                    </td>
                    <td className="w-2/5 text-quiet">
                      {shot.models !== undefined && shot.models.length > 0 && <span className="block text-ink">{shot.models.map(({ name }) => name).join(", ")}</span>}
                      {shot.products.map(({ sku, name }) => `${name} (${sku})`).join(", ")}
                    </td>
                    <td className="w-20 text-right whitespace-nowrap">{shot.minutes === null ? "–" : duration(shot.minutes)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        ))}
      </Part>
    </article>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="label mb-2 text-quiet">{title}</h3>
      {children}
    </section>
  );
}

function Table({ heads, children }: { heads: readonly string[]; children: ReactNode }) {
  return (
    <table className="w-full">
      <thead className="sr-only">
        <tr>
          {heads.map((head, n) => (
            <th key={n} scope="col">
              {head || "As"}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
