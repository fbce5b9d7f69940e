import type { ImagesOfCase, Particulars, Read, StudyParticulars } from "@/api/reading";
import { calendarDate } from "@/ui/times";

const SEXES: Record<string, string> = { F: "female", M: "male", O: "other" };

interface Line {
  key: string;
  term: string;
  text: string;
}

/**
 * What is said beside the images, line by line: of the patient once, of each imaging study what is its own. Where a
 * case has several they are numbered, as their images are.
 */
export function particularsLines(images: Read["case"], particulars: Particulars): Line[] {
  const { patient, prevalence, further_imaging_studies: further } = particulars;
  const lines: Line[] = [];
  const add = (key: string, term: string, values: string[]) =>
    lines.push({ key, term, text: values.filter(Boolean).join(" · ") || "not stated" });
  if (patient) add("patient", "Patient", [SEXES[patient.sex] ?? "", patient.age]);
  const studies = [images.imaging_study, ...images.further_imaging_studies];
  studies.forEach((study, index) => {
    const told =
      index === 0
        ? particulars
        : further.find(({ study_instance_uid }) => study_instance_uid === study.study_instance_uid);
    if (!told) return;
    const name = studies.length > 1 ? `${index + 1}: ` : "";
    for (const [term, values] of ofStudy(study, told))
      add(`${study.study_instance_uid} ${term}`, `${name}${term}`, values);
  });
  if (prevalence) {
    const { positives, cases } = prevalence;
    const share = Math.round((100 * positives) / cases);
    add("prevalence", "Study", [`${positives} of ${cases} cases diseased (${share} %)`]);
  }
  return lines;
}

function ofStudy(
  study: ImagesOfCase,
  { study_date, site, clinical_text }: StudyParticulars,
): [string, string[]][] {
  const lines: [string, string[]][] = [];
  if (study_date) lines.push(["Imaged", [calendarDate(study_date)]]);
  if (site) lines.push(["Site", [site.institution, site.station, site.manufacturer, site.model]]);
  if (clinical_text) {
    lines.push(["Text", [clinical_text.study_description]]);
    const series = seriesTexts(study, clinical_text.series);
    if (series.length > 0) lines.push(["Series", series]);
  }
  return lines;
}

function seriesTexts(
  study: ImagesOfCase,
  texts: { series_instance_uid: string; description: string }[],
): string[] {
  return study.series.flatMap(({ series_instance_uid, series_number }) => {
    const found = texts.find((one) => one.series_instance_uid === series_instance_uid);
    return found ? [`${series_number ?? "–"} ${found.description}`] : [];
  });
}
