import type { AiPrediction } from "@/api/reading";
import { answerText } from "@/domain/answers";
import { askedQuestions } from "@/domain/conditions";
import { type AnswerQuestion, isAnswered, type Question } from "@/domain/labelSchema";
import type { ReadPayload } from "@/domain/payload";
import { uncertaintyText } from "@/domain/uncertainty";
import { AiFindings } from "@/ui/ai/AiFindings";
import quiet from "@/ui/ai/ai.module.css";
import { OverlayControls } from "@/ui/ai/OverlayControls";
import { ErrorNotice } from "@/ui/ErrorNotice";
import type { Ai } from "./ai/useAi";
import { AiMeasurements } from "./Measurements";
import classes from "./ReadingRoom.module.css";

interface ComparisonPanelProps {
  readId: string;
  ai: Ai;
  questions: Question[];
  own: ReadPayload;
  isDisabled: boolean;
}

/** What the AI says beside the reader's own answers; there only while the protocol shows it. */
export function ComparisonPanel({ readId, ai, questions, own, isDisabled }: ComparisonPanelProps) {
  if (ai.error) {
    return <ErrorNotice error={ai.error} title="The AI's result could not be loaded" onRetry={ai.retry} />;
  }
  if (ai.isPending) return null;
  const { prediction } = ai;
  if (!prediction) return <div className={classes.comparison}>There is no AI result for this case.</div>;
  return (
    <section className={classes.comparison} aria-label="AI result" data-testid="comparison">
      <div className={classes.aiTitle}>
        {prediction.model} {prediction.version}
      </div>
      <AnswersTable prediction={prediction} questions={questions} own={own} />
      <div className={quiet.quiet}>{scoreText(prediction, ai.isOfFirst)}</div>
      {prediction.uncertainty && <div className={quiet.quiet}>{uncertaintyText(prediction.uncertainty)}</div>}
      <OverlayControls
        prediction={prediction}
        overlays={ai.overlays}
        maps={ai.maps}
        isHeatLoading={ai.isHeatLoading}
      />
      {ai.problem && <div className={quiet.required}>{ai.problem}</div>}
      <AiFindings
        findings={prediction.findings}
        own={own}
        selectedId={ai.selectedId}
        isDecidable={ai.isDecidable}
        isDisabled={isDisabled}
        isRequired={ai.areDecisionsRequired}
        refusal={ai.refusal}
        isLoaded={ai.isLoaded}
        busyId={ai.busyId}
        onChosen={ai.choose}
        onDecided={ai.decide}
      />
      <AiMeasurements readId={readId} findings={prediction.findings} />
    </section>
  );
}

function scoreText(prediction: AiPrediction, isOfFirst: boolean): string {
  const { score, threshold } = prediction;
  if (!isOfFirst) return "The AI was not run on the first imaging study of this case, so there is no score.";
  if (score === null) return "This protocol hides the AI's scores.";
  return `Score ${score.toFixed(2)}; positive from ${threshold.toFixed(2)} (operating point). ${calibrationText(prediction)}`;
}

interface AnswersTableProps {
  prediction: AiPrediction;
  questions: Question[];
  own: ReadPayload;
}

function AnswersTable({ prediction, questions, own }: AnswersTableProps) {
  return (
    <table className={classes.compareTable}>
      <thead>
        <tr>
          <th />
          <th>You</th>
          <th>AI</th>
        </tr>
      </thead>
      <tbody>
        {askedQuestions(questions, own)
          .filter(isAnswered)
          .map((question) => (
            <tr key={question.key}>
              <th scope="row">{question.text}</th>
              <td>{answerText(question, own.answers[question.key])}</td>
              <td>{aiText(question, prediction)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** How often such a score was right in registered data; without any, that it is not known. */
export function calibrationText({ calibration }: AiPrediction): string {
  if (!calibration) return "Calibration not known.";
  const { low, high, cases, positives, data_source } = calibration;
  const share = Math.round((100 * positives) / cases);
  return `Of ${cases} cases scored ${low.toFixed(2)} to ${high.toFixed(2)}, ${positives} (${share} %) were positive: ${data_source}.`;
}

/** The AI answers the call and the rating; the other questions were not put to it. */
function aiText(question: AnswerQuestion, ai: AiPrediction): string {
  if (ai.score === null) return "–";
  if (question.role === "CALL") return ai.call ? "Yes" : "No";
  if (question.role !== "RATING") return "";
  // On the reader's own scale of 0 to 100; the score as the model gave it stands below the table.
  return question.kind === "CONFIDENCE" ? (100 * ai.score).toFixed(0) : ai.score.toFixed(2);
}
