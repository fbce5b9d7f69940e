// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { SeriesOfCase } from "@/api/reading";
import { oneSeries } from "@/domain/grid";
import type { CaseStudy } from "./caseImages";
import { SeriesList } from "./SeriesList";

afterEach(cleanup);

const series = (uid: string, series_number: number): SeriesOfCase => ({
  series_instance_uid: uid,
  modality: "MG",
  series_number,
  number_of_instances: 1,
  facts: null,
});

function study(caption: string, ...all: SeriesOfCase[]): CaseStudy {
  const images = { study_instance_uid: caption, is_synthetic: true, series: all };
  return { caption, isPrior: false, isWithheld: false, images };
}

const STUDIES = [study("Current 1", series("a", 1), series("b", 2)), study("Current 2", series("c", 1))];

const noted = () =>
  screen.getAllByRole("button").map((one) => one.getAttribute("aria-label")?.split(", ").at(-1));

test("the list counts what hangs in no pane and says it of each series", () => {
  const list = (uid: string | null, studies = STUDIES) => (
    <SeriesList studies={studies} grid={oneSeries(uid)} viewer={null} onChosen={() => undefined} />
  );
  const { rerender } = render(list("b"));
  expect(screen.getByText("2 of 3 in no pane")).toBeTruthy();
  expect(noted()).toEqual(["in no pane", "in a pane", "in no pane"]);
  const grid = oneSeries("a");
  const two = {
    ...grid,
    panes: [...grid.panes, { ...grid.panes[0], id: "2", view: "STACK" as const, seriesInstanceUid: "b" }],
  };
  rerender(<SeriesList studies={STUDIES.slice(0, 1)} grid={two} viewer={null} onChosen={() => undefined} />);
  expect(screen.queryByText(/in no pane/)).toBeNull();
  expect(noted()).toEqual(["in a pane", "in a pane"]);
});

test("a prior that is hidden meanwhile is named and offers no series", () => {
  const prior = {
    ...study("Prior 1 · 14 months earlier", series("old", 7)),
    isPrior: true,
    isWithheld: true,
  };
  const all = [study("Current", series("a", 1)), prior];
  render(<SeriesList studies={all} grid={oneSeries("a")} viewer={null} onChosen={() => undefined} />);
  expect(screen.getByText("Prior 1 · 14 months earlier")).toBeTruthy();
  expect(screen.getByText("not shown now")).toBeTruthy();
  expect(noted()).toEqual(["in a pane"]);
});
