import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type AiPrediction, comparisonQuery } from "@/api/reading";
import type { AnswerQuestion, Question } from "@/domain/labelSchema";
import { isAnswered } from "@/domain/labelSchema";
import type { Answer, ReadPayload } from "@/domain/payload";
import { ErrorNotice } from "@/ui/ErrorNotice";
import classes from "./ReadingRoom.module.css";

interface ComparisonPanelProps {
  readId: string;
  questions: Question[];
  own: ReadPayload;
  onAiMarkChosen: (id: string) => void;
}

/** What the AI says beside the reader's own answers; asked for only when the protocol allows it. */
export function ComparisonPanel({ readId, questions, own, onAiMarkChosen }: ComparisonPanelProps) {
  const { data, error, isPending } = useQuery(comparisonQuery(readId, true));
  if (isPending) return null;
  if (error) return <ErrorNotice error={error} title="The AI's result could not be loaded" />;
  if (!data.ai) return <div className={classes.comparison}>There is no AI result for this case.</div>;
  const { ai } = data;
  return (
    <section className={classes.comparison} aria-label="AI result" data-testid="comparison">
      <div className={classes.aiTitle}>
        {ai.model} {ai.version}
      </div>
      <table className={classes.compareTable}>
        <thead>
          <tr>
            <th />
            <th>You</th>
            <th>AI</th>
          </tr>
        </thead>
        <tbody>
          {questions.filter(isAnswered).map((question) => (
            <tr key={question.key}>
              <th scope="row">{question.text}</th>
              <td>{answerText(question, own.answers[question.key])}</td>
              <td>{aiText(question, ai)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="xs" c="dimmed">
        AI score {ai.score.toFixed(2)}; positive from {ai.threshold.toFixed(2)}.
      </Text>
      <AiFindings ai={ai} onChosen={onAiMarkChosen} />
    </section>
  );
}

function AiFindings({ ai, onChosen }: { ai: AiPrediction; onChosen: (id: string) => void }) {
  if (ai.findings.length === 0) return <Text size="xs">The AI marked nothing.</Text>;
  return (
    <div className={classes.aiFindings}>
      {ai.findings.map((finding) => (
        <button
          key={finding.id}
          type="button"
          className={classes.aiFinding}
          onClick={() => onChosen(finding.id)}
        >
          AI {finding.score.toFixed(2)} · {finding.code.meaning}
        </button>
      ))}
    </div>
  );
}

function answerText(question: AnswerQuestion, answer: Answer | undefined): string {
  if (answer === undefined) return "–";
  if (typeof answer === "boolean") return answer ? "Yes" : "No";
  return question.kind === "ORDINAL" ? `${answer} ${question.options[answer - 1] ?? ""}` : String(answer);
}

/** The AI answers the call and the rating; the other questions were not put to it. */
function aiText(question: AnswerQuestion, ai: AiPrediction): string {
  if (question.role === "CALL") return ai.call ? "Yes" : "No";
  if (question.role !== "RATING") return "";
  // On the reader's own scale of 0 to 100; the score as the model gave it stands below the table.
  return question.kind === "CONFIDENCE" ? (100 * ai.score).toFixed(0) : ai.score.toFixed(2);
}
