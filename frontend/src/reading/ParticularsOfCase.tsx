import type { Particulars, Read } from "@/api/reading";
import { calendarDate } from "@/ui/times";
import classes from "./Particulars.module.css";

const SEXES: Record<string, string> = { F: "female", M: "male", O: "other" };

interface ParticularsOfCaseProps {
  read: Read;
  particulars: Particulars;
}

/** What the protocol shows of patient, date, site and text in this phase; nothing where all of it is hidden. */
export function ParticularsOfCase({ read, particulars }: ParticularsOfCaseProps) {
  const { patient, study_date, site, clinical_text, prevalence } = particulars;
  const lines: [string, string[]][] = [];
  if (patient) lines.push(["Patient", [SEXES[patient.sex] ?? "", patient.age]]);
  if (study_date) lines.push(["Imaged", [calendarDate(study_date)]]);
  if (site) lines.push(["Site", [site.institution, site.station, site.manufacturer, site.model]]);
  if (clinical_text) {
    lines.push(["Text", [clinical_text.study_description]]);
    if (clinical_text.series.length > 0) lines.push(["Series", seriesTexts(read, clinical_text.series)]);
  }
  if (prevalence) {
    const { positives, cases } = prevalence;
    const share = Math.round((100 * positives) / cases);
    lines.push(["Study", [`${positives} of ${cases} cases diseased (${share} %)`]]);
  }
  if (lines.length === 0) return null;
  return (
    <dl className={classes.particulars} aria-label="About the case">
      {lines.map(([term, values]) => {
        const text = values.filter(Boolean).join(" · ") || "not stated";
        return (
          <div key={term}>
            <dt>{term}</dt>
            <dd title={text}>{text}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function seriesTexts(read: Read, texts: NonNullable<Particulars["clinical_text"]>["series"]): string[] {
  return read.case.imaging_study.series.flatMap(({ series_instance_uid, series_number }) => {
    const found = texts.find((one) => one.series_instance_uid === series_instance_uid);
    return found ? [`${series_number ?? "–"} ${found.description}`] : [];
  });
}
