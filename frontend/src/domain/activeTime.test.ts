import fc from "fast-check";
import { expect, test } from "vitest";
import { IDLE_AFTER_MS, inPhase, roundedTimes, startClock, tick, withFirst, withInput } from "./activeTime";

const timesIn = (clock: ReturnType<typeof startClock>, phase = "FIRST") => clock.phases[phase];

test("time in use is both total and active", () => {
  const clock = tick(tick(startClock("FIRST", 0), 1000, true), 2500, true);
  expect(timesIn(clock)).toMatchObject({ active_ms: 2500, total_ms: 2500 });
});

test("time hidden counts as total only", () => {
  const clock = tick(tick(startClock("FIRST", 0), 40_000, false), 41_000, true);
  expect(timesIn(clock)).toMatchObject({ active_ms: 1000, total_ms: 41_000 });
});

test("time idle is not active beyond a minute, and input starts it again", () => {
  const idle = tick(startClock("FIRST", 0), 100_000, true);
  expect(timesIn(idle)).toMatchObject({ active_ms: IDLE_AFTER_MS, total_ms: 100_000 });
  const back = tick(withInput(idle, 100_000, true), 102_000, true);
  expect(timesIn(back)).toMatchObject({ active_ms: IDLE_AFTER_MS + 2000, total_ms: 102_000 });
});

test("a night asleep counts nowhere", () => {
  const clock = tick(tick(startClock("FIRST", 0), 1000, true), 8 * 3_600_000, true);
  expect(timesIn(clock)).toMatchObject({ active_ms: 1000, total_ms: 1000 });
});

test("the first image and the first mark count from the start of their phase, and only once", () => {
  let clock = withFirst(startClock("FIRST", 100), "first_image_ms", 900, true);
  clock = withFirst(clock, "first_image_ms", 5000, true);
  clock = withFirst(clock, "first_mark_ms", 7100, true);
  expect(timesIn(clock)).toMatchObject({ first_image_ms: 800, first_mark_ms: 7000 });
});

test("each phase has its own times", () => {
  const first = tick(startClock("FIRST", 0), 3000, true);
  const second = tick(inPhase(first, "SECOND", 5000, true), 6500, true);
  expect(timesIn(second)).toMatchObject({ active_ms: 5000, total_ms: 5000 });
  expect(timesIn(second, "SECOND")).toMatchObject({ active_ms: 1500, total_ms: 1500, first_mark_ms: null });
});

test("no sequence of ticks and inputs counts more than has passed, or more active than total", () => {
  const step = fc.record({ after_ms: fc.nat(200_000), isVisible: fc.boolean(), isInput: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      let now = 0;
      let clock = startClock("FIRST", now);
      for (const { after_ms, isVisible, isInput } of steps) {
        now += after_ms;
        clock = isInput ? withInput(clock, now, isVisible) : tick(clock, now, isVisible);
      }
      const times = roundedTimes(clock).FIRST;
      expect(times?.total_ms).toBeLessThanOrEqual(now);
      expect(times?.active_ms).toBeLessThanOrEqual(times?.total_ms ?? 0);
    }),
  );
});
