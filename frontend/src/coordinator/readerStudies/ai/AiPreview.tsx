import type { AiDisplay } from "@/api/types";
import classes from "./AiPreview.module.css";
import { AI_DISPLAYS, type AiStep } from "./aiDisplays";

/** What the reader's screen shows at each step of a read, drawn small. */
export function AiPreview({ display }: { display: AiDisplay }) {
  return (
    <ol className={classes.steps} aria-label="What the reader will see">
      {AI_DISPLAYS[display].steps.map((step, index) => (
        <li key={step.text} className={classes.step}>
          <SmallScreen step={step} />
          <span className={classes.text}>
            {index + 1}. {step.text}
          </span>
          <span className={step.isAiShown ? classes.shown : classes.hidden}>
            {step.isAiShown ? "AI shown" : "no AI"}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Images with the reader's own mark left, the form right; the AI's mark and answers only where they are shown. */
function SmallScreen({ step }: { step: AiStep }) {
  return (
    <svg viewBox="0 0 132 78" className={classes.screen} aria-hidden="true">
      <rect width="132" height="78" rx="3" fill="#000" />
      <ellipse cx="44" cy="39" rx="34" ry="28" fill="#2b2d31" />
      <ellipse cx="30" cy="38" rx="12" ry="19" fill="#141517" />
      <ellipse cx="58" cy="38" rx="12" ry="19" fill="#141517" />
      <circle cx="57" cy="32" r="3" fill="#9a9ca1" />
      <circle cx="57" cy="32" r="6" fill="none" stroke="#ffe066" strokeWidth="1.4" />
      <rect x="92" width="40" height="78" fill="#1a1b1e" />
      {[0, 1, 2].map((line) => (
        <rect
          key={line}
          x="97"
          y={(step.isAiShown ? 36 : 10) + 11 * line}
          width="30"
          height="4"
          rx="2"
          fill="#5c5f66"
        />
      ))}
      {step.isAiShown && (
        <>
          <circle
            cx="33"
            cy="46"
            r="7"
            fill="none"
            stroke="#ff922b"
            strokeWidth="1.4"
            strokeDasharray="3 2"
          />
          <rect x="92" y="0" width="40" height="27" fill="#2a2117" />
          <rect x="92" y="0" width="2" height="27" fill="#ff922b" />
          <text x="98" y="12" fontSize="8" fill="#ffb063">
            AI 0.87
          </text>
          <rect x="98" y="17" width="26" height="3" rx="1.5" fill="#ff922b" />
        </>
      )}
    </svg>
  );
}
