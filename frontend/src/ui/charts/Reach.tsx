import classes from "./Figure.module.css";

interface ReachProps {
  /** Where the mark is, in pixels. */
  x: number;
  y: number;
  across: [number, number];
  up: [number, number];
  colour: string;
}

/** The intervals of a mark's two coordinates as a cross, seen while the `Mark` right before it is pointed at. */
export function Reach({ x, y, across, up, colour }: ReachProps) {
  return (
    <path
      className={classes.reach}
      d={`M${across[0]},${y}H${across[1]}M${x},${up[0]}V${up[1]}`}
      stroke={colour}
      strokeWidth={1.5}
      fill="none"
      aria-hidden
    />
  );
}
