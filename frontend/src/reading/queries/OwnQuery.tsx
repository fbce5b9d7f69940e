import { Badge } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answerQuery, ownQueriesQuery } from "@/api/dataQueries";
import { type DataQuery, subjectOf } from "@/domain/dataQueries";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { QueryThread } from "@/ui/QueryThread";
import { WordsForm } from "@/ui/WordsForm";
import classes from "./Queries.module.css";

interface OwnQueryProps {
  readerStudyId: string;
  query: DataQuery;
  /** Name the case: where queries of several stand together. */
  namesCase?: boolean;
}

/** One query that the reader has been asked, and the field for the answer. */
export function OwnQuery({ readerStudyId, query, namesCase = false }: OwnQueryProps) {
  const client = useQueryClient();
  const answer = useMutation({
    mutationFn: (text: string) => answerQuery(query.id, text),
    onSettled: () => client.invalidateQueries(ownQueriesQuery(readerStudyId)),
  });
  const waits = query.state === "OPEN";
  return (
    <article className={classes.query} data-query-state={query.state}>
      <div className={classes.head}>
        <b>
          Query about {namesCase && `${query.case}, `}
          {subjectOf(query)}
        </b>
        <Badge size="xs" variant="light" radius="sm" color={waits ? "yellow" : "gray"}>
          {waits ? "waits for you" : "answered"}
        </Badge>
      </div>
      <QueryThread query={query} you="READER" />
      {answer.error && <ErrorNotice error={answer.error} title="The answer was not sent" />}
      <WordsForm
        label={`Answer to query ${query.number}${namesCase ? ` about ${query.case}` : ""}`}
        send={waits ? "Answer" : "Add"}
        isPending={answer.isPending}
        onSend={answer.mutateAsync}
      />
    </article>
  );
}
