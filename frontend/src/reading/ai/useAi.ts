import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { type AiFinding, type AiPrediction, comparisonQuery, heatMapQuery, type Read } from "@/api/reading";
import { decisionOn } from "@/domain/aiDecisions";
import { type HeatMap, heatStep } from "@/domain/heatMap";
import { isLocated, type LocatedFindingQuestion, sameCode } from "@/domain/labelSchema";
import type { AiDecision, Finding } from "@/domain/payload";
import { onlyCode } from "../FindingRow";
import { aiMarkId, type Images } from "../useImages";
import type { ReadSessionHandle } from "../useReadSession";

export type AiChoice = "accept" | "adjust" | "reject";

/** The AI beside the reader: what it says, how it is shown, and what the reader makes of its findings. */
export interface Ai {
  prediction: AiPrediction | null;
  isPending: boolean;
  error: unknown;
  retry: () => void;
  heat: HeatMap | null;
  opacity: number;
  setOpacity: (opacity: number) => void;
  stepOpacity: (step: 1 | -1) => void;
  toggleHeat: () => void;
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

const FIRST_OPACITY = 0.4;

interface AiInput {
  read: Read;
  handle: ReadSessionHandle;
  images: Images;
  says: ReturnType<typeof useAiSays>;
  isFrozen: boolean;
}

export function useAi({ read, handle, images, says, isFrozen }: AiInput): Ai {
  const { comparison, prediction } = says;
  const heat = useHeatOpacity();
  const [problem, setProblem] = useState<string | null>(null);
  const { ai_display, ai_decisions_required } = read.reader_study;
  const isDecidable = ai_display === "CONCURRENT" || ai_display === "SECOND_READ";
  const findings = prediction?.findings ?? [];
  const selected = findings.find(({ id }) => aiMarkId(id) === images.selectedMarkId) ?? null;
  const choose = (id: string) => images.goToMark(aiMarkId(id));
  const decideOn = useDeciding({ read, handle, images, prediction, setProblem });
  const decide = (id: string, choice: AiChoice) => {
    const finding = findings.find((candidate) => candidate.id === id);
    if (finding && isDecidable && !isFrozen) void decideOn(finding, choice);
  };
  const { payload } = handle.session.save;
  return {
    prediction,
    isPending: comparison.isPending,
    error: comparison.error ?? says.heatError,
    retry: () => void comparison.refetch(),
    heat: says.heat,
    ...heat,
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

function useHeatOpacity(): Pick<Ai, "opacity" | "setOpacity" | "stepOpacity" | "toggleHeat"> {
  const [opacity, setOpacity] = useState(FIRST_OPACITY);
  const lastShown = useRef(FIRST_OPACITY);
  if (opacity > 0) lastShown.current = opacity;
  return {
    opacity,
    setOpacity,
    stepOpacity: (step) => setOpacity((now) => heatStep(now, step)),
    toggleHeat: () => setOpacity((now) => (now > 0 ? 0 : lastShown.current)),
  };
}

interface DecidingInput extends Omit<AiInput, "says" | "isFrozen"> {
  prediction: AiPrediction | null;
  setProblem: (problem: string | null) => void;
}

/** Decide about a finding; the same decision again takes it back. */
function useDeciding({ read, handle, images, prediction, setProblem }: DecidingInput) {
  const { edit } = handle;
  const { viewer, setSelectedMarkId, goToMark } = images;
  const { payload } = handle.session.save;
  const { questions } = read.label_schema;
  return useCallback(
    async (finding: AiFinding, choice: AiChoice) => {
      if (!prediction) return;
      setProblem(null);
      const earlier = decisionOn(payload, finding.id);
      const entry = { prediction_id: prediction.prediction_id, ai_finding_id: finding.id };
      if (choice === "reject") {
        if (earlier?.decision === "REJECTED") edit({ type: "ai_taken_back", aiFindingId: finding.id });
        else edit({ type: "ai_decided", decision: decisionNow(entry, "REJECTED", null), copy: null });
        return;
      }
      const ownMark = payload.findings.find(({ id }) => id === earlier?.finding_id)?.marks[0];
      if (ownMark) {
        if (choice === "adjust") goToMark(ownMark.id);
        else edit({ type: "ai_taken_back", aiFindingId: finding.id });
        return;
      }
      const located = questions.filter(isLocated);
      const question = questionFor(finding, located);
      const mark = question && (await viewer.current?.copyOfAiMark(finding.geometry, question.tools));
      if (!question || !mark) {
        setProblem("The form has no tool for this mark on these images: mark it yourself, or reject it.");
        return;
      }
      const copy = copyOf(finding, question, { id: crypto.randomUUID(), ...mark });
      edit({ type: "ai_decided", decision: decisionNow(entry, "ACCEPTED", copy.id), copy });
      if (choice === "adjust") setSelectedMarkId(copy.marks[0]?.id ?? null);
    },
    [prediction, payload, edit, viewer, questions, setProblem, setSelectedMarkId, goToMark],
  );
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
function copyOf(finding: AiFinding, question: LocatedFindingQuestion, mark: Finding["marks"][number]): Finding {
  return {
    id: crypto.randomUUID(),
    question: question.key,
    code: question.codes.find((code) => sameCode(code, finding.code)) ?? onlyCode(question),
    confidence: Math.round(100 * finding.score),
    answers: {},
    marks: [mark],
  };
}
