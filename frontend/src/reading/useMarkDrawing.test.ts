// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import type { LocatedFindingQuestion } from "@/domain/labelSchema";
import { type Finding, MOST_FINDINGS } from "@/domain/payload";
import { isFullFor, useMarkDrawing } from "./useMarkDrawing";

const NODULES: LocatedFindingQuestion = {
  kind: "LOCATED_FINDING",
  key: "nodules",
  text: "Nodules",
  required: false,
  tools: ["LENGTH", "CIRCLE"],
  codes: [],
};

function drawingWith(count: number, questions: LocatedFindingQuestion[] = []) {
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
    const question = questions[0]?.key ?? null;
    return { id: `f${index}`, question, code: null, confidence: null, answers: {}, marks };
  });
  const nothing = () => undefined;
  const input = { questions, findings, edit: nothing, keepsTool: false, onSelected: nothing };
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

test("a kind that the extended finding does not allow would be a finding of its own, and is refused too", () => {
  const { findings, drawing } = drawingWith(MOST_FINDINGS, [NODULES]);
  act(() => drawing.current.toggleExtending(findings[0] as Finding));
  act(() => drawing.current.setTool("ANGLE"));
  expect(drawing.current.tool).toBe("LENGTH");
  act(() => drawing.current.setTool("CIRCLE"));
  expect(drawing.current.tool).toBe("CIRCLE");
  expect(drawing.current.hasRoom()).toBe(true);
  const extended = { findings, questions: [NODULES], extendedId: findings[0]?.id ?? null };
  expect(isFullFor("SEGMENT", extended)).toBe(true);
  expect(isFullFor("SEGMENT", { ...extended, questions: [] })).toBe(false);
});
