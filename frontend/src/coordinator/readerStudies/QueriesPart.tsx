import { Anchor, NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { dataQueriesQuery } from "@/api/dataQueries";
import type { QueryState } from "@/domain/dataQueries";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { ManagedQueryCard } from "../queries/ManagedQueryCard";
import type { PartProps } from "./parts";

const STATES = [
  { value: "", label: "All queries" },
  { value: "OPEN", label: "Waiting for the reader" },
  { value: "ANSWERED", label: "Answered" },
  { value: "CLOSED", label: "Closed" },
];

/** Every data query of the reader study. */
export function QueriesPart({ readerStudy }: PartProps) {
  const [parameters, setParameters] = useSearchParams();
  const state = (parameters.get("state") ?? "") as QueryState | "";
  const { data, error, refetch } = useQuery(dataQueriesQuery(readerStudy.id, { read: "", state }));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <Section
      title="Queries"
      about="What readers were asked about their reads. A query is asked in the history of a read: Progress, the reader, History."
      actions={
        <NativeSelect
          aria-label="State of the queries"
          value={state}
          data={STATES}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            setParameters(chosen === "" ? {} : { state: chosen });
          }}
        />
      }
    >
      {!data && <LoadingScreen />}
      {data?.length === 0 && (
        <EmptyState title="No query">
          {state === "" ? "Nothing has been asked about any read." : "None stands like this."}
        </EmptyState>
      )}
      <Stack gap="sm">
        {data?.map((query) => (
          <ManagedQueryCard
            key={query.id}
            readerStudyId={readerStudy.id}
            query={query}
            about={
              <Text size="sm">
                {query.case}, {query.reader}{" "}
                <Anchor component={Link} to={`/reads/${query.read_id}/history`} size="sm">
                  History
                </Anchor>
              </Text>
            }
          />
        ))}
      </Stack>
    </Section>
  );
}
