// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { AnalysisRun } from "@/api/analysis";
import { planVersionsQuery } from "@/api/analysisPlans";
import { maskQuery } from "@/api/masking";
import type { ReaderStudy } from "@/api/readerStudies";
import { RunNotices } from "./RunNotices";
import { StartRun } from "./StartRun";

beforeAll(() => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
});
afterEach(cleanup);

const LOCK = { username: "carla", created_at: "", truth_was_locked: false, results_before: 0 };
const run = (plan: number | null, notices: string[] = []) =>
  ({ id: String(plan), plan, is_exploratory: plan === null, notices, state: "SUCCEEDED" }) as AnalysisRun;

/** `versions`: numbers of the plan, newest first; those without a lock are negative. */
function shown(runs: AnalysisRun[], versions: number[], is_masked = false): void {
  const readerStudy = {
    id: "s",
    state: "OPEN",
    number_signed: 3,
    number_of_assignments: 4,
    label_schema: {
      version: 1,
      questions: [{ key: "sure", text: "How sure?", kind: "CONFIDENCE", required: true, role: "RATING" }],
    },
  } as unknown as ReaderStudy;
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(maskQuery("s").queryKey, { is_masking: is_masked, is_masked, breaks: [] });
  client.setQueryData(
    planVersionsQuery("s").queryKey,
    versions.map((number) => ({ number: Math.abs(number), lock: number > 0 ? LOCK : null })) as never,
  );
  client.setQueryData(["reader-study", "s", "design"], { design: { arms: [] } });
  const element = (
    <StartRun readerStudy={readerStudy} runs={runs} shown={runs[0]} onStarted={() => undefined} />
  );
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={createMemoryRouter([{ path: "/", element }])} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const buttons = () => screen.getAllByRole("button").map(({ textContent }) => textContent);

test("a result by plan is run again by the plan; exploring is a second way", () => {
  shown([run(2)], [-3, 2, 1]);
  expect(buttons()).toEqual(["Run plan 2 again", "Explore an arm without a plan…"]);
  fireEvent.click(screen.getByRole("button", { name: /Explore/ }));
  expect(buttons()).toContain("Run the analysis");
  expect(screen.getByText(/^Exploratory: it follows no plan/)).toBeTruthy();
});

test("a version whose place another has taken is not run again", () => {
  shown([run(1)], [2, 1]);
  expect(buttons()[0]).toBe("Run plan 2");
  expect(screen.getByText(/It has taken the place of plan 1/)).toBeTruthy();
});

test("without a locked plan one explores, on the scale of the rating", () => {
  shown([run(null)], [-1]);
  expect(buttons()).toContain("Run again");
  const field = screen.getByLabelText("Positive from this rating on (0 to 100)");
  fireEvent.change(field, { target: { value: "101" } });
  expect(screen.getByText("The rating goes from 0 to 100.")).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Run again" }).disabled).toBe(true);
});

test("while answers are masked nothing is offered, and why is said", () => {
  shown([], [1], true);
  expect(screen.queryAllByRole("button")).toEqual([]);
  expect(screen.getByText(/no analysis can be started/)).toBeTruthy();
});

test("what has come to be known since stands above a result, and that it is exploratory", () => {
  render(
    <MantineProvider env="test">
      <RunNotices run={run(null, ["The truth has been locked anew since."])} />
    </MantineProvider>,
  );
  expect(screen.getByText("The truth has been locked anew since.")).toBeTruthy();
  expect(screen.getByText(/No plan fixed beforehand/)).toBeTruthy();
});
