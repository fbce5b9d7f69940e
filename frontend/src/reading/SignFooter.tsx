import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Question } from "@/domain/labelSchema";
import type { Finding } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { focusOn } from "./gapFocus";
import classes from "./ReadingRoom.module.css";
import { SignatureFields } from "./SignatureFields";
import { passwordFault } from "./useSignature";
import type { Signing } from "./useSigning";

interface SignFooterProps {
  signing: Signing;
  readId: string;
  username: string;
  questions: Question[];
  findings: Finding[];
  isSigned: boolean;
  isReadOnly: boolean;
  hasNext: boolean;
  onGoOn: () => void;
}

const LABEL_IN_FULL = { root: classes.signButton, label: classes.signLabel };

/** Sign, what keeps the read from being signed, and afterwards the way to the next case. */
export function SignFooter(props: SignFooterProps) {
  const { signing, questions, findings, hasNext, onGoOn } = props;
  if (props.isSigned) {
    return (
      <footer className={classes.footer}>
        <Button fullWidth size="sm" classNames={LABEL_IN_FULL} onClick={onGoOn}>
          {hasNext ? "Next case" : "All read: back to the worklist"}&nbsp; <kbd>Enter</kbd>
        </Button>
        <Link className={classes.history} to={`/reads/${props.readId}/history`}>
          History of this read
        </Link>
      </footer>
    );
  }
  const gaps = signing.hasTried ? signing.gaps : [];
  return (
    <footer className={classes.footer}>
      {gaps.length > 0 && (
        <ul className={classes.missing} aria-label="Missing before signing">
          {onePerField(gaps).map((gap) => (
            <li key={gap.field}>
              <button type="button" onClick={() => focusOn(gap.field)}>
                {gapPlace(gap, questions, findings)}
                {gap.detail}
              </button>
            </li>
          ))}
        </ul>
      )}
      {signing.leftOut.length > 0 && (
        <p className={classes.leftOut}>
          Left out when you sign, as no longer asked: {signing.leftOut.map(({ text }) => text).join("; ")}
        </p>
      )}
      {signing.step === "SIGN" && (
        <SignatureFields
          signature={signing.signature}
          username={props.username}
          error={signing.error}
          isDisabled={props.isReadOnly || signing.isSigning}
          onSign={signing.sign}
        />
      )}
      {signing.error !== null && passwordFault(signing.error) === null && (
        <ErrorNotice error={signing.error} title={signing.step === "FREEZE" ? "Not frozen" : "Not signed"} />
      )}
      <Button
        fullWidth
        size="sm"
        classNames={LABEL_IN_FULL}
        color={signing.step === "FREEZE" ? "blue" : "teal.9"}
        variant={signing.gaps.length === 0 ? "filled" : "light"}
        loading={signing.isSigning}
        disabled={props.isReadOnly}
        onClick={signing.sign}
      >
        {signing.step === "FREEZE" ? "Freeze and show the AI" : "Sign"}&nbsp;{" "}
        <kbd>{signing.step === "FREEZE" ? "Shift Enter" : "Ctrl Enter"}</kbd>
      </Button>
    </footer>
  );
}

/** All that one question or mark lacks as one line, for one click leads to all of it. */
function onePerField(gaps: Gap[]): Gap[] {
  const lines = new Map<string, Gap>();
  for (const gap of gaps) {
    const line = lines.get(gap.field);
    lines.set(gap.field, line ? { ...line, detail: `${line.detail} ${gap.detail}` } : gap);
  }
  return [...lines.values()];
}

function gapPlace(gap: Gap, questions: Question[], findings: Finding[]): string {
  if (questions.some((question) => question.key === gap.field)) return "";
  if (gap.code === "ai_undecided") return "";
  return `Mark ${findings.findIndex((finding) => finding.id === gap.field) + 1}: `;
}
