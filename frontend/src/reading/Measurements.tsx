import { useQuery } from "@tanstack/react-query";
import { aiMeasurementsQuery, readMeasurementsQuery } from "@/api/measurements";
import { Problem } from "@/api/problem";
import type { AiFinding } from "@/api/reading";
import { type Finding, isAiSegment, isSegment } from "@/domain/payload";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { MeasurementTable, type NamedMeasurement } from "@/ui/MeasurementTable";
import classes from "./ReadingRoom.module.css";

interface OwnMeasurementsProps {
  readId: string;
  findings: Finding[];
}

/** What the reader's own segments measure on the original voxels, once the read is signed. */
export function OwnMeasurements({ readId, findings }: OwnMeasurementsProps) {
  const marks = findings.flatMap((finding, index) =>
    finding.marks
      .filter(({ geometry }) => isSegment(geometry))
      .map(({ id }) => ({ id, name: `mark ${index + 1}` })),
  );
  const { data, error, refetch } = useQuery(readMeasurementsQuery(readId, marks.length > 0));
  if (isHidden(error)) return null;
  if (error) return <NotLoaded error={error} onRetry={() => void refetch()} />;
  if (!data || data.state === "NOT_BEGUN") return null;
  const segments = marks.flatMap(({ id, name }): NamedMeasurement[] => {
    const measurement = data.measurements.find(({ mark_id }) => mark_id === id);
    return measurement ? [{ key: id, name, measurement }] : [];
  });
  return (
    <section className={classes.comparison} aria-label="Measurements of your segments">
      <MeasurementTable measuring={data} segments={segments} label="Measurements of your segments" />
    </section>
  );
}

/** What the AI's segments measure: hidden with its marks. */
export function AiMeasurements({ readId, findings }: { readId: string; findings: AiFinding[] }) {
  const drawn = findings.filter(({ geometry }) => isAiSegment(geometry));
  const digests = findings.flatMap(({ geometry }) => (isAiSegment(geometry) ? [geometry.sha256] : []));
  const { data, error, refetch } = useQuery(aiMeasurementsQuery(readId, digests));
  if (isHidden(error)) return null;
  if (error) return <NotLoaded error={error} onRetry={() => void refetch()} />;
  return data
    ?.filter(({ state }) => state !== "NOT_BEGUN")
    .map((measuring) => {
      const own = drawn.filter(({ prediction_id }) => prediction_id === measuring.prediction_id);
      const segments = own.flatMap(({ id, ai_finding_id, code }): NamedMeasurement[] => {
        const measurement = measuring.measurements.find(({ finding_id }) => finding_id === ai_finding_id);
        return measurement ? [{ key: id, name: `${code.meaning} (${ai_finding_id})`, measurement }] : [];
      });
      return (
        <MeasurementTable
          key={measuring.prediction_id}
          measuring={measuring}
          segments={segments}
          label="Measurements of the AI's segments"
        />
      );
    });
}

/** The protocol may hide a read from its reader as soon as it is signed, or marks of the AI that were shown before. */
function isHidden(error: unknown): boolean {
  return error instanceof Problem && error.document.status === 404;
}

function NotLoaded({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return <ErrorNotice error={error} title="The measurements could not be loaded" onRetry={onRetry} />;
}
