import { Button, Group, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { putTerms, type Terms, termsQuery } from "@/api/terms";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { type PartProps, useStudyChange } from "../parts";
import { AmendmentReason } from "../protocol/AmendmentReason";

const LONGEST_TERMS = 20_000;

/** What readers accept before they open a case. */
export function TermsSection({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(termsQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return <TermsForm key={data.version} readerStudy={readerStudy} terms={data} />;
}

function TermsForm({ readerStudy, terms }: PartProps & { terms: Terms }) {
  const [text, setText] = useState(terms.text);
  const [reason, setReason] = useState("");
  const saving = useStudyChange(readerStudy.id, () => putTerms(readerStudy.id, { text, reason }));
  const isOver = readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED";
  const isChanged = text.trim() !== terms.text;
  const isAmendment = readerStudy.state !== "DRAFT" && !isOver;
  return (
    <Section
      title="Terms"
      about={
        terms.version === 0
          ? "What readers accept before they open their first case. None so far."
          : `Version ${terms.version}, stored ${dateTime(terms.stored_at)}. A new version has to be accepted anew before the next case; without words nothing is asked.`
      }
    >
      <UnsavedGuard isDirty={isChanged && !saving.isPending} />
      {saving.error && <ErrorNotice error={saving.error} title="The terms were not stored" />}
      <Textarea
        aria-label="Terms"
        autosize
        minRows={3}
        maxRows={16}
        maxLength={LONGEST_TERMS}
        disabled={isOver}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group align="flex-end">
        {isAmendment && (
          <AmendmentReason
            label="Reason for the new words"
            about="Since the launch a change is an amendment of the protocol."
            value={reason}
            onChange={setReason}
          />
        )}
        <Button
          disabled={!isChanged || isOver || (isAmendment && reason.trim() === "")}
          loading={saving.isPending}
          onClick={() => saving.mutate(undefined)}
        >
          Store as version {terms.version + 1}
        </Button>
      </Group>
    </Section>
  );
}
