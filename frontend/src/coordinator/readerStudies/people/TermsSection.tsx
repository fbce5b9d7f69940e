import { Button, Group, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { putTerms, type Terms, termsQuery } from "@/api/terms";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { type PartProps, useFresh, useStudyChange } from "../parts";
import { AmendmentReason } from "../protocol/AmendmentReason";
import { SaveRefused } from "../SaveRefused";

const LONGEST_TERMS = 20_000;

/** What readers accept before they open a case. */
export function TermsSection({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(termsQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return <TermsForm readerStudy={readerStudy} terms={data} />;
}

function TermsForm({ readerStudy, terms }: PartProps & { terms: Terms }) {
  // What was stored when the typing began: what another coordinator stores meanwhile does not take it away.
  const [base, setBase] = useState(terms);
  const [text, setText] = useState(terms.text);
  const [reason, setReason] = useState("");
  const take = (stored: Terms) => {
    setBase(stored);
    setText(stored.text);
    setReason("");
  };
  const saving = useStudyChange(
    readerStudy.id,
    (words: string) => putTerms(readerStudy.id, { text, reason, base: words }),
    take,
  );
  const fresh = useFresh(termsQuery(readerStudy.id));
  const load = async () => {
    take(await fresh());
    saving.reset();
  };
  const overwrite = async () => saving.mutateAsync((await fresh()).text);
  const isOver = readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED";
  const isChanged = text.trim() !== base.text;
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
      {saving.error && (
        <SaveRefused
          error={saving.error}
          title="The terms were not stored"
          onLoad={load}
          onOverwrite={overwrite}
        />
      )}
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
          onClick={() => saving.mutate(base.text)}
        >
          Store as version {terms.version + 1}
        </Button>
      </Group>
    </Section>
  );
}
