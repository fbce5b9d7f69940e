import { Group, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { analysisRunsQuery } from "@/api/analysis";
import { readerStudiesQuery } from "@/api/queries";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { dateTime } from "@/ui/times";
import type { PlanFieldsProps } from "./NumberFields";

/** The finished analysis whose variance components are planned with. */
export function PilotFields({ form, onChange, faults }: PlanFieldsProps) {
  const studies = useQuery(readerStudiesQuery);
  const [studyId, setStudyId] = useState<string | null>(null);
  const own = (studies.data?.results ?? []).filter(
    ({ my_roles, state }) =>
      state !== "DRAFT" && my_roles.some((role) => role === "COORDINATOR" || role === "SITE_ADMINISTRATOR"),
  );
  const choose = (id: string | null) => {
    setStudyId(id);
    onChange({ ...form, pilotRunId: null });
  };
  if (studies.error) return <ErrorNotice error={studies.error} onRetry={() => void studies.refetch()} />;
  return (
    <>
      <Group gap="sm" align="flex-start">
        <Select
          label="Reader study of the pilot"
          w={320}
          searchable
          data={own.map(({ id, name }) => ({ value: id, label: name }))}
          value={studyId}
          placeholder="choose"
          onChange={choose}
        />
        {studyId && (
          <RunSelect key={studyId} studyId={studyId} form={form} onChange={onChange} faults={faults} />
        )}
      </Group>
      {studyId === null && form.pilotRunId !== null && (
        <Text size="sm">The analysis of the earlier plan is kept until you choose another reader study.</Text>
      )}
    </>
  );
}

function RunSelect({ studyId, form, onChange, faults }: PlanFieldsProps & { studyId: string }) {
  const { data, error, refetch } = useQuery(analysisRunsQuery(studyId));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const finished = data?.filter(({ result_digest }) => result_digest !== null) ?? [];
  if (data && finished.length === 0) {
    return (
      <Text size="sm" mt="lg">
        This reader study has no finished analysis.
      </Text>
    );
  }
  return (
    <Select
      label="Finished analysis"
      w={320}
      data={finished.map(({ id, created_at }) => ({ value: id, label: dateTime(created_at) }))}
      value={form.pilotRunId}
      placeholder="choose"
      error={faults.pilot_run_id}
      onChange={(id) => onChange({ ...form, pilotRunId: id })}
    />
  );
}
