import { isAdmissible, isCannotAssess } from "./answers";
import { askedKeys, askedOf } from "./conditions";
import { type AnswerQuestion, isLocated, type LocatedFindingQuestion, type Question } from "./labelSchema";
import type { Answer, Finding, ReadPayload } from "./payload";

/** One thing that keeps a read from being signed; `field` is a question's key or a finding's id. */
export interface Gap {
  field: string;
  code:
    | "required"
    | "out_of_range"
    | "code_required"
    | "confidence_required"
    | "too_few"
    | "too_many"
    | "contradiction"
    | "marks_not_asked"
    | "ai_undecided";
  detail: string;
}

/** What is missing before signing, in the order of the form. The server checks the same again. */
export function gapsBeforeSigning(questions: Question[], payload: ReadPayload): Gap[] {
  const asked = askedOf(questions, payload);
  return questions.flatMap((question) => {
    if (question.kind === "SECTION") return [];
    if (!asked.has(question.key)) return gapsOfUnasked(question, payload.findings);
    return isLocated(question)
      ? gapsOfFindings(question, payload)
      : gapsOfAnswer(question, payload.answers[question.key]);
  });
}

/** Answers that the form no longer asks for are left out when the read is signed; marks are taken away by hand. */
function gapsOfUnasked(question: Question, findings: Finding[]): Gap[] {
  if (!isLocated(question) || !findings.some((finding) => finding.question === question.key)) return [];
  const detail = `"${question.text}" is not asked after your other answers: delete its marks.`;
  return [{ field: question.key, code: "marks_not_asked", detail }];
}

function gapsOfAnswer(question: AnswerQuestion, answer: Answer | null | undefined): Gap[] {
  if (answer === undefined || answer === null) {
    const gap: Gap = { field: question.key, code: "required", detail: `Answer "${question.text}".` };
    return question.required ? [gap] : [];
  }
  if (isAdmissible(question, answer)) return [];
  return [{ field: question.key, code: "out_of_range", detail: `"${question.text}" has no valid answer.` }];
}

/** The read without the answers that its own other answers have taken off the form; itself when there are none. */
export function withoutUnasked(questions: Question[], payload: ReadPayload): ReadPayload {
  const answers = keptAnswers(payload.answers, askedOf(questions, payload));
  const findings = payload.findings.map((finding) => {
    const attributes = attributesOf(questions, finding);
    const kept = keptAnswers(finding.answers, askedKeys(attributes, finding.answers));
    return kept === finding.answers ? finding : { ...finding, answers: kept };
  });
  const isSame =
    answers === payload.answers && findings.every((one, index) => one === payload.findings[index]);
  return isSame ? payload : { ...payload, answers, findings };
}

/** The questions whose answers will be left out, for the reader to know. */
export function unaskedAnswers(questions: Question[], payload: ReadPayload): Question[] {
  const asked = askedOf(questions, payload);
  return questions.filter(({ key }) => !asked.has(key) && payload.answers[key] !== undefined);
}

function attributesOf(questions: Question[], finding: Finding): AnswerQuestion[] {
  return questions.filter(isLocated).find(({ key }) => key === finding.question)?.attributes ?? [];
}

function keptAnswers(answers: Record<string, Answer>, asked: Set<string>): Record<string, Answer> {
  const kept = Object.entries(answers).filter(([key]) => asked.has(key));
  return kept.length === Object.keys(answers).length ? answers : Object.fromEntries(kept);
}

function gapsOfFindings(question: LocatedFindingQuestion, { answers, findings }: ReadPayload): Gap[] {
  const own = findings.filter((finding) => finding.question === question.key);
  const ofAnswer = isCannotAssess(answers[question.key])
    ? gapsOfContradiction(question, own.length)
    : gapsOfCount(question, own.length);
  return [...ofAnswer, ...own.flatMap((finding) => gapsOfFinding(finding, question.attributes ?? []))];
}

function gapsOfContradiction(question: LocatedFindingQuestion, count: number): Gap[] {
  if (count === 0) return [];
  const detail = `"${question.text}" cannot be marked and be impossible to assess.`;
  return [{ field: question.key, code: "contradiction", detail }];
}

function gapsOfCount(question: LocatedFindingQuestion, count: number): Gap[] {
  const fewest = Math.max(question.minimum_count ?? 0, question.required ? 1 : 0);
  if (count < fewest) {
    return [{ field: question.key, code: "too_few", detail: `"${question.text}" needs at least ${fewest}.` }];
  }
  const most = question.maximum_count ?? null;
  if (most !== null && count > most) {
    const detail = `"${question.text}" takes at most ${most}, there are ${count}.`;
    return [{ field: question.key, code: "too_many", detail }];
  }
  return [];
}

function gapsOfFinding(finding: Finding, attributes: AnswerQuestion[]): Gap[] {
  const gaps: Gap[] = [];
  if (finding.code === null)
    gaps.push({ field: finding.id, code: "code_required", detail: "Choose a code." });
  if (finding.confidence === null) {
    gaps.push({ field: finding.id, code: "confidence_required", detail: "Give a confidence." });
  }
  const asked = askedKeys(attributes, finding.answers);
  const ofAttributes = attributes
    .filter(({ key }) => asked.has(key))
    .flatMap((attribute) => gapsOfAnswer(attribute, finding.answers[attribute.key]));
  return [...gaps, ...ofAttributes.map((gap) => ({ ...gap, field: finding.id }))];
}
