import type { AiFinding } from "@/api/reading";
import { type AiChoice, decisionOn } from "@/domain/aiDecisions";
import { type AiDecision, type AiSegmentGeometry, isAiSegment, type ReadPayload } from "@/domain/payload";
import classes from "./ai.module.css";

interface AiFindingsProps {
  findings: AiFinding[];
  own: ReadPayload;
  selectedId: string | null;
  /** False where the protocol shows the AI only after signing: then there is nothing to decide. */
  isDecidable: boolean;
  isDisabled: boolean;
  isRequired: boolean;
  /** Whether the voxels of a segment are here. */
  isLoaded: (sha256: string) => boolean;
  /** The finding that is being taken over. */
  busyId: string | null;
  /** Why a finding cannot be taken over in this form; null when it can. */
  refusal: (finding: AiFinding) => string | null;
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
  const { id, ai_finding_id, score, code, geometry } = finding;
  const decision = decisionOn(props.own, id);
  const isSelected = id === props.selectedId;
  const names = [classes.finding, isSelected && classes.selected];
  // What is decided already can be taken back.
  const refusal = props.isDecidable && !decision ? props.refusal(finding) : null;
  return (
    <li
      className={names.filter(Boolean).join(" ")}
      data-ai-finding={ai_finding_id}
      data-ai-key={id}
      data-decision={decision?.decision ?? "UNDECIDED"}
    >
      <button type="button" className={classes.jump} onClick={() => props.onChosen(id)}>
        {score !== null && <b>{score.toFixed(2)}</b>} {code.meaning}
        {isAiSegment(geometry) && (
          <span className={classes.kind}>
            segment, {props.isLoaded(geometry.sha256) ? sizeText(geometry) : "loading…"}
          </span>
        )}
        <span className={classes.said}>
          {id === props.busyId ? "working…" : decision && SAID[decision.decision]}
        </span>
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
              title={choice === "reject" ? about : (refusal ?? about)}
              aria-pressed={is.includes(decision?.decision ?? "")}
              disabled={props.isDisabled || (choice !== "reject" && refusal !== null)}
              onClick={() => props.onDecided(id, choice)}
            >
              {text}
            </button>
          ))}
        </fieldset>
      )}
      {isSelected && refusal && <div className={classes.why}>{refusal}</div>}
    </li>
  );
}

/** How large a segment is: in millilitres where whoever posted it gave the spacing, and the images agreed. */
function sizeText({ voxel_count, spacing_mm }: AiSegmentGeometry): string {
  if (!spacing_mm) return `${voxel_count.toLocaleString("en")} voxels`;
  const [row_mm, column_mm, slice_mm] = spacing_mm;
  return `${((voxel_count * row_mm * column_mm * slice_mm) / 1000).toFixed(2)} ml`;
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
