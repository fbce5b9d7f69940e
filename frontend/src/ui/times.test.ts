import { afterEach, describe, expect, it, vi } from "vitest";

/** The module anew, as a browser in that zone loads it. */
async function timesIn(zone: string) {
  vi.stubEnv("TZ", zone);
  vi.resetModules();
  return import("./times");
}

afterEach(() => vi.unstubAllEnvs());

describe("moments", () => {
  it("are local, with their zone, in one form", async () => {
    expect((await timesIn("Europe/Berlin")).dateTime("2026-11-26T23:30:00Z")).toBe("27 Nov 2026, 00:30 CET");
    expect((await timesIn("America/New_York")).dateTime("2026-07-01T00:00:00Z")).toMatch(
      /^30 Jun 2026, 20:00 (EDT|GMT-4)$/,
    );
    expect((await timesIn("UTC")).dateTime("2026-01-02T03:04:05Z")).toBe("2 Jan 2026, 03:04 UTC");
    expect((await timesIn("UTC")).dateTime(null)).toBe("–");
  });

  it("days of the protocol are days of UTC wherever the browser is", async () => {
    for (const zone of ["America/New_York", "Asia/Tokyo"]) {
      expect((await timesIn(zone)).protocolDay("2026-12-01")).toBe("1 Dec 2026");
    }
    expect((await timesIn("UTC")).protocolDay(null)).toBe("–");
  });
});
