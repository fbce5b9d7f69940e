import type { ImagesOfCase, PriorOfCase, Read, SeriesOfCase } from "@/api/reading";
import { type Caption, captionsBySeries } from "@/domain/captions";
import { currentStudies } from "@/domain/currentStudies";
import type { SeriesOfStudies } from "@/domain/hangGrid";

/** One imaging study of a case: a current one, or a prior with how long before it was made. */
export interface CaseStudy {
  /** "Current", "Current 2" where several are read together, or for example "Prior 1 · 14 months earlier". */
  caption: string;
  isPrior: boolean;
  /** A prior that the protocol has hidden since the case was opened. */
  isWithheld: boolean;
  images: ImagesOfCase;
}

/** Study Instance UIDs of the priors shown now, as one text, so that it is the same while they are. */
export type PriorsShown = string;

export function isShownPrior({ imaging_study }: PriorOfCase, shown: PriorsShown): boolean {
  return shown.split(" ").includes(imaging_study.study_instance_uid);
}

/** The current imaging studies first, then the priors, the most relevant first; `shown` is given where it matters. */
export function studiesOf(read: Read, shown?: PriorsShown): CaseStudy[] {
  const current = currentStudies(read.case).map(({ name, images }) => {
    return { caption: name, isPrior: false, isWithheld: false, images };
  });
  return [
    ...current,
    ...read.case.priors.map((prior) => ({
      caption: [prior.name, prior.interval].filter(Boolean).join(" · "),
      isPrior: true,
      isWithheld: shown !== undefined && !isShownPrior(prior, shown),
      images: prior.imaging_study,
    })),
  ];
}

/** The same as the hanging takes it. */
export function hangableOf(read: Read): SeriesOfStudies {
  const of = (isPrior: boolean) =>
    studiesOf(read)
      .filter((study) => study.isPrior === isPrior)
      .map(({ images }) => images.series);
  return { current: of(false), priors: of(true) };
}

/** Every series of the case, those of the priors last. */
export function seriesOf(read: Read): SeriesOfCase[] {
  return studiesOf(read).flatMap(({ images }) => images.series);
}

/** The series that are read and marked. */
export function currentSeriesOf(read: Read): SeriesOfCase[] {
  return currentStudies(read.case).flatMap(({ images }) => images.series);
}

export function studyOfSeries(read: Read, seriesInstanceUid: string): CaseStudy | undefined {
  return studiesOf(read).find(({ images }) =>
    images.series.some((series) => series.series_instance_uid === seriesInstanceUid),
  );
}

const WITHHELD = "The protocol hides this prior now. Your marks and answers are kept.";

/** What stands over the images, by series. */
export function captionsOf(read: Read, shown: PriorsShown): Record<string, Caption> {
  return captionsBySeries(
    studiesOf(read, shown).map(({ caption, isPrior, isWithheld, images }) => ({
      text: caption,
      isPrior,
      withheld: isWithheld ? WITHHELD : undefined,
      series: images.series,
    })),
  );
}

/** The current imaging study that a finding of the AI is about; null names the first. */
export function studyAbout(read: Read, studyInstanceUid: string | null): ImagesOfCase {
  const further = read.case.further_imaging_studies;
  return further.find((one) => one.study_instance_uid === studyInstanceUid) ?? read.case.imaging_study;
}
