/** Dates and times as people read them; stored times are UTC, shown in the browser's zone. */

const DATE_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});

/** A moment as `26 Nov 2026, 22:05 CET`: the one form in which moments are shown. */
export function dateTime(at: string | null | undefined): string {
  return at ? DATE_TIME.format(new Date(at)) : "–";
}

/** A DICOM or ISO date as `2004-01-19`; a dash when it is not known. */
export function calendarDate(date: string | null | undefined): string {
  return date ? date.slice(0, 10) : "–";
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** A day of the protocol, which is one of UTC, as `1 Dec 2026`. */
export function protocolDay(day: string | null): string {
  return day ? DAY.format(new Date(`${day}T00:00:00Z`)) : "–";
}

/** A duration as `1 min 05 s`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

const CLOCK_TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

/** The time of day, for what has happened in this sitting. */
export function clockTime(at: string): string {
  return CLOCK_TIME.format(new Date(at));
}
