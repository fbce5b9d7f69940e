import { useMemo, useState } from "react";
import type { HangingProtocol } from "@/api/hanging";
import type { RuleDraft } from "@/domain/hangingEditing";

/** The protocol being edited, and whether it differs from what is stored. */
export function useHangingDraft(stored: HangingProtocol) {
  const [rules, setRules] = useState<RuleDraft[]>(() =>
    stored.rules.map((rule) => ({ id: crypto.randomUUID(), rule })),
  );
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
  const [saved, setSaved] = useState(() => textOf(stored));
  return {
    rules,
    setRules,
    setShowsPriors,
    setShowsPriorMarks,
    content,
    isDirty: textOf(content) !== saved,
    markSaved: (protocol: HangingProtocol) => setSaved(textOf(protocol)),
  };
}

/** As text in which the order of the keys says nothing: the database keeps its own. */
function textOf({ rules, shows_priors, shows_prior_marks }: Omit<HangingProtocol, "version">): string {
  return JSON.stringify([rules, shows_priors, shows_prior_marks], (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
