import { shareText } from "@/domain/sampling";
import classes from "./Sampling.module.css";

/** A stratum's share of the frame above its share of the sample. */
export function ShareBars({ frame, sample }: { frame: number; sample: number }) {
  const text = `${shareText(frame)} of the frame, ${shareText(sample)} of the sample`;
  return (
    <svg
      className={classes.shares}
      viewBox="0 0 100 13"
      preserveAspectRatio="none"
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      <rect className={classes.frame} x={0} y={0} width={100 * frame} height={5} />
      <rect className={classes.sample} x={0} y={7} width={100 * sample} height={6} />
    </svg>
  );
}
