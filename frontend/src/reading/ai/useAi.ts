import { useCallback, useMemo, useState } from "react";
import type { AiFinding, AiPrediction, Read } from "@/api/reading";
import { type AiChoice, decisionOn } from "@/domain/aiDecisions";
import type { AiMaps } from "@/domain/aiMaps";
import { askedQuestions } from "@/domain/conditions";
import {
  type AiDecision,
  type Finding,
  isSegment,
  type Mark,
  MOST_FINDINGS,
  type ReadPayload,
  TOO_MANY_FINDINGS,
} from "@/domain/payload";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import { aiMarkId, aiSegmentOverlays } from "@/ui/ai/aiMarks";
import type { Overlays } from "@/ui/ai/useOverlays";
import { placeMark } from "@/ui/placeMark";
import type { Segments } from "../segments/useSegments";
import type { Images } from "../useImages";
import type { EditedRead } from "../useReadSession";
import { type CopyingPlace, copyFor, refusalOfCopy } from "./aiCopies";
import type { AiSays, SaidHeat } from "./useAiSays";

/** The AI beside the reader: what it says, how it is shown, and what the reader makes of its findings. */
export interface Ai {
  prediction: AiPrediction | null;
  isPending: boolean;
  error: unknown;
  retry: () => void;
  isOfFirst: boolean;
  heats: SaidHeat[];
  maps: AiMaps;
  isHeatLoading: boolean;
  /** Its segments as they lie over the images now. */
  segments: SegmentOverlay[];
  overlays: Overlays;
  selectedId: string | null;
  isDecidable: boolean;
  areDecisionsRequired: boolean;
  /** Why the last decision could not be made. */
  problem: string | null;
  /** Whether the voxels of a segment of this digest are here. */
  isLoaded: (sha256: string) => boolean;
  /** The finding that is being taken over: a large segment is measured first. */
  busyId: string | null;
  /** Why a finding cannot be taken over in this form; null when it can. */
  refusal: (finding: AiFinding) => string | null;
  choose: (findingId: string) => void;
  chooseNext: () => void;
  decide: (findingId: string, choice: AiChoice) => void;
  /** The same for the chosen finding; without one the next undecided finding is chosen first, to be looked at. */
  decideChosen: (choice: AiChoice) => void;
}

interface AiInput {
  read: Read;
  handle: EditedRead;
  images: Images;
  /** The reader's own, among which accepted ones come to be. */
  segments: Segments;
  says: AiSays;
  overlays: Overlays;
  isFrozen: boolean;
}

export function useAi(input: AiInput): Ai {
  const { read, handle, images, says, overlays, isFrozen } = input;
  const { prediction } = says;
  const [problem, setProblem] = useState<string | null>(null);
  const [busyId, setBusyId] = useState<string | null>(null);
  const { ai_display, ai_decisions_required } = read.reader_study;
  const isDecidable = ai_display === "CONCURRENT" || ai_display === "SECOND_READ";
  const findings = prediction?.findings ?? [];
  const { payload } = handle.session.save;
  const selected = findings.find(({ id }) => isChosen(id, images.selectedMarkId, payload)) ?? null;
  const choose = (id: string) => images.goToMark(aiMarkId(id));
  const decideOn = useDeciding({ ...input, setProblem });
  const decide = (id: string, choice: AiChoice) => {
    const finding = findings.find((candidate) => candidate.id === id);
    if (finding && isDecidable && !isFrozen) {
      setBusyId(id);
      decideOn(finding, choice)
        .catch(() => setProblem(NOT_LOADED))
        .finally(() => setBusyId(null));
    }
  };
  return {
    prediction,
    isPending: says.isPending,
    error: says.error,
    retry: says.retry,
    isOfFirst: says.isOfFirst,
    heats: says.heats,
    maps: says.maps,
    isHeatLoading: says.isHeatLoading,
    segments: useShownSegments(input),
    overlays,
    selectedId: selected?.id ?? null,
    isDecidable,
    areDecisionsRequired: ai_decisions_required,
    problem,
    isLoaded: (sha256) => says.voxels.has(sha256),
    busyId,
    refusal: useCallback((finding: AiFinding) => refusalOfCopy(finding, read), [read]),
    choose,
    chooseNext: () => {
      const next = findings[(findings.findIndex(({ id }) => id === selected?.id) + 1) % findings.length];
      if (next) choose(next.id);
    },
    decide,
    decideChosen: (choice) => {
      const open = findings.find(({ id }) => !decisionOn(payload, id));
      if (selected) decide(selected.id, choice);
      else if (open) choose(open.id);
    },
  };
}

