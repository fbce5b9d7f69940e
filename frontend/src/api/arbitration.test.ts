// @vitest-environment jsdom
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { arbitrationQuery } from "./arbitration";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("the two reads are asked for once, so that they do not change under the arbitrator's eyes", async () => {
  vi.useFakeTimers();
  let asked = 0;
  vi.stubGlobal("fetch", async () => {
    asked += 1;
    return Response.json({
      shows: "ANSWERS",
      readers: [],
      differences: [],
      is_stale: false,
      may_confirm: false,
    });
  });
  const client = new QueryClient();
  const query = arbitrationQuery({ id: "1", role: "ARBITRATION" });
  const stop = new QueryObserver(client, query).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(300_000);
  const stopAnother = new QueryObserver(client, query).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toBe(1);
  await client.invalidateQueries({ queryKey: query.queryKey });
  expect(asked).toBe(2);
  stop();
  stopAnother();
});
