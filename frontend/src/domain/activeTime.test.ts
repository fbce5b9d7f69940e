import { expect, test } from "vitest";
import { IDLE_AFTER_MS, startActiveTime, tick, withInput } from "./activeTime";

test("time in use is counted on top of what earlier sittings brought", () => {
  const time = tick(tick(startActiveTime(5000, 0), 1000, true), 2500, true);
  expect(time.active_ms).toBe(7500);
});

test("time hidden is not counted", () => {
  expect(tick(tick(startActiveTime(0, 0), 40_000, false), 41_000, true).active_ms).toBe(1000);
});

test("time idle is not counted beyond a minute, and input starts it again", () => {
  const idle = tick(startActiveTime(0, 0), 300_000, true);
  expect(idle.active_ms).toBe(IDLE_AFTER_MS);
  const back = tick(withInput(idle, 300_000), 302_000, true);
  expect(back.active_ms).toBe(IDLE_AFTER_MS + 2000);
});
