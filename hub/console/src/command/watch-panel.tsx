import type { Room } from "@fashionos/hub";
import { useRows } from "@fashionos/hub/react";
import { useMemo } from "react";
import { openAlerts, toneOf, vipArrivals } from "../show/messages";

const TONES = { plain: "text-ink", wait: "text-wait", stop: "text-stop" };
const MARKS = { plain: "●", wait: "▲", stop: "■" };

/** The foot of the wall's left: who of the VIPs came last, and what needs hands. */
export function WatchPanel({ room }: { room: Room }) {
  const rows = useRows(room, "event_alerts");
  const { alerts, vips } = useMemo(() => ({ alerts: openAlerts(rows.values()), vips: vipArrivals(rows.values()) }), [rows]);
  const [alert] = alerts;
  const [vip] = vips;
  return (
    <div className="flex flex-col">
      <div className="wall-foot border-t border-hairline">
        <p className="wall-small text-quiet">VIP arrived</p>
        <p data-vip className="wall-line wall-cut">
          {vip ? (vip.entity_name ?? vip.message) : <span className="text-quiet">–</span>}
        </p>
      </div>
      <div className="wall-foot border-t border-hairline">
        <p className="wall-small text-quiet">{alerts.length > 1 ? `${alerts.length} alerts` : "Alert"}</p>
        <p data-alert className={`wall-line line-clamp-2 ${alert ? TONES[toneOf(alert.severity)] : "text-quiet"}`}>
          {alert ? (
            <>
              <span aria-hidden>{MARKS[toneOf(alert.severity)]} </span>
              {alert.message}
            </>
          ) : (
            "None"
          )}
        </p>
      </div>
    </div>
  );
}
