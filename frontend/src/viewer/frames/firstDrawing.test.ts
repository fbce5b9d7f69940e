// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterFirstDrawing, awaitFirstDrawing } from "./firstDrawing";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function isFree(): Promise<boolean> {
  let free = false;
  void afterFirstDrawing().then(() => {
    free = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return free;
}

test("the background waits until every series that opens has been drawn", async () => {
  expect(await isFree()).toBe(true);
  const [one, other] = [awaitFirstDrawing(), awaitFirstDrawing()];
  one();
  one();
  expect(await isFree()).toBe(false);
  other();
  expect(await isFree()).toBe(true);
});

test("a series that is never drawn keeps nobody for longer than a second", async () => {
  awaitFirstDrawing();
  await vi.advanceTimersByTimeAsync(999);
  expect(await isFree()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await isFree()).toBe(true);
});
