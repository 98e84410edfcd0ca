/** How a day on set goes. Times are epoch ms. */
export interface Pace {
  /** When the last shot would be done, if every open shot took its estimate from now (or from the start) on. */
  readonly end: number;
  /** Minutes past the planned end; negative: to spare; null: no end is planned. */
  readonly over: number | null;
}

export interface Plan {
  readonly now: number;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** Of open shots. */
  readonly minutesLeft: number;
}

export function paceOf({ now, startsAt, endsAt, minutesLeft }: Plan): Pace {
  const end = Math.max(now, startsAt ?? now) + minutesLeft * 60_000;
  return { end, over: endsAt === null ? null : Math.round((end - endsAt) / 60_000) };
}
