import { Button } from "@mantine/core";
import { ImageBadges } from "./ImageBadges";
import { roundLength } from "./order";
import type { EdgeLetters } from "./plane";
import classes from "./Viewer.module.css";
import type { ViewerState } from "./viewerState";
import { windowText } from "./window";

/** Text and marks over the image. It shows nothing about the patient: reads are blinded. */
export function ViewerOverlay({ state, onRetry }: { state: ViewerState; onRetry: () => void }) {
  const { window, letters, perScreenPixel } = state;
  return (
    <>
      <div className={`${classes.corner} ${classes.topLeft}`}>
        {state.usesCpu && <div>No graphics acceleration: images are drawn by the processor</div>}
        {state.isInverted && <div>Inverted</div>}
        <ImageBadges badges={state.badges} />
      </div>
      <div className={`${classes.corner} ${classes.bottomLeft}`} data-testid="window">
        {window && windowText(window)} {state.windowName}
      </div>
      <div className={`${classes.corner} ${classes.bottomRight}`} data-testid="slice-number">
        {state.count > 0 && `${state.index + 1} / ${state.count}`}
      </div>
      {letters && <Letters letters={letters} />}
      {perScreenPixel && <ScaleBar value={perScreenPixel.value} unit={perScreenPixel.unit} />}
      {!state.isRendered && !state.problem && (
        <div className={classes.waiting}>
          {state.isReduced ? "Low resolution: the whole image is coming" : "Loading…"}
        </div>
      )}
      {state.problem && (
        <div className={classes.problem} role="alert">
          {state.problem}
          <Button variant="default" onClick={onRetry}>
            Load again
          </Button>
        </div>
      )}
    </>
  );
}

function Letters({ letters }: { letters: EdgeLetters }) {
  return (
    <>
      <span className={`${classes.letter} ${classes.letterLeft}`}>{letters.left}</span>
      <span className={`${classes.letter} ${classes.letterRight}`}>{letters.right}</span>
      <span className={`${classes.letter} ${classes.letterTop}`}>{letters.top}</span>
      <span className={`${classes.letter} ${classes.letterBottom}`}>{letters.bottom}</span>
    </>
  );
}

const WIDEST_BAR_PX = 160;

function ScaleBar({ value, unit }: { value: number; unit: "mm" | "px" }) {
  const length = roundLength(value * WIDEST_BAR_PX);
  const text = unit === "mm" && length >= 10 ? `${length / 10} cm` : `${length} ${unit}`;
  return (
    <div className={classes.scale} style={{ width: length / value }} data-testid="scale-bar">
      <span className={classes.scaleText}>{text}</span>
    </div>
  );
}
