// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Outcome } from "@/domain/analysisResult";
import type { DescribedMarks, Description, MarkingParticipant } from "@/domain/description";
import { CasesBehindContext } from "./casesBehind";
import { MarksSection } from "./MarksSection";

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
// A simulated browser, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const outcome = (value: number): Outcome => ({
  value,
  low: value - 0.1,
  high: value + 0.1,
  level: 0.95,
  method: "jackknife over cases",
  n: 4,
});
const ADA: MarkingParticipant = {
  key: "readers:ada",
  subject: "readers",
  kind: "READER",
  name: "ada",
  n: 4,
  negatives: 2,
  lesions: 3,
  lesion_cases: 2,
  counts: { lesion_marks: 2, false_marks: 1, extra_marks: 0 },
  estimates: {
    WAFROC: outcome(0.71),
    AFROC: outcome(0.72),
    FROC: outcome(0.2),
    INFERRED_AUC: outcome(0.74),
    LESION_SENSITIVITY: outcome(0.6),
  },
  curves: {
    froc: [
      { x: 0, y: 0, threshold: null },
      { x: 0, y: 1 / 3, threshold: 80 },
      {
        ...{ x: 0.25, y: 2 / 3, threshold: 50 },
        ...{ x_low: 0.046, x_high: 1.366, x_method: 1, y_low: 0.25, y_high: 0.924, y_method: 0 },
      },
    ],
    afroc: [
      { x: 0, y: 0, threshold: null },
      { x: 0.5, y: 2 / 3, threshold: 50 },
      { x: 1, y: 1, threshold: null },
    ],
    wafroc: [],
  },
  unread: [],
  marks: [
    [0, 80, true],
    [1, 50, true],
    [2, 50, false],
  ],
};
const UNREAD = {
  key: "readers:ben",
  subject: "readers",
  kind: "READER",
  name: "ben",
  undefined: { undefined: "missing-readings", detail: "There is no case that everybody has read.", n: 0 },
} as const;
const MARKS: DescribedMarks = {
  rule: "A mark can be on a lesion when their centres are at most 10 mm apart.",
  level: 0.95,
  interval_methods: ["ratio estimator, wilson", "poisson score, effective count"],
  counts: { positives: 2, negatives: 2, lesions: 3, positives_without_lesion: 1 },
  lesions_by_case: [2, 1, 0, 0],
  participants: [ADA, UNREAD],
};
const DESCRIPTION = { subjects: [{ key: "readers", name: "Unaided" }] } as unknown as Description;

function shown() {
  const open = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <CasesBehindContext value={open}>
          <MarksSection description={DESCRIPTION} marks={MARKS} isShown={() => true} />
        </CasesBehindContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return open;
}

test("everybody's lesions, false marks and areas are in one table, and why somebody has none", () => {
  shown();
  const rows = screen.getByLabelText("Marks").querySelectorAll("tr");
  expect(rows[1]?.textContent).toContain("2 / 3");
  expect(rows[1]?.textContent).toContain("0.710 (0.610–0.810)");
  expect(rows[2]?.textContent).toContain("ben");
  expect(rows[2]?.textContent).toContain("not defined");
  expect(screen.getByText(/Of 1 positive cases no lesion is known/)).toBeTruthy();
});

test("few false marks have an axis whose ticks differ, and a curve's points the shape of its legend", () => {
  shown();
  const froc = screen.getByTitle("FROC curves").closest("svg");
  const ticks = [...(froc?.querySelectorAll(".visx-axis-bottom .visx-axis-tick") ?? [])];
  const texts = ticks.map(({ textContent }) => textContent);
  expect(texts).toEqual(["0.00", "0.05", "0.10", "0.15", "0.20", "0.25"]);
  const shapes = [...(froc?.querySelectorAll("path[fill='var(--figure-1)']") ?? [])];
  expect(new Set(shapes.map((shape) => shape.getAttribute("d"))).size).toBe(1);
  expect(shapes).toHaveLength(3);
});

test("a point of a curve says what it counts and opens its cases, by keyboard too", () => {
  const open = shown();
  const points = screen.getAllByRole("button", { name: /marks from 50 on/ });
  expect(points.map((point) => point.getAttribute("aria-label"))).toEqual([
    [
      "ada, marks from 50 on",
      "lesions found 0.667 (0.250–0.924), n = 3 in 2 cases",
      "false marks per case 0.250 (0.046–1.366), n = 4",
      "95 % intervals, each by itself",
      "of lesions: ratio estimator, Wilson",
      "of false marks: Poisson score, effective count",
    ].join("\n"),
    // A point of a result from before points had intervals.
    [
      "ada, marks from 50 on",
      "lesions found 0.667, n = 3 in 2 cases",
      "negative cases with a false mark 0.500, n = 2",
    ].join("\n"),
  ]);
  // The cross of the intervals ends where the axis does.
  const crosses = points.map((point) => point.nextElementSibling?.getAttribute("d"));
  expect(crosses[0]).toMatch(/^M67\.\d+,126\.\d+H380M365\.\d+,285V28\.\d+$/);
  fireEvent.keyDown(points[0] as HTMLElement, { key: "Enter" });
  expect(open).toHaveBeenCalledWith({
    title: "Unaided: ada, marks from 50 on",
    groups: [
      { title: "Lesion found", cases: [0, 1] },
      { title: "Lesion missed", cases: [0] },
      { title: "False mark", cases: [2] },
    ],
  });
});
