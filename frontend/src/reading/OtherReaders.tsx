import { useQuery } from "@tanstack/react-query";
import { type OtherReader, otherReadersQuery } from "@/api/reading";
import { ErrorNotice } from "@/ui/ErrorNotice";
import classes from "./ReadingRoom.module.css";

/** What others answered on the case, where the protocol shows it once the read is signed. */
export function OtherReaders({ readId }: { readId: string }) {
  const { data, error, refetch } = useQuery(otherReadersQuery(readId));
  if (error) {
    return (
      <ErrorNotice error={error} title="Other readers could not be loaded" onRetry={() => void refetch()} />
    );
  }
  if (!data) return null;
  return (
    <section className={classes.comparison} aria-label="Other readers">
      <div className={classes.aiTitle}>Other readers of this case</div>
      {data.length === 0 ? <div>Nobody else has signed it yet.</div> : <Answers readers={data} />}
    </section>
  );
}

function Answers({ readers }: { readers: OtherReader[] }) {
  const questions = [...new Set(readers.flatMap(({ answers }) => answers.map(({ question }) => question)))];
  return (
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
          <tr key={question}>
            <th scope="row">{question}</th>
            {readers.map((reader) => (
              <td key={reader.name}>{said(reader, question)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function said({ answers }: OtherReader, question: string): string {
  return answers
    .filter((one) => one.question === question)
    .map(({ answer }) => answer)
    .join("; ");
}
