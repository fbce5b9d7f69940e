import { useCallback } from "react";
import type { Read } from "@/api/reading";
import { questionForKey } from "@/domain/formKeys";
import { type History, redo, undo } from "@/domain/history";
import type { HotkeyAction } from "@/domain/hotkeys";
import type { AnswerQuestion } from "@/domain/labelSchema";
import { MARK_KIND_ROWS } from "@/domain/markKinds";
import { type Answer, changedMark, type ReadPayload } from "@/domain/payload";
import type { Preset } from "@/domain/windowPresets";
import type { Ai } from "./ai/useAi";
import type { Images } from "./useImages";
import type { EditedRead } from "./useReadSession";
import { type Actions, viewActions } from "./viewActions";

interface RoomActionsInput {
  read: Read;
  handle: EditedRead;
  images: Images;
  presets: Preset[];
  isFrozen: boolean;
  ai: Ai;
  sign: (() => void) | undefined;
  freeze: (() => void) | undefined;
  goOn: (() => void) | undefined;
  toggleHelp: () => void;
}

/** What every hotkey does, in one table; what changes the read does nothing once it is frozen. */
export function useRoomActions(input: RoomActionsInput): (action: HotkeyAction) => void {
  return useCallback(
    (action: HotkeyAction) => {
      const change = input.isFrozen ? undefined : changesOf(input)[action];
      (change ?? looksOf(input)[action])?.();
    },
    [input],
  );
}

function looksOf(input: RoomActionsInput): Actions {
  const { images, ai, sign, freeze, goOn, toggleHelp } = input;
  return {
    ...viewActions(input),
    tool_select: () => images.setTool(null),
    marks_toggle: images.toggleMarks,
    marks_hide: () => images.holdMarksHidden(true),
    marks_show: () => images.holdMarksHidden(false),
    mark_next: () => stepMarks(images, 1),
    mark_previous: () => stepMarks(images, -1),
    mark_back: images.goBack,
    ai_next: ai.chooseNext,
    heat_toggle: ai.overlays.toggle,
    heat_more: () => ai.overlays.step(1),
    heat_less: () => ai.overlays.step(-1),
    first_read_freeze: freeze,
    sign,
    next_case: goOn,
    help: toggleHelp,
  };
}

function changesOf(input: RoomActionsInput): Actions {
  const { handle, images, ai } = input;
  return {
    ...toolsOf(images),
    finding_extend: images.extendSelected,
    box_first: () => images.moveBoxEnd("FIRST"),
    box_last: () => images.moveBoxEnd("LAST"),
    ai_accept: () => ai.decideChosen("accept"),
    ai_adjust: () => ai.decideChosen("adjust"),
    ai_reject: () => ai.decideChosen("reject"),
    mark_delete: () => {
      if (images.selectedMarkId) handle.edit({ type: "mark_removed", id: images.selectedMarkId });
    },
    undo: () => step(input, handle.undo, undo),
    redo: () => step(input, handle.redo, redo),
    answer_yes: () => answer(input, "BINARY", true),
    answer_no: () => answer(input, "BINARY", false),
    answer_1: () => answer(input, "ORDINAL", 1),
    answer_2: () => answer(input, "ORDINAL", 2),
    answer_3: () => answer(input, "ORDINAL", 3),
    answer_4: () => answer(input, "ORDINAL", 4),
    answer_5: () => answer(input, "ORDINAL", 5),
  };
}

function answer({ read, handle }: RoomActionsInput, kind: AnswerQuestion["kind"], value: Answer): void {
  const focused = document.activeElement?.closest<HTMLElement>("[data-question]")?.dataset.question ?? null;
  const { answers } = handle.session.save.payload;
  const question = questionForKey(read.label_schema.questions, answers, focused, kind);
  if (!question || (question.kind === "ORDINAL" && Number(value) > question.options.length)) return;
  handle.edit({ type: "answer", key: question.key, value });
}

function stepMarks({ marks, selectedMarkId, goToMark }: Images, by: 1 | -1): void {
  const current = marks.findIndex((mark) => mark.id === selectedMarkId);
  const next =
    current === -1 && by === -1 ? marks.at(-1) : marks[(current + by + marks.length) % marks.length];
  if (next) goToMark(next.id);
}

function toolsOf(images: Images): Actions {
  return Object.fromEntries(MARK_KIND_ROWS.map(({ kind, action }) => [action, () => images.setTool(kind)]));
}

/** Undo or redo, and show which mark it was about. */
function step(
  { handle, images }: RoomActionsInput,
  act: () => void,
  look: (history: History<ReadPayload>) => History<ReadPayload>,
): void {
  const { history } = handle.session;
  const changed = history && changedMark(history.present.findings, look(history).present.findings);
  act();
  if (changed) images.goToMark(changed);
}
