// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Measuring, Quantity, SegmentMeasurement } from "@/api/measurements";
import { MeasurementTable } from "./MeasurementTable";

afterEach(cleanup);

const quantity = (
  name: string,
  value: number | null,
  unit: string,
  more: Partial<Quantity> = {},
): Quantity => ({
  family: "shape",
  name,
  value,
  unit,
  ibsi: null,
  reason: null,
  ...more,
});

const measured = (quantities: Quantity[], reason = ""): SegmentMeasurement => ({
  finding_id: "1",
  segment_sha256: "ab",
  pixels_sha256: "cd",
  software: { "overread-measurement": "1" },
  reason,
  measured_at: "2026-01-01T00:00:00Z",
  quantities,
});

const measuring = (more: Partial<Measuring> = {}): Measuring => ({
  state: "SUCCEEDED",
  progress_done: 1,
  progress_total: 1,
  error_code: "",
  error_detail: "",
  measurements: [],
  ...more,
});

const table = (said: Measuring, ...all: SegmentMeasurement[]) => {
  const segments = all.map((measurement, index) => ({
    key: String(index),
    name: `mark ${index + 1}`,
    measurement,
  }));
  return render(<MeasurementTable measuring={said} segments={segments} label="Measurements" />);
};

test("a segment has a line, and all the rest on request with the reason of what has no value", () => {
  table(
    measuring(),
    measured([
      quantity("volume", 2500, "mm3", { ibsi: "YEKZ" }),
      quantity("skewness", null, "1", { family: "intensity", reason: "All voxels are equal." }),
    ]),
  );
  const line = screen.getByRole("row", { name: /^mark 1/ });
  expect(line.textContent).toBe("mark 12.5 ml––");
  expect(screen.getByText("All measurements of mark 1")).toBeTruthy();
  expect(screen.getByText("2,500 mm³").title).toBe("IBSI YEKZ");
  expect(screen.getByText("All voxels are equal.")).toBeTruthy();
});

test("a segment of which nothing is measured says why", () => {
  table(measuring(), measured([], "The box is too large."));
  expect(screen.getByText("Not measured: The box is too large.")).toBeTruthy();
  expect(screen.queryByText(/All measurements/)).toBeNull();
});

test("what a worker does, and why it failed, is told", () => {
  const { rerender } = table(measuring({ state: "PENDING" }));
  expect(screen.getByRole("status").textContent).toContain("waits for a worker");
  const failed = measuring({ state: "FAILED", error_detail: "The archive no longer has an image." });
  rerender(<MeasurementTable measuring={failed} segments={[]} label="Measurements" />);
  expect(screen.getByRole("status").textContent).toBe(
    "Measuring failed: The archive no longer has an image.",
  );
});
