// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterFirstDrawing, awaitFirstDrawing } from "./firstDrawing";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function isFree(imageId = "another image"): Promise<boolean> {
  let free = false;
  void afterFirstDrawing(imageId).then(() => {
    free = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return free;
}

test("the background waits until every series that opens has been drawn", async () => {
  expect(await isFree()).toBe(true);
  const [one, other] = [awaitFirstDrawing([]), awaitFirstDrawing([])];
  one();
  one();
  expect(await isFree()).toBe(false);
  other();
  expect(await isFree()).toBe(true);
});

test("a series that is never drawn keeps nobody for longer than a second", async () => {
  awaitFirstDrawing([]);
  await vi.advanceTimersByTimeAsync(999);
  expect(await isFree()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await isFree()).toBe(true);
});

test("what the drawing needs is not kept from it, asked for before or after", async () => {
  const other = awaitFirstDrawing([]);
  let isDecoded = false;
  void afterFirstDrawing("of the thumbnail").then(() => {
    isDecoded = true;
  });
  expect(await isFree()).toBe(false);
  expect(isDecoded).toBe(false);
  const drawn = awaitFirstDrawing(["of the thumbnail"]);
  expect(await isFree()).toBe(false);
  expect(isDecoded).toBe(true);
  expect(await isFree("of the thumbnail")).toBe(true);
  drawn();
  other();
  expect(await isFree()).toBe(true);
});
