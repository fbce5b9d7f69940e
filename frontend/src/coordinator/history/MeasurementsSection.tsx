import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { measureAgain, readMeasurementsKey, readMeasurementsQuery } from "@/api/measurements";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { MeasurementTable } from "@/ui/MeasurementTable";
import { Section } from "@/ui/Section";

interface MeasurementsSectionProps {
  readId: string;
  /** Not for the reader whose read it is. */
  mayMeasure: boolean;
}

/** What the segments of a signed read measure; nothing where there are none. */
export function MeasurementsSection({ readId, mayMeasure }: MeasurementsSectionProps) {
  const { data, error, refetch } = useQuery(readMeasurementsQuery(readId, true));
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => measureAgain(readId),
    onSuccess: (said) => client.setQueryData(readMeasurementsKey(readId), said),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data || data.state === "NOT_BEGUN") return null;
  const hasFailed = data.state === "FAILED" || data.state === "CANCELLED";
  const segments = data.measurements.map((measurement, index) => ({
    key: measurement.mark_id,
    name: `segment ${index + 1}`,
    measurement,
  }));
  return (
    <Section
      title="Measurements"
      about="Of the segments of the signed revision, on the original voxels."
      actions={
        hasFailed &&
        mayMeasure && (
          <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>
            Measure again
          </Button>
        )
      }
    >
      <MeasurementTable measuring={data} segments={segments} label="Measurements of the segments" />
      {again.error && <ErrorNotice error={again.error} />}
    </Section>
  );
}
