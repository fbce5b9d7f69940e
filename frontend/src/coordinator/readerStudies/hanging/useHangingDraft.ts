import { useMemo, useState } from "react";
import type { HangingContent, HangingProtocol } from "@/api/hanging";
import type { RuleDraft } from "@/domain/hangingEditing";

/** The protocol being edited, and whether it differs from what is stored. */
export function useHangingDraft(stored: HangingProtocol) {
  const [rules, setRules] = useState<RuleDraft[]>(() => draftsOf(stored));
  const [showsPriors, setShowsPriors] = useState(stored.shows_priors);
  const [showsPriorMarks, setShowsPriorMarks] = useState(stored.shows_prior_marks);
  const content = useMemo(
    () => ({
      rules: rules.map(({ rule }) => rule),
      shows_priors: showsPriors,
      // Marks are seen on the images of the priors only.
      shows_prior_marks: showsPriors && showsPriorMarks,
    }),
    [rules, showsPriors, showsPriorMarks],
  );
  const [base, setBase] = useState<HangingContent>(() => contentOf(stored));
  const load = (protocol: HangingProtocol) => {
    setRules(draftsOf(protocol));
    setShowsPriors(protocol.shows_priors);
    setShowsPriorMarks(protocol.shows_prior_marks);
    setBase(contentOf(protocol));
  };
  return {
    rules,
    setRules,
    setShowsPriors,
    setShowsPriorMarks,
    content,
    isDirty: textOf(content) !== textOf(base),
    /** What it was made from: what was stored when the editing began, or was saved last. */
    base,
    markSaved: (protocol: HangingProtocol) => setBase(contentOf(protocol)),
    load,
  };
}

function draftsOf({ rules }: HangingProtocol): RuleDraft[] {
  return rules.map((rule) => ({ id: crypto.randomUUID(), rule }));
}

function contentOf({ rules, shows_priors, shows_prior_marks }: HangingProtocol): HangingContent {
  return { rules, shows_priors, shows_prior_marks };
}

/** As text in which the order of the keys says nothing: the database keeps its own. */
function textOf({ rules, shows_priors, shows_prior_marks }: HangingContent): string {
  return JSON.stringify([rules, shows_priors, shows_prior_marks], (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
