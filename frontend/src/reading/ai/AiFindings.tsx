import type { AiFinding } from "@/api/reading";
import { type AiChoice, decisionOn } from "@/domain/aiDecisions";
import type { AiDecision, ReadPayload } from "@/domain/payload";
import classes from "./ai.module.css";

interface AiFindingsProps {
  findings: AiFinding[];
  own: ReadPayload;
  selectedId: string | null;
  /** False where the protocol shows the AI only after signing: then there is nothing to decide. */
  isDecidable: boolean;
  isDisabled: boolean;
  isRequired: boolean;
  onChosen: (id: string) => void;
  onDecided: (id: string, choice: AiChoice) => void;
}

/** What the AI marked, each with what the reader makes of it. */
export function AiFindings(props: AiFindingsProps) {
  const { findings, own, isDecidable } = props;
  if (findings.length === 0) return <div className={classes.quiet}>The AI marked nothing.</div>;
  const open = findings.filter(({ id }) => !decisionOn(own, id)).length;
  return (
    <>
      <ol className={classes.findings}>
        {findings.map((finding) => (
          <AiFindingRow key={finding.id} finding={finding} {...props} />
        ))}
      </ol>
      {isDecidable && open > 0 && (
        <div className={props.isRequired ? classes.required : classes.quiet} data-testid="ai-undecided">
          {open} of {findings.length} undecided{props.isRequired && ": decide all before signing"}
        </div>
      )}
    </>
  );
}

const SAID: Record<AiDecision["decision"], string> = {
  ACCEPTED: "accepted",
  ADJUSTED: "adjusted",
  REJECTED: "rejected",
};

function AiFindingRow({ finding, ...props }: AiFindingsProps & { finding: AiFinding }) {
  const { id, score, code } = finding;
  const decision = decisionOn(props.own, id);
  const names = [classes.finding, id === props.selectedId && classes.selected];
  return (
    <li
      className={names.filter(Boolean).join(" ")}
      data-ai-finding={id}
      data-decision={decision?.decision ?? "UNDECIDED"}
    >
      <button type="button" className={classes.jump} onClick={() => props.onChosen(id)}>
        {score !== null && <b>{score.toFixed(2)}</b>} {code.meaning}
        {decision && <span className={classes.said}>{SAID[decision.decision]}</span>}
      </button>
      {props.isDecidable && (
        <fieldset
          className={classes.choices}
          aria-label={`What you make of ${code.meaning} ${score?.toFixed(2) ?? ""}`}
        >
          {CHOICES.map(({ choice, text, about, is }) => (
            <button
              key={choice}
              type="button"
              title={about}
              aria-pressed={is.includes(decision?.decision ?? "")}
              disabled={props.isDisabled}
              onClick={() => props.onDecided(id, choice)}
            >
              {text}
            </button>
          ))}
        </fieldset>
      )}
    </li>
  );
}

const CHOICES: { choice: AiChoice; text: string; about: string; is: string[] }[] = [
  {
    choice: "accept",
    text: "Accept",
    about: "Copy it into your findings as it is (Shift A). Press again to take it back.",
    is: ["ACCEPTED"],
  },
  {
    choice: "adjust",
    text: "Adjust",
    about: "Copy it into your findings and change it (Shift J).",
    is: ["ADJUSTED"],
  },
  {
    choice: "reject",
    text: "Reject",
    about: "Not a finding (Shift X). Press again to take it back.",
    is: ["REJECTED"],
  },
];
