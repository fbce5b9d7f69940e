import { Button } from "@mantine/core";
import type { Caption } from "@/domain/captions";
import { ImageBadges } from "./ImageBadges";
import { factLines } from "./imageFacts";
import { roundLength } from "./order";
import type { EdgeLetters } from "./plane";
import classes from "./Viewer.module.css";
import type { ViewerState } from "./viewerState";
import { windowText } from "./window";

interface ViewerOverlayProps {
  state: ViewerState;
  /** Which imaging study of the case this is; undefined for the only current one. */
  caption: Caption | undefined;
  hasText: boolean;
  /** What a plane gathers; null for a thin plane and for stacks. */
  slab: string | null;
  /** That what is in hand does not work here, and where it does. */
  toolNote: string | null;
  /** What of the AI cannot be shown here, and why. */
  note: string | null;
  onRetry: () => void;
}

/** Text and marks over the image. It shows nothing about the patient: reads are blinded. */
export function ViewerOverlay({ onRetry, ...corners }: ViewerOverlayProps) {
  const { state, caption } = corners;
  if (caption?.withheld) return <Withheld caption={caption} />;
  const { letters, perScreenPixel } = state;
  return (
    <>
      <Corners {...corners} />
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
          {state.canRetry && (
            <Button variant="default" onClick={onRetry}>
              Load again
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** Nothing of an image that is not to be seen any more, but which it was and why. */
function Withheld({ caption }: { caption: Caption }) {
  return (
    <>
      <div className={classes.problem} role="status">
        {caption.withheld}
      </div>
      <div className={`${classes.corner} ${classes.topLeft}`} data-testid="facts">
        <div className={classes.caption} data-prior={caption.isPrior}>
          {caption.text}
        </div>
      </div>
    </>
  );
}

function Corners({ state, caption, hasText, slab, toolNote, note }: Omit<ViewerOverlayProps, "onRetry">) {
  const { window, facts, cine, zoom } = state;
  return (
    <>
      <div className={`${classes.corner} ${classes.topLeft}`} data-testid="facts">
        {caption && (
          <div className={classes.caption} data-prior={caption.isPrior}>
            {caption.text}
          </div>
        )}
        {hasText && facts && factLines(facts).map((line) => <div key={line}>{line}</div>)}
        {slab && <div>{slab}</div>}
        {toolNote && (
          <div className={classes.toolNote} role="status">
            {toolNote}
          </div>
        )}
        {note && <div data-testid="overlay-note">{note}</div>}
        {state.isInverted && <div>Inverted</div>}
        <ImageBadges badges={state.badges} />
        {cine.isPlaying && <div>Cine {cine.framesPerSecond.toFixed(0)}/s</div>}
      </div>
      {hasText && (
        <>
          <div className={`${classes.corner} ${classes.bottomLeft}`}>
            {zoom !== null && <div>Zoom {zoom.toFixed(2)}</div>}
            <div data-testid="window">
              {window && windowText(window)} {state.windowName}
            </div>
          </div>
          <div className={`${classes.corner} ${classes.bottomRight}`} data-testid="slice-number">
            {state.count > 0 && `${state.index + 1} / ${state.count}`}
          </div>
        </>
      )}
    </>
  );
}

function Letters({ letters }: { letters: EdgeLetters }) {
  return (
    <>
      <span className={`${classes.letter} ${classes.letterLeft}`} data-testid="letter-left">
        {letters.left}
      </span>
      <span className={`${classes.letter} ${classes.letterRight}`} data-testid="letter-right">
        {letters.right}
      </span>
      <span className={`${classes.letter} ${classes.letterTop}`} data-testid="letter-top">
        {letters.top}
      </span>
      <span className={`${classes.letter} ${classes.letterBottom}`} data-testid="letter-bottom">
        {letters.bottom}
      </span>
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
