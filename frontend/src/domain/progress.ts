/** How the figures of a running reader study are told. Pure. */

/** How a reader agrees with themselves where a case came back hidden. */
export interface SelfAgreement {
  pairs: number;
  calls_compared: number;
  calls_equal: number;
  ratings_compared: number;
  /** Mean of the repeat's rating minus the first one's; null where none was compared. */
  rating_drift: number | null;
}

export function percent(part: number, total: number): number {
  return total === 0 ? 0 : (100 * part) / total;
}

/** "3 of 4 calls equal, rating −2.5"; undefined is said in words. */
export function agreementText(agreement: SelfAgreement | null): string {
  if (agreement === null || agreement.pairs === 0) return "no repeat signed";
  const { calls_compared, calls_equal, rating_drift } = agreement;
  const calls = calls_compared > 0 ? [`${calls_equal} of ${calls_compared} calls equal`] : [];
  const ratings = rating_drift === null ? [] : [`rating ${signedNumber(rating_drift)}`];
  const told = [...calls, ...ratings].join(", ");
  return told || "nothing to compare";
}

function signedNumber(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  if (rounded === 0) return "±0";
  return rounded > 0 ? `+${rounded}` : `−${-rounded}`;
}

/** "4.2 a day"; undefined is said in words. */
export function rateText(rate: number | null): string {
  if (rate === null) return "too few to tell";
  return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a day`;
}

export interface Bar {
  day: string;
  count: number;
  /** Share of the tallest day. */
  height: number;
}

/** Bars of the days from `first_day` on, days being those of UTC. */
export function bars(firstDay: string, counts: number[]): Bar[] {
  const tallest = Math.max(1, ...counts);
  const start = Date.parse(`${firstDay}T00:00:00Z`);
  return counts.map((count, index) => ({
    day: new Date(start + index * 86_400_000).toISOString().slice(0, 10),
    count,
    height: count / tallest,
  }));
}

/** What a reader hears instead of seeing the bars. */
export function barsText(shown: Bar[]): string {
  const days = shown.filter(({ count }) => count > 0).map(({ day, count }) => `${day}: ${count}`);
  return days.length === 0 ? `Nothing signed in ${shown.length} days` : `Signed per day: ${days.join(", ")}`;
}
