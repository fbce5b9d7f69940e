import { useCallback } from "react";
import type { Read } from "@/api/reading";
import { askedQuestions } from "@/domain/conditions";
import { answerOfKey, type KeyAnswer, questionForKey } from "@/domain/formKeys";
import { type History, redo, undo } from "@/domain/history";
import type { HotkeyAction } from "@/domain/hotkeys";
import { MARK_KIND_ROWS } from "@/domain/markKinds";
import { changedMark, markIn, type ReadPayload } from "@/domain/payload";
import type { Preset } from "@/domain/windowPresets";
import type { Ai } from "./ai/useAi";
import type { Segments } from "./segments/useSegments";
import type { Images } from "./useImages";
import type { EditedRead } from "./useReadSession";
import { type RoomActions, useWaitingKeys } from "./useWaitingKeys";
import { type Actions, viewActions } from "./viewActions";

interface RoomActionsInput {
  read: Read;
  handle: EditedRead;
  images: Images;
  segments: Segments;
  presets: Preset[];
  isFrozen: boolean;
  /** It is not known yet whether the read may be changed here. */
  isAsking: boolean;
  ai: Ai;
  sign: (() => void) | undefined;
  freeze: (() => void) | undefined;
  goOn: (() => void) | undefined;
  help: Help;
  clinicalText: Help;
}

/** What a key shows and hides: the table of keys, the clinical text. */
export interface Help {
  isShown: boolean;
  toggle: () => void;
}

/** What every hotkey does, in one table; what changes the read waits for the turn, and does nothing once it is frozen. */
export function useRoomActions(input: RoomActionsInput): RoomActions {
  const { isAsking, isFrozen } = input;
  const waits = (action: HotkeyAction) => action in changesOf(input) || TO_SIGN.has(action);
  const act = useCallback(
    (action: HotkeyAction) => {
      const change = input.isFrozen ? undefined : changesOf(input)[action];
      (change ?? looksOf(input)[action])?.();
    },
    [input],
  );
  return useWaitingKeys({ act, isAsking, isFrozen, waits, leadsToField });
}

const TO_SIGN: ReadonlySet<HotkeyAction> = new Set(["sign", "first_read_freeze"]);

function leadsToField(action: HotkeyAction): boolean {
  return action === "sign";
}

function looksOf(input: RoomActionsInput): Actions {
  const { images, ai, sign, freeze, goOn, help, clinicalText } = input;
  return {
    ...viewActions(input),
    tool_select: () => {
      if (help.isShown) return help.toggle();
      images.setTool(null);
      input.segments.setTool(null);
    },
    segment_opacity: input.segments.stepOpacity,
    marks_toggle: images.toggleMarks,
    marks_hide: () => images.holdMarksHidden(true),
    marks_show: () => images.holdMarksHidden(false),
    mark_next: () => stepMarks(input, 1),
    mark_previous: () => stepMarks(input, -1),
    mark_back: images.goBack,
    ai_next: ai.chooseNext,
    heat_toggle: ai.overlays.toggle,
    heat_more: () => ai.overlays.step(1),
    heat_less: () => ai.overlays.step(-1),
    clinical_text_toggle: clinicalText.toggle,
    first_read_freeze: freeze,
    sign,
    next_case: goOn,
    help: help.toggle,
  };
}

function changesOf(input: RoomActionsInput): Actions {
  const { handle, images, ai } = input;
  return {
    ...toolsOf(input),
    ...segmentToolsOf(input),
    finding_extend: images.extendSelected,
    box_first: () => images.moveBoxEnd("FIRST"),
    box_last: () => images.moveBoxEnd("LAST"),
    ai_accept: () => ai.decideChosen("accept"),
    ai_adjust: () => ai.decideChosen("adjust"),
    ai_reject: () => ai.decideChosen("reject"),
    mark_delete: () => {
      if (images.selectedMarkId) handle.edit({ type: "mark_removed", id: images.selectedMarkId });
    },
    // What is half drawn is the last thing done, and on no list yet.
    undo: () => images.viewer.current?.dropHalfDrawn() || step(input, handle.undo, undo),
    redo: () => step(input, handle.redo, redo),
    answer_yes: () => answer(input, true),
    answer_no: () => answer(input, false),
    answer_1: () => answer(input, 1),
    answer_2: () => answer(input, 2),
    answer_3: () => answer(input, 3),
    answer_4: () => answer(input, 4),
    answer_5: () => answer(input, 5),
  };
}

function answer({ read, handle }: RoomActionsInput, said: KeyAnswer): void {
  const focused = document.activeElement?.closest<HTMLElement>("[data-question]")?.dataset.question ?? null;
  const { payload } = handle.session.save;
  const shown = askedQuestions(read.label_schema.questions, payload);
  const question = questionForKey(shown, payload.answers, focused, said);
  const value = question && answerOfKey(question, payload.answers[question.key], said);
  if (question && value !== undefined) handle.edit({ type: "answer", key: question.key, value });
}

/** Through all marks as they stand in the list, segments too, and then those of others. */
function stepMarks({ images, handle }: RoomActionsInput, by: 1 | -1): void {
  const own = handle.session.save.payload.findings.flatMap(({ marks }) => marks.map(({ id }) => id));
  const others = [...images.marks, ...images.places];
  const ids = [...new Set([...own, ...others.map(({ id }) => id)])];
  const current = ids.indexOf(images.selectedMarkId ?? "");
  const next = current === -1 && by === -1 ? ids.at(-1) : ids[(current + by + ids.length) % ids.length];
  if (next !== undefined) images.goToMark(next);
}

function toolsOf({ images, segments }: RoomActionsInput): Actions {
  return Object.fromEntries(
    MARK_KIND_ROWS.map(({ kind, action }) => [
      action,
      () => {
        segments.setTool(null);
        images.setTool(kind);
      },
    ]),
  );
}

function segmentToolsOf({ segments }: RoomActionsInput): Actions {
  if (!segments.isOffered) return {};
  return {
    // One key for the two that take turns.
    segment_brush: () => segments.setTool(segments.tool === "BRUSH" ? "ERASER" : "BRUSH"),
    segment_eraser: () => segments.setTool("ERASER"),
    segment_threshold: () => segments.setTool("THRESHOLD"),
    segment_grow: () => segments.setTool("GROW"),
    segment_smaller: () => segments.stepRadius(-1),
    segment_larger: () => segments.stepRadius(1),
    segment_new: segments.beginNew,
  };
}

/** Undo or redo, and show which mark it was about. */
function step(
  { handle, images, segments }: RoomActionsInput,
  act: () => void,
  look: (history: History<ReadPayload>) => History<ReadPayload>,
): void {
  const { history } = handle.session;
  const [before, after] = [history?.present.findings ?? [], history ? look(history).present.findings : []];
  const changed = changedMark(before, after);
  const place =
    changed === null ? null : segments.placeOfChange(markIn(before, changed), markIn(after, changed));
  act();
  if (changed) images.goToMark(changed, place);
}
