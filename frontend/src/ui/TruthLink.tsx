import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { Problem } from "@/api/problem";

const WHAT_TO_DO: Record<string, string> = {
  no_reference_standard: "Upload the reference standard",
  reference_standard_not_locked: "Look at the reference standard and lock it",
};

/** Where to mend what keeps results shut, when it is the reference standard. */
export function TruthLink({ error, readerStudyId }: { error: unknown; readerStudyId: string }) {
  const text = error instanceof Problem ? WHAT_TO_DO[error.code] : undefined;
  if (text === undefined) return null;
  return (
    <Anchor component={Link} to={`/reader-studies/${readerStudyId}/reference-standard`} size="sm">
      {text}
    </Anchor>
  );
}
