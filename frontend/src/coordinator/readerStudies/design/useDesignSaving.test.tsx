// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { PropsWithChildren } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { designQuery, type StoredDesign } from "@/api/designs";
import { type Design, withSession } from "@/domain/designs";
import { useDesignSaving } from "./useDesignSaving";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const SESSION = { opens_on: null, closes_on: null, washout_days: 0 };
const FIRST = { kind: "CROSSOVER", balance: "READERS", sessions: [SESSION, SESSION] } as unknown as Design;

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status === 200 ? "application/json" : "application/problem+json" },
  });

/** The network is the boundary: the design that is stored, as its route keeps it. */
function network() {
  const state = { design: FIRST, answers: Promise.resolve() };
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "PUT") {
      await state.answers;
      const { design, base } = await request.json();
      if (JSON.stringify(base) !== JSON.stringify(state.design))
        return json({ title: "Conflict", status: 409, code: "stale_design", detail: "Look again." }, 409);
      state.design = design;
    }
    return json({ design: state.design });
  });
  return state;
}

function shown() {
  const client = new QueryClient();
  client.setQueryData(designQuery("s").queryKey, { design: FIRST } as StoredDesign);
  const wrapper = ({ children }: PropsWithChildren) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook(() => useDesignSaving("s", client.getQueryData(designQuery("s").queryKey)?.design), {
    wrapper,
  }).result;
}

const washouts = (design: Design | undefined) => design?.sessions.map((one) => one.washout_days);
const entered = (result: ReturnType<typeof shown>, index: number, washout_days: number) =>
  act(() => result.current.change(withSession(result.current.design as Design, index, { washout_days })));

test("numbers typed on a stale page stay, and are made to what is stored", async () => {
  const state = network();
  const result = shown();
  state.design = { ...FIRST, balance: "CASES" };
  entered(result, 0, 14);
  await waitFor(() => expect(result.current.error).not.toBeNull());
  expect(washouts(result.current.design)).toEqual([14, 0]);
  entered(result, 1, 21);
  await waitFor(() => expect(result.current.error).not.toBeNull());
  expect(washouts(result.current.design)).toEqual([14, 21]);
  await act(() => result.current.redo());
  expect([state.design.balance, washouts(state.design)]).toEqual(["CASES", [14, 21]]);
});

test("two numbers typed before the first is refused are both kept", async () => {
  const state = network();
  const result = shown();
  state.design = { ...FIRST, balance: "CASES" };
  let answer = () => {};
  state.answers = new Promise((resolve) => {
    answer = resolve;
  });
  entered(result, 0, 14);
  await waitFor(() => expect(washouts(result.current.design)).toEqual([14, 0]));
  entered(result, 1, 21);
  await waitFor(() => expect(washouts(result.current.design)).toEqual([14, 21]));
  answer();
  await waitFor(() => expect(result.current.error).not.toBeNull());
  await act(() => result.current.redo());
  expect([state.design.balance, washouts(state.design)]).toEqual(["CASES", [14, 21]]);
});

test("what was typed is dropped when it is asked to be", async () => {
  const state = network();
  const result = shown();
  state.design = { ...FIRST, balance: "CASES" };
  entered(result, 0, 14);
  await waitFor(() => expect(result.current.error).not.toBeNull());
  await act(() => result.current.drop());
  await waitFor(() => expect(result.current.error).toBeNull());
  expect([result.current.design?.balance, washouts(result.current.design)]).toEqual(["CASES", [0, 0]]);
  expect(washouts(state.design)).toEqual([0, 0]);
});
