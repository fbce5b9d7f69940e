/** Which imaging study of a case an image is from, where that has to be said. */
export interface Caption {
  text: string;
  /** A prior stands out, so that nobody takes it for what is read. */
  isPrior: boolean;
  /** Why its images are not shown any more; undefined while they are. */
  withheld?: string | undefined;
}

interface CaptionedStudy extends Caption {
  series: readonly { series_instance_uid: string }[];
}

/** What stands over the images, by series: of priors, and of current imaging studies where there are several. */
export function captionsBySeries(studies: readonly CaptionedStudy[]): Record<string, Caption> {
  const isAlone = studies.filter(({ isPrior }) => !isPrior).length === 1;
  return Object.fromEntries(
    studies.flatMap(({ series, ...caption }) =>
      isAlone && !caption.isPrior ? [] : series.map((one) => [one.series_instance_uid, caption] as const),
    ),
  );
}
