import { useQuery } from "@tanstack/react-query";
import {
  type Arbitration,
  arbitrationQuery,
  arbitrationSegmentsQuery,
  type ShownReader,
} from "@/api/arbitration";
import type { Read } from "@/api/reading";
import quiet from "@/ui/ai/ai.module.css";
import { ErrorNotice } from "@/ui/ErrorNotice";
import classes from "../ReadingRoom.module.css";
import own from "./Arbitration.module.css";
import { ConfirmForm } from "./ConfirmForm";

interface ArbitrationPanelProps {
  read: Pick<Read, "id" | "role">;
  isSigned: boolean;
  /** Left out where the images are not on the screen. */
  onMarkChosen?: (id: string) => void;
}

/** The two reads that this one decides between, as far as the design shows them. */
export function ArbitrationPanel({ read, isSigned, onMarkChosen }: ArbitrationPanelProps) {
  const { data, error, refetch } = useQuery(arbitrationQuery(read));
  const segments = useQuery(arbitrationSegmentsQuery(read.id, data));
  if (error && !data) {
    return (
      <ErrorNotice error={error} title="The two reads could not be loaded" onRetry={() => void refetch()} />
    );
  }
  if (!data) return null;
  return (
    <section className={classes.comparison} aria-label="Arbitration" data-testid="arbitration">
      <div className={classes.aiTitle}>Arbitration: your read is the final one of this case</div>
      {data.shows === "HIDDEN" ? (
        <div>Two readers have read this case. The design does not show you what they said.</div>
      ) : (
        <TwoReads shown={data} onMarkChosen={onMarkChosen} />
      )}
      {segments.error && (
        <ErrorNotice
          error={segments.error}
          title="Painted segments could not be loaded"
          onRetry={() => void segments.refetch()}
        />
      )}
      {isSigned && data.is_stale && <Stale read={read} shown={data} />}
    </section>
  );
}

function Stale({ read, shown }: { read: Pick<Read, "id" | "role">; shown: Arbitration }) {
  return (
    <div role="status">
      <p className={quiet.required}>
        {shown.may_confirm
          ? "One of the two reads has changed since you signed. Confirm that yours stands, or ask the coordinator to reopen it."
          : "One of the two reads has been reopened since you signed. Once it is signed again, you are asked whether yours stands."}
      </p>
      {shown.may_confirm && <ConfirmForm read={read} />}
    </div>
  );
}

function TwoReads({
  shown,
  onMarkChosen,
}: { shown: Arbitration } & Pick<ArbitrationPanelProps, "onMarkChosen">) {
  const { readers } = shown;
  const questions = [...new Set(readers.flatMap(({ answers }) => answers.map(({ question }) => question)))];
  return (
    <>
      <table className={classes.compareTable}>
        <thead>
          <tr>
            <th />
            {readers.map(({ name }) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {questions.map((question) => (
            <tr key={question} data-differs={shown.differences.includes(question) || undefined}>
              <th scope="row">
                {question}
                {shown.differences.includes(question) && <span className={quiet.required}> (differ)</span>}
              </th>
              {readers.map((reader) => (
                <td key={reader.name}>{said(reader, question)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {onMarkChosen &&
        readers.map((reader) => <Marks key={reader.name} reader={reader} onMarkChosen={onMarkChosen} />)}
    </>
  );
}

function Marks({ reader, onMarkChosen }: { reader: ShownReader; onMarkChosen: (id: string) => void }) {
  const shown = [...reader.marks, ...reader.segments];
  if (shown.length === 0) return null;
  return (
    <div className={own.marks}>
      <span className={quiet.quiet}>Marks of {reader.name}</span>
      {shown.map(({ id, text }) => (
        <button key={id} type="button" className={own.mark} title={text} onClick={() => onMarkChosen(id)}>
          {id}
        </button>
      ))}
    </div>
  );
}

function said({ answers }: ShownReader, question: string): string {
  return answers
    .filter((one) => one.question === question)
    .map(({ answer }) => answer)
    .join("; ");
}
