// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Finding, MOST_FINDINGS } from "@/domain/payload";
import { useMarkDrawing } from "./useMarkDrawing";

function drawingWith(count: number) {
  const findings = Array.from({ length: count }, (_, index): Finding => {
    const geometry = {
      kind: "LENGTH" as const,
      points_mm: null,
      points_px: [],
      frame_of_reference_uid: null,
      sop_instance_uid: "1.2",
      series_instance_uid: "1.3",
      frame_number: 1,
    };
    const marks = [{ id: `m${index}`, geometry, measurements: {} }];
    return { id: `f${index}`, question: null, code: null, confidence: null, answers: {}, marks };
  });
  const nothing = () => undefined;
  const input = { questions: [], findings, edit: nothing, keepsTool: false, onSelected: nothing };
  return { findings, drawing: renderHook(() => useMarkDrawing(input)).result };
}

test("the last finding that a read may have can be drawn", () => {
  const { drawing } = drawingWith(MOST_FINDINGS - 1);
  act(() => drawing.current.setTool("LENGTH"));
  expect(drawing.current.tool).toBe("LENGTH");
  expect(drawing.current.hasRoom()).toBe(true);
});

test("in a full read no tool is taken up, but a finding can still be extended", () => {
  const { findings, drawing } = drawingWith(MOST_FINDINGS);
  act(() => drawing.current.setTool("LENGTH"));
  expect(drawing.current.tool).toBeNull();
  expect(drawing.current.hasRoom()).toBe(false);
  act(() => drawing.current.toggleExtending(findings[0] as Finding));
  expect(drawing.current.tool).toBe("LENGTH");
  expect(drawing.current.hasRoom()).toBe(true);
});
