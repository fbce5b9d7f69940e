import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { designQuery } from "@/api/designs";
import { type Member, membersQuery, type ReaderStudy } from "@/api/readerStudies";
import type { ConsensusKind, ConsensusOutcome, ConsensusRequest, LesionsRequest } from "@/api/reference";
import { runningReadersQuery } from "@/api/running";
import { type Design, votersOf, votesOnACase } from "@/domain/designs";
import { type AnswerQuestion, isLocated, type LocatedFindingQuestion } from "@/domain/labelSchema";

/** What is chosen; null means: not touched, so the default stands. */
interface Chosen {
  kind: ConsensusKind;
  question: string | null;
  positiveFrom: number | null;
  arm: string | null;
  ties: ConsensusOutcome;
  missing: ConsensusOutcome;
  minimumVotes: number | null;
  left: string[];
  weights: Record<string, number>;
  /** Key of the located finding whose marks are matched; null for none. */
  lesions: string | null;
  criterion: LesionsRequest["criterion"];
  distanceMm: number | null;
  leastIou: number | null;
  voxels: LesionsRequest["voxels"];
}

const FIRST: Chosen = {
  kind: "MAJORITY",
  question: null,
  positiveFrom: null,
  arm: null,
  ties: "ADJUDICATION",
  missing: "ADJUDICATION",
  minimumVotes: null,
  left: [],
  weights: {},
  lesions: null,
  criterion: "DISTANCE",
  distanceMm: 10,
  leastIou: 0.3,
  voxels: "MAJORITY",
};

export interface PanelForm {
  chosen: Chosen;
  questions: AnswerQuestion[];
  located: LocatedFindingQuestion[];
  question: AnswerQuestion | undefined;
  arms: { key: string; name: string }[];
  readers: Member[];
  /** What would be asked for now; null while something lacks. */
  request: ConsensusRequest | null;
  /** Whether readers in force and arms are there: until then no field says what its default will be. */
  isLoaded: boolean;
  change: (changes: Partial<Chosen>) => void;
}

/** The rule of a consensus while it is being put together. */
export function usePanel(readerStudy: ReaderStudy): PanelForm {
  const [chosen, setChosen] = useState(FIRST);
  const { data: members } = useQuery(membersQuery(readerStudy.id));
  const { data: stored } = useQuery(designQuery(readerStudy.id));
  const { data: running } = useQuery(runningReadersQuery(readerStudy.id));
  const located = (readerStudy.label_schema?.questions ?? []).filter(isLocated);
  const questions = (readerStudy.label_schema?.questions ?? []).filter(
    (one): one is AnswerQuestion => one.kind !== "LOCATED_FINDING",
  );
  const call = questions.find((one) => one.role === "CALL") ?? questions[0];
  const question = questions.find((one) => one.key === chosen.question) ?? call;
  const design = stored?.design;
  const arms = design?.arms ?? [];
  const withdrawn = (running ?? []).filter((one) => one.is_withdrawn).map((one) => one.reader_id);
  const everybody = (members ?? []).filter(
    ({ role, user_id }) => role === "READER" && !withdrawn.includes(user_id),
  );
  const readers = design ? votersOf(design, everybody) : [];
  const change = (changes: Partial<Chosen>) => setChosen((before) => ({ ...before, ...changes }));
  return {
    chosen,
    questions,
    located,
    question,
    arms,
    readers,
    request: design && running ? requestOf(chosen, question, design, readers) : null,
    isLoaded: members !== undefined && stored !== undefined && running !== undefined,
    change,
  };
}

function requestOf(
  chosen: Chosen,
  question: AnswerQuestion | undefined,
  design: Design,
  readers: Member[],
): ConsensusRequest | null {
  const panel = readers.filter((reader) => !chosen.left.includes(reader.user_id));
  const arm = chosen.arm ?? design.arms.at(-1)?.key;
  const isBinary = question?.kind === "BINARY";
  if (!question || arm === undefined || panel.length === 0) return null;
  if (!isBinary && chosen.positiveFrom === null) return null;
  const lesions = lesionsOf(chosen);
  if (lesions === undefined) return null;
  return {
    kind: chosen.kind,
    question: question.key,
    positive_from: isBinary ? null : chosen.positiveFrom,
    arm,
    ties: chosen.ties,
    missing: chosen.missing,
    minimum_votes: Math.min(chosen.minimumVotes ?? votesOnACase(design, panel.length), panel.length),
    lesions,
    readers: panel.map(({ user_id }) => ({
      user_id,
      weight: chosen.kind === "WEIGHTED" ? (chosen.weights[user_id] ?? 1) : 1,
    })),
  };
}

/** What is asked about lesions; undefined while its threshold lacks. */
function lesionsOf({
  lesions,
  criterion,
  distanceMm,
  leastIou,
  voxels,
}: Chosen): LesionsRequest | null | undefined {
  if (lesions === null) return null;
  const isByDistance = criterion === "DISTANCE";
  if ((isByDistance ? distanceMm : leastIou) === null) return undefined;
  return {
    question: lesions,
    criterion,
    max_distance_mm: isByDistance ? distanceMm : null,
    min_iou: isByDistance ? null : leastIou,
    voxels,
  };
}
