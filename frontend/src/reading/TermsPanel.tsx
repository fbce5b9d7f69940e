import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { acceptTerms, type Terms, termsQuery } from "@/api/terms";
import { ErrorNotice } from "@/ui/ErrorNotice";
import classes from "./Worklist.module.css";

/** The terms that the reader has to accept before the first case is opened. */
export function TermsPanel({ readerStudyId, terms }: { readerStudyId: string; terms: Terms }) {
  const client = useQueryClient();
  const accepting = useMutation({
    mutationFn: () => acceptTerms(readerStudyId, terms.version),
    onSettled: () => client.invalidateQueries(termsQuery(readerStudyId)),
  });
  return (
    <section className={classes.terms} aria-label="Terms">
      <Textarea
        className={classes.termsText}
        label="Terms of this reader study"
        readOnly
        autosize
        minRows={2}
        maxRows={14}
        value={terms.text}
      />
      {accepting.error && <ErrorNotice error={accepting.error} title="Not accepted" />}
      <Button size="sm" loading={accepting.isPending} onClick={() => accepting.mutate()}>
        I have read these terms and accept them
      </Button>
    </section>
  );
}