/** Whether the chosen mark is this finding of the AI, or the reader's own copy of it. */
function isChosen(key: string, markId: string | null, payload: ReadPayload): boolean {
  const copyId = decisionOn(payload, key)?.finding_id;
  const copy = payload.findings.find(({ id }) => id === copyId);
  return markId === aiMarkId(key) || (copy?.marks.some(({ id }) => id === markId) ?? false);
}

/** The AI's segments over the images: not those that are settled, and none while marks are hidden. */
function useShownSegments({ handle, images, says, overlays }: AiInput): SegmentOverlay[] {
  const { prediction, voxels } = says;
  const { ai_decisions } = handle.session.save.payload;
  const { selectedMarkId } = images;
  const strength = images.areMarksVisible ? overlays.strengths.marks : 0;
  return useMemo(
    () => aiSegmentOverlays({ prediction, voxels, ai_decisions, selectedMarkId, strength }),
    [prediction, voxels, ai_decisions, selectedMarkId, strength],
  );
}

interface DecidingInput extends AiInput {
  setProblem: (problem: string | null) => void;
}

/** Decide about a finding; the same decision again takes it back. */
function useDeciding({ read, handle, images, segments, says, setProblem }: DecidingInput) {
  const { edit } = handle;
  const { payload } = handle.session.save;
  return async (finding: AiFinding, choice: AiChoice) => {
    setProblem(null);
    const earlier = decisionOn(payload, finding.id);
    const { prediction_id, ai_finding_id } = finding;
    const entry = { prediction_id, ai_finding_id };
    const ownMark = payload.findings.find(({ id }) => id === earlier?.finding_id)?.marks[0];
    if (isTakenBack(earlier, choice)) edit({ type: "ai_taken_back", aiFindingKey: finding.id });
    else if (choice === "reject")
      edit({ type: "ai_decided", decision: decisionNow(entry, "REJECTED", null), copy: null });
    else if (ownMark) images.goToMark(ownMark.id);
    else if (payload.findings.length >= MOST_FINDINGS) setProblem(TOO_MANY_FINDINGS);
    else {
      const questions = askedQuestions(read.label_schema.questions, payload);
      const asking = { ...read, label_schema: { ...read.label_schema, questions } };
      const taken = await takenOver(finding, { read: asking, images, segments, voxels: says.voxels });
      if (typeof taken === "string") return setProblem(taken);
      edit({ type: "ai_decided", decision: decisionNow(entry, "ACCEPTED", taken.id), copy: taken });
      if (choice === "adjust") openToChange(taken.marks[0], images, segments);
    }
  };
}

/** The reader's own copy of a finding, or why there is none. */
async function takenOver(finding: AiFinding, place: CopyingPlace): Promise<Finding | string> {
  const refusal = refusalOfCopy(finding, place.read);
  return refusal ?? (await copyFor(finding, place)) ?? NOT_HERE;
}

const NOT_LOADED = "The images below this mark could not be loaded, so nothing was taken over. Try again.";
const NOT_HERE =
  "This mark lies on no image of this case where it can be copied: mark it yourself, or reject it.";

/** The copy is chosen and on the screen, and where it is a segment the brush is at hand. */
function openToChange(mark: Mark | undefined, images: Images, segments: Segments): void {
  if (!mark) {
    images.setSelectedMarkId(null);
    return;
  }
  const { id, geometry } = mark;
  const isPainted = isSegment(geometry);
  const drawn = !isPainted && { id, geometry, label: "", source: "READER" as const, isLocked: true };
  images.goToMark(id, drawn || placeMark(id, geometry));
  if (isPainted) segments.setTool("BRUSH");
}

/** Pressing what is already decided takes it back; "adjust" on a copy goes to the copy instead. */
function isTakenBack(earlier: AiDecision | undefined, choice: AiChoice): boolean {
  if (choice === "reject") return earlier?.decision === "REJECTED";
  return choice === "accept" && earlier?.decision === "ACCEPTED";
}

function decisionNow(
  entry: Pick<AiDecision, "prediction_id" | "ai_finding_id">,
  decision: AiDecision["decision"],
  finding_id: string | null,
): AiDecision {
  return { ...entry, decision, finding_id, decided_at: new Date().toISOString() };
}
