import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useState } from "react";
import { flushSync } from "react-dom";
import type { Edit } from "@/domain/edits";
import { questionForMark } from "@/domain/formKeys";
import { type FindingTool, isLocated, type MarkKind, type Question, SEGMENT } from "@/domain/labelSchema";
import { type Finding, findingOfMark, type Mark, MOST_FINDINGS, TOO_MANY_FINDINGS } from "@/domain/payload";
import type { DrawnMark } from "@/viewer";
import { onlyCode } from "./FindingFields";

export interface MarkDrawing {
  tool: MarkKind | null;
  /** Another kind of tool takes the mouse; the finding that is being extended stays so. */
  putToolAway: () => void;
  setTool: (tool: MarkKind | null) => void;
  /** The finding that the next mark joins; null makes a finding of its own. */
  extendedId: string | null;
  /** Let the next mark join this finding, or no longer. */
  toggleExtending: (finding: Finding) => void;
  /** Whether the read has room for another mark of the chosen tool; says so where it has none. */
  hasRoom: () => boolean;
  onMarkDrawn: (id: string, mark: DrawnMark) => void;
  onMarkMoved: (id: string, mark: DrawnMark) => void;
}

interface MarkDrawingInput {
  /** Those that are on the form now. */
  questions: Question[];
  findings: Finding[];
  edit: (edit: Edit) => void;
  keepsTool: boolean;
  onSelected: (markId: string) => void;
}

/** Which tool is chosen, and what becomes of a mark once it is drawn. */
export function useMarkDrawing(input: MarkDrawingInput): MarkDrawing {
  const { questions, findings, edit, keepsTool, onSelected } = input;
  const [tool, setTool] = useState<MarkKind | null>(null);
  const [extendedId, setExtendedId] = useState<string | null>(null);
  const askForText = useArrowText();
  const hasRoomFor = useCallback(
    (kind: MarkKind | null) => {
      if (!isFullFor(kind, { findings, questions, extendedId })) return true;
      notifications.show({ id: "full", message: TOO_MANY_FINDINGS, color: "orange" });
      return false;
    },
    [findings, questions, extendedId],
  );
  const hasRoom = useCallback(() => hasRoomFor(tool), [hasRoomFor, tool]);
  const chooseTool = useCallback(
    (next: MarkKind | null) => {
      // Said before the mark is drawn, not after.
      if (next !== null && !hasRoomFor(next)) return;
      setTool(next);
      if (next === null) setExtendedId(null);
    },
    [hasRoomFor],
  );
  const toggleExtending = useCallback(
    (finding: Finding) => {
      const isOn = extendedId === finding.id;
      setExtendedId(isOn ? null : finding.id);
      const kind = finding.marks.at(-1)?.geometry.kind ?? SEGMENT;
      // Segments have tools of their own, and the one that is chosen stays chosen.
      setTool(isOn || kind === SEGMENT ? null : kind);
    },
    [extendedId],
  );
  const onMarkDrawn = useCallback(
    (id: string, drawn: DrawnMark) => {
      const extended = findings.find((finding) => finding.id === extendedId);
      atOnce(() => {
        edit(editOfNewMark({ id, ...drawn }, questions, extended));
        // One mark a choice of tool, unless the person wants it otherwise: a second click on the image then selects
        // and cannot make another by accident.
        if (!keepsTool) chooseTool(null);
        onSelected(id);
        if (drawn.geometry.kind === "ARROW") askForText(id);
      });
    },
    [edit, questions, findings, extendedId, keepsTool, chooseTool, onSelected, askForText],
  );
  const onMarkMoved = useCallback(
    (id: string, drawn: DrawnMark) => {
      const mark = findingOfMark(findings, id)?.marks.find((known) => known.id === id);
      if (mark) atOnce(() => edit({ type: "mark_changed", id, change: drawn }));
    },
    [edit, findings],
  );
  const putToolAway = useCallback(() => setTool(null), []);
  return {
    tool,
    setTool: chooseTool,
    putToolAway,
    extendedId,
    toggleExtending,
    hasRoom,
    onMarkDrawn,
    onMarkMoved,
  };
}

/** In the moment after, the page may be gone, and React would only then have seen to what is kept. */
const atOnce = flushSync;

/** An arrow just drawn waits for its text: its field takes the keyboard then, and never because it comes back by undo or redo. */
function useArrowText(): (markId: string) => void {
  const [drawnId, setDrawnId] = useState<string | null>(null);
  useEffect(() => {
    if (drawnId === null) return;
    document.querySelector<HTMLElement>(`[data-mark="${CSS.escape(drawnId)}"] input`)?.focus();
  }, [drawnId]);
  return setDrawnId;
}

/** A mark joins the finding that is being extended where the form allows it there; else it is one of its own. */
export function editOfNewMark(mark: Mark, questions: Question[], extended: Finding | undefined): Edit {
  const { kind } = mark.geometry;
  if (extended && allowsIn(extended, questions, kind)) {
    return { type: "mark_added", findingId: extended.id, mark };
  }
  const key = questionForMark(questions, kind);
  const question = questions.filter(isLocated).find((candidate) => candidate.key === key);
  const code = question ? onlyCode(question) : null;
  const id = crypto.randomUUID();
  return {
    type: "finding_added",
    finding: { id, question: key, code, confidence: null, answers: {}, marks: [mark] },
  };
}

interface MarkedRead extends Pick<MarkDrawingInput, "findings" | "questions"> {
  extendedId: string | null;
}

/** Whether a mark of this kind would be one finding too many: one that joins the extended finding makes none. */
export function isFullFor(
  kind: FindingTool | null,
  { findings, questions, extendedId }: MarkedRead,
): boolean {
  if (findings.length < MOST_FINDINGS) return false;
  const extended = findings.find(({ id }) => id === extendedId);
  return kind === null || !extended || !allowsIn(extended, questions, kind);
}

function allowsIn(finding: Finding, questions: Question[], kind: FindingTool): boolean {
  const question = questions.filter(isLocated).find(({ key }) => key === finding.question);
  return !question || question.tools.includes(kind);
}
