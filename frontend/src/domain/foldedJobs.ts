import { agreeing, counted } from "./counted";

/** What a fold of jobs has to know of one. */
interface Foldable {
  state: string;
}

export interface FoldedJobs<J> {
  /** Those that wait or run, and the newest one of all where nothing came of it. */
  shown: J[];
  /** Older ones of which nothing came. */
  folded: J[];
}

/** Jobs beside the list of what they made, newest first: what went wrong long ago does not stand before what is there. */
export function foldedJobs<J extends Foldable>(newestFirst: readonly J[]): FoldedJobs<J> {
  const isDead = ({ state }: J) => state === "FAILED" || state === "CANCELLED";
  const shown = newestFirst.filter((job, index) => {
    if (job.state === "SUCCEEDED") return false;
    return index === 0 || !isDead(job);
  });
  return { shown, folded: newestFirst.filter((job, index) => index > 0 && isDead(job)) };
}

/** "3 older jobs were not finished: 2 failed, 1 cancelled". */
export function foldText(folded: readonly Foldable[]): string {
  const failed = folded.filter(({ state }) => state === "FAILED").length;
  const counts = [
    failed > 0 && `${failed} failed`,
    failed < folded.length && `${folded.length - failed} cancelled`,
  ];
  const jobs = `${counted(folded.length, "older job")} ${agreeing(folded.length, "was", "were")} not finished`;
  return `${jobs}: ${counts.filter(Boolean).join(", ")}`;
}
