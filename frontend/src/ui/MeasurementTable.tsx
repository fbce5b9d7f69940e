import type { MeasurementFamily, Measuring, SegmentMeasurement } from "@/api/measurements";
import { headlines, quantityName, quantityText } from "@/domain/quantityText";
import classes from "./MeasurementTable.module.css";

/** A segment under the name by which the screen knows it. */
export interface NamedMeasurement {
  key: string;
  name: string;
  measurement: SegmentMeasurement;
}

interface MeasurementTableProps {
  measuring: Measuring;
  segments: NamedMeasurement[];
  label: string;
}

/** What segments measure: a line each, and all the rest on request; until then how far the worker is, or why not. */
export function MeasurementTable({ measuring, segments, label }: MeasurementTableProps) {
  const progress = progressText(measuring);
  return (
    <>
      {segments.length > 0 && (
        <table className={classes.table} aria-label={label}>
          <thead>
            <tr>
              <th scope="col">Segment</th>
              <th scope="col">Volume</th>
              <th scope="col">Diameters</th>
              <th scope="col">Mean ± SD</th>
            </tr>
          </thead>
          <tbody>
            {segments.map(({ key, name, measurement }) => (
              <HeadlineRow key={key} name={name} measurement={measurement} />
            ))}
          </tbody>
        </table>
      )}
      {segments
        .filter(({ measurement }) => measurement.quantities.length > 0)
        .map(({ key, name, measurement }) => (
          <details key={key} className={classes.rest}>
            <summary>All measurements of {name}</summary>
            <AllQuantities measurement={measurement} name={name} />
          </details>
        ))}
      {progress && (
        <div className={classes.reason} role="status">
          {progress}
        </div>
      )}
    </>
  );
}

function HeadlineRow({ name, measurement }: Omit<NamedMeasurement, "key">) {
  const { volume, diameters, values } = headlines(measurement.quantities);
  return (
    <tr>
      <th scope="row">{name}</th>
      {measurement.reason ? (
        <td colSpan={3}>Not measured: {measurement.reason}</td>
      ) : (
        <>
          <td>{volume}</td>
          <td title="Longest in a slice × the longest at right angles to it (RECIST 1.1)">{diameters}</td>
          <td>{values}</td>
        </>
      )}
    </tr>
  );
}

const FAMILIES: Record<MeasurementFamily, string> = {
  shape: "Shape",
  intensity: "Values",
  texture: "Texture (grey level co-occurrence)",
};

function AllQuantities({ measurement, name }: { measurement: SegmentMeasurement; name: string }) {
  return Object.entries(FAMILIES).map(([family, title]) => {
    const own = measurement.quantities.filter((one) => one.family === family);
    if (own.length === 0) return null;
    return (
      <table key={family} className={classes.table} aria-label={`${title} of ${name}`}>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {title}
            </th>
          </tr>
        </thead>
        <tbody>
          {own.map((one) => (
            <tr key={one.name}>
              <th scope="row">
                {quantityName(one.name)}
                {one.reason && <div className={classes.reason}>{one.reason}</div>}
              </th>
              <td title={one.ibsi ? `IBSI ${one.ibsi}` : undefined}>{quantityText(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  });
}

function progressText(measuring: Measuring): string {
  const { state, progress_done, progress_total, error_detail } = measuring;
  switch (state) {
    case "PENDING":
      return "Measuring waits for a worker …";
    case "RUNNING":
      return `Measuring … ${progress_total > 0 ? `${progress_done} of ${progress_total}` : ""}`;
    case "FAILED":
    case "CANCELLED":
      return `Measuring failed: ${error_detail || "no reason was given."}`;
    default:
      return "";
  }
}
