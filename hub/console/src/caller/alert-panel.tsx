import type { Room } from "@fashionos/hub";
import { useRows } from "@fashionos/hub/react";
import { useMemo } from "react";
import { Button } from "../kit/button";
import { openAlerts, toneOf } from "../show/messages";

const TONES = { plain: "text-ink", wait: "text-wait", stop: "text-stop" };

/** What needs hands. Whoever takes one clears it for everybody. */
export function AlertPanel({ room }: { room: Room }) {
  const rows = useRows(room, "event_alerts");
  const alerts = useMemo(() => openAlerts(rows.values()), [rows]);
  return (
    <section aria-labelledby="alerts" className="flex flex-col gap-2">
      <h2 id="alerts" className="label text-quiet">
        Alerts {alerts.length > 0 && `· ${alerts.length}`}
      </h2>
      {alerts.length === 0 ? (
        <p className="text-small text-quiet">None open.</p>
      ) : (
        <ul className="divide-y divide-hairline">
          {alerts.slice(0, 6).map((alert) => (
            <li key={alert.id} data-alert={alert.id} className="flex items-start gap-2 py-2">
              <p className={`min-w-0 flex-1 font-medium ${TONES[toneOf(alert.severity)]}`}>
                {alert.message}
                {alert.entity_name && <span className="block text-small text-quiet">{alert.entity_name}</span>}
              </p>
              <Button size="row" onClick={() => void room.send({ name: "acknowledge_alert", alert_id: alert.id }).catch(() => {})}>
                I take it
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
