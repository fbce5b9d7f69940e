import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AiFinding, type AiPrediction, comparisonQuery, heatMapQuery, type Read } from "@/api/reading";
import { type AiChoice, decisionOn } from "@/domain/aiDecisions";
import { askedQuestions } from "@/domain/conditions";
import type { HeatMap } from "@/domain/heatMap";
import {
  isLocated,
  isMarkKind,
  type LocatedFindingQuestion,
  type Question,
  sameCode,
} from "@/domain/labelSchema";
import type { AiDecision, Finding, ReadPayload } from "@/domain/payload";
import { onlyCode } from "../FindingFields";
import type { Images } from "../useImages";
import type { EditedRead } from "../useReadSession";
import { aiMark, aiMarkId } from "../viewerMarks";
import type { Overlays } from "./useOverlays";

/** The AI beside the reader: what it says, how it is shown, and what the reader makes of its findings. */
export interface Ai {
  prediction: AiPrediction | null;
  isPending: boolean;
  error: unknown;
  retry: () => void;
  heat: HeatMap | null;
  overlays: Overlays;
  selectedId: string | null;
  isDecidable: boolean;
  areDecisionsRequired: boolean;
  /** Why the last decision could not be made. */
  problem: string | null;
  choose: (findingId: string) => void;
  chooseNext: () => void;
  decide: (findingId: string, choice: AiChoice) => void;
  /** The same for the chosen finding; without one the next undecided finding is chosen first, to be looked at. */
  decideChosen: (choice: AiChoice) => void;
}

/** What the AI says, once it may be asked; before that nothing is asked. */
export function useAiSays(read: Read, isShown: boolean) {
  const comparison = useQuery(comparisonQuery(read.id, isShown));
  const prediction = isShown ? (comparison.data?.ai ?? null) : null;
  const heat = useQuery(heatMapQuery(read.id, prediction?.heat_map ?? null));
  return { comparison, prediction, heat: heat.data ?? null, heatError: heat.error };
}

interface AiInput {
  read: Read;
  handle: EditedRead;
  images: Images;
  says: ReturnType<typeof useAiSays>;
  overlays: Overlays;
  isFrozen: boolean;
}

export function useAi({ read, handle, images, says, overlays, isFrozen }: AiInput): Ai {
  const { comparison, prediction } = says;
  const [problem, setProblem] = useState<string | null>(null);
  const { ai_display, ai_decisions_required } = read.reader_study;
  const isDecidable = ai_display === "CONCURRENT" || ai_display === "SECOND_READ";
  const findings = prediction?.findings ?? [];
  const { payload } = handle.session.save;
  const selected = findings.find(({ id }) => isChosen(id, images.selectedMarkId, payload)) ?? null;
  const choose = (id: string) => images.goToMark(aiMarkId(id));
  const decideOn = useDeciding({ read, handle, images, setProblem });
  const decide = (id: string, choice: AiChoice) => {
    const finding = findings.find((candidate) => candidate.id === id);
    if (finding && prediction && isDecidable && !isFrozen) {
      void decideOn(prediction.prediction_id, finding, choice);
    }
  };
  return {
    prediction,
    isPending: comparison.isPending,
    error: comparison.error ?? says.heatError,
    retry: () => void comparison.refetch(),
    heat: says.heat,
    overlays,
    selectedId: selected?.id ?? null,
    isDecidable,
    areDecisionsRequired: ai_decisions_required,
    problem,
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
function isChosen(aiFindingId: string, markId: string | null, payload: ReadPayload): boolean {
  const copyId = decisionOn(payload, aiFindingId)?.finding_id;
  const copy = payload.findings.find(({ id }) => id === copyId);
  return markId === aiMarkId(aiFindingId) || (copy?.marks.some(({ id }) => id === markId) ?? false);
}

interface DecidingInput extends Omit<AiInput, "says" | "overlays" | "isFrozen"> {
  setProblem: (problem: string | null) => void;
}

/** Decide about a finding; the same decision again takes it back. */
function useDeciding({ read, handle, images, setProblem }: DecidingInput) {
  const { edit } = handle;
  const { payload } = handle.session.save;
  return async (prediction_id: string, finding: AiFinding, choice: AiChoice) => {
    setProblem(null);
    const earlier = decisionOn(payload, finding.id);
    const entry = { prediction_id, ai_finding_id: finding.id };
    const ownMark = payload.findings.find(({ id }) => id === earlier?.finding_id)?.marks[0];
    if (isTakenBack(earlier, choice)) edit({ type: "ai_taken_back", aiFindingId: finding.id });
    else if (choice === "reject")
      edit({ type: "ai_decided", decision: decisionNow(entry, "REJECTED", null), copy: null });
    else if (ownMark) images.goToMark(ownMark.id);
    else {
      const asked = askedQuestions(read.label_schema.questions, payload);
      const copy = await copyFor(finding, { read, asked }, images);
      if (!copy) return setProblem(NO_TOOL);
      edit({ type: "ai_decided", decision: decisionNow(entry, "ACCEPTED", copy.id), copy });
      if (choice === "adjust") images.setSelectedMarkId(copy.marks[0]?.id ?? null);
    }
  };
}

/** The reader's own finding that an AI's finding becomes, on the slice where it lies; null when the form has no place for it. */
async function copyFor(
  finding: AiFinding,
  { read, asked }: { read: Read; asked: Question[] },
  images: Images,
): Promise<Finding | null> {
  const question = questionFor(finding, asked.filter(isLocated));
  const drawn = aiMark(finding, read.case.imaging_study);
  const mark =
    question && (await images.viewer.current?.copyOfAiMark(drawn, question.tools.filter(isMarkKind)));
  return question && mark ? copyOf(finding, question, { id: crypto.randomUUID(), ...mark }) : null;
}

const NO_TOOL = "The form has no tool for this mark on these images: mark it yourself, or reject it.";

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

/** The question whose codes hold the AI's, else the only one that asks for marks. */
function questionFor(finding: AiFinding, located: LocatedFindingQuestion[]): LocatedFindingQuestion | null {
  const named = located.find(({ codes }) => codes.some((code) => sameCode(code, finding.code)));
  return named ?? located[0] ?? null;
}

/** The AI's finding in the reader's words: its code where the form has it, its score as the confidence. */
function copyOf(
  finding: AiFinding,
  question: LocatedFindingQuestion,
  mark: Finding["marks"][number],
): Finding {
  return {
    id: crypto.randomUUID(),
    question: question.key,
    code: question.codes.find((code) => sameCode(code, finding.code)) ?? onlyCode(question),
    confidence: Math.round(100 * finding.score),
    answers: {},
    marks: [mark],
  };
}
