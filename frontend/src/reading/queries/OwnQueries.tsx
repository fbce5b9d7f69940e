import { useQuery } from "@tanstack/react-query";
import { ownQueriesQuery } from "@/api/dataQueries";
import { notClosed } from "@/domain/dataQueries";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { OwnQuery } from "./OwnQuery";
import classes from "./Queries.module.css";

interface OwnQueriesProps {
  readerStudyId: string;
  /** Only those about this read; on the worklist all of them. */
  readId?: string;
}

/** What a coordinator has asked about the reader's own reads and not closed; nothing while there is nothing. */
export function OwnQueries({ readerStudyId, readId }: OwnQueriesProps) {
  const { data, error, refetch } = useQuery(ownQueriesQuery(readerStudyId));
  // In the read the banner says what is wrong with the line; this asks again by itself.
  if (error && !data) {
    return readId === undefined ? (
      <ErrorNotice error={error} title="Queries could not be loaded" onRetry={() => void refetch()} />
    ) : (
      <p className={classes.note}>Queries could not be loaded; the page tries again.</p>
    );
  }
  const shown = notClosed(data ?? []).filter((query) => readId === undefined || query.read_id === readId);
  if (shown.length === 0) return null;
  return (
    <section className={classes.queries} aria-label="Queries">
      {shown.map((query) => (
        <OwnQuery
          key={query.id}
          readerStudyId={readerStudyId}
          query={query}
          namesCase={readId === undefined}
        />
      ))}
      <p className={classes.note}>
        An answer changes nothing of the read. If a signed read has to be changed, the coordinator reopens it.
      </p>
    </section>
  );
}
