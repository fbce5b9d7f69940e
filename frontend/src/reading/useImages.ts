import { type RefObject, useCallback, useMemo, useRef, useState } from "react";
import type { AiPrediction, Read } from "@/api/reading";
import { questionForMark } from "@/domain/formKeys";
import { type Grid, withSeries } from "@/domain/grid";
import { isLocated, type MarkKind } from "@/domain/labelSchema";
import type { Finding } from "@/domain/payload";
import type { DrawnMark, ViewerHandle, ViewerMark } from "@/viewer";
import { onlyCode } from "./FindingRow";
import { useHanging } from "./useHanging";
import type { EditedRead } from "./useReadSession";

export interface Images {
  viewer: RefObject<ViewerHandle | null>;
  marks: ViewerMark[];
  tool: MarkKind | null;
  setTool: (tool: MarkKind | null) => void;
  areMarksVisible: boolean;
  toggleMarks: () => void;
  selectedMarkId: string | null;
  setSelectedMarkId: (id: string | null) => void;
  /** Select a mark and go to its slice, on whichever series it lies. */
  goToMark: (id: string) => void;
  grid: Grid;
  onGrid: (change: (grid: Grid) => Grid) => void;
  /** Back to how the case opened. */
  hangAgain: () => void;
  /** Show a series in a pane, the active one unless said. */
  showSeries: (seriesInstanceUid: string, paneId?: string) => void;
  firstMark: ViewerMark | null;
  onMarkDrawn: (id: string, mark: DrawnMark) => void;
  onMarkMoved: (id: string, mark: DrawnMark) => void;
}

interface ImagesInput {
  read: Read;
  handle: EditedRead;
  isFrozen: boolean;
  ai: AiPrediction | null;
  keepsTool: boolean;
}

/** What is on the images and which part of it is chosen; the marks themselves are those of the read. */
export function useImages({ read, handle, isFrozen, ai, keepsTool }: ImagesInput): Images {
  const viewer = useRef<ViewerHandle>(null);
  const [tool, setTool] = useState<MarkKind | null>(null);
  const [areMarksVisible, setMarksVisible] = useState(true);
  const [selectedMarkId, setSelectedMarkId] = useState<string | null>(null);
  const { findings, ai_decisions } = handle.session.save.payload;
  const known = useMemo(() => [...ownMarks(findings, isFrozen), ...aiMarks(ai)], [findings, isFrozen, ai]);
  const marks = useMemo(() => {
    // An accepted mark is the reader's own now, and a rejected one is out of the way; both stay in the list.
    const settled = ai_decisions.filter(({ decision }) => decision !== "ADJUSTED");
    const hidden = new Set(settled.map((decision) => aiMarkId(decision.ai_finding_id)));
    return known.filter((mark) => mark.source !== "AI" || !hidden.has(mark.id));
  }, [known, ai_decisions]);
  const { grid, onGrid, firstMark, setFirstMark, hangAgain } = useHanging(read, marks);
  const showSeries = useCallback(
    (uid: string, paneId?: string) => {
      setFirstMark(null);
      onGrid((before) => withSeries(before, paneId ?? before.activeId, uid));
    },
    [onGrid, setFirstMark],
  );
  const goToMark = useCallback(
    (id: string) => {
      setSelectedMarkId(id);
      const mark = known.find((candidate) => candidate.id === id);
      if (!mark || viewer.current?.jumpToMark(mark)) return;
      const series = mark.geometry.series_instance_uid;
      if (!series) return;
      setFirstMark(mark);
      onGrid((before) => withSeries(before, before.activeId, series));
    },
    [known, onGrid, setFirstMark],
  );
  const { edit } = handle;
  const { questions } = read.label_schema;
  const onMarkDrawn = useCallback(
    (id: string, mark: DrawnMark) => {
      const key = questionForMark(questions, mark.geometry.kind);
      const question = questions.filter(isLocated).find((candidate) => candidate.key === key);
      const code = question ? onlyCode(question) : null;
      const finding = { id: crypto.randomUUID(), question: key, code, confidence: null, answers: {} };
      edit({ type: "finding_added", finding: { ...finding, marks: [{ id, ...mark }] } });
      // One mark a choice of tool, unless the person wants it otherwise: a second click on the image then selects
      // and cannot make another by accident.
      if (!keepsTool) setTool(null);
      setSelectedMarkId(id);
    },
    [edit, questions, keepsTool],
  );
  return {
    viewer,
    marks,
    tool,
    setTool: useCallback(
      (chosen) => {
        setTool(chosen);
        onGrid((before) => (before.isMagnifying ? { ...before, isMagnifying: false } : before));
      },
      [onGrid],
    ),
    areMarksVisible,
    toggleMarks: useCallback(() => setMarksVisible((areVisible) => !areVisible), []),
    selectedMarkId,
    setSelectedMarkId,
    goToMark,
    grid,
    onGrid,
    hangAgain,
    showSeries,
    firstMark,
    onMarkDrawn,
    onMarkMoved: useCallback((id, mark) => edit({ type: "mark_changed", id, change: mark }), [edit]),
  };
}

function ownMarks(findings: Finding[], isLocked: boolean): ViewerMark[] {
  return findings.flatMap(({ marks }, index) =>
    marks.map(({ id, geometry }): ViewerMark => {
      const label = String(index + 1);
      return { id, geometry, label, source: "READER", isLocked };
    }),
  );
}

function aiMarks(ai: AiPrediction | null): ViewerMark[] {
  return (ai?.findings ?? []).map(({ id, geometry, score }) => ({
    id: aiMarkId(id),
    geometry,
    label: `AI ${score.toFixed(2)}`,
    source: "AI",
    isLocked: true,
  }));
}

/** Kept apart from the ids of the reader's own marks. */
export function aiMarkId(findingId: string): string {
  return `ai-${findingId}`;
}
