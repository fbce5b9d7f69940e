import { bars, barsText } from "@/domain/progress";
import classes from "./Progress.module.css";

const WIDTH = 6;
const GAP = 2;
const HEIGHT = 24;
const FLOOR = 1;

/** Reads signed per day as small bars; a day without any is a line on the floor. */
export function Sparkline({ firstDay, counts }: { firstDay: string; counts: number[] }) {
  const shown = bars(firstDay, counts);
  return (
    <svg
      role="img"
      aria-label={barsText(shown)}
      width={shown.length * (WIDTH + GAP)}
      height={HEIGHT}
      className={classes.sparkline}
    >
      {shown.map(({ day, count, height }, index) => {
        const tall = Math.max(FLOOR, height * HEIGHT);
        return (
          <rect key={day} x={index * (WIDTH + GAP)} y={HEIGHT - tall} width={WIDTH} height={tall}>
            <title>{`${day}: ${count} signed`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
