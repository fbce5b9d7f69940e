import type { ImagesOfCase, Read, SeriesOfCase } from "@/api/reading";

/** One imaging study of a case: the current one, or a prior with how long before it was made. */
export interface CaseStudy {
  /** "Current", or for example "Prior 1 · 14 months earlier". */
  caption: string;
  isPrior: boolean;
  images: ImagesOfCase;
}

/** The current imaging study first, then the priors, the most relevant first. */
export function studiesOf(read: Read): CaseStudy[] {
  const { imaging_study, priors } = read.case;
  const current = { caption: "Current", isPrior: false, images: imaging_study };
  return [
    current,
    ...priors.map((prior) => ({
      caption: [prior.name, prior.interval].filter(Boolean).join(" · "),
      isPrior: true,
      images: prior.imaging_study,
    })),
  ];
}

/** Every series of the case, those of the priors last. */
export function seriesOf(read: Read): SeriesOfCase[] {
  return studiesOf(read).flatMap(({ images }) => images.series);
}

export function studyOfSeries(read: Read, seriesInstanceUid: string): CaseStudy | undefined {
  return studiesOf(read).find(({ images }) =>
    images.series.some((series) => series.series_instance_uid === seriesInstanceUid),
  );
}

/** What stands over the images of each prior, by series. */
export function captionsOf(read: Read): Record<string, string> {
  const priors = studiesOf(read).filter(({ isPrior }) => isPrior);
  return Object.fromEntries(
    priors.flatMap(({ caption, images }) =>
      images.series.map((series) => [series.series_instance_uid, caption] as const),
    ),
  );
}
