import { Button, Grid, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import {
  type HangingContent,
  type HangingProtocol,
  hangingProtocolQuery,
  putHangingProtocol,
} from "@/api/hanging";
import { moved } from "@/domain/hangingEditing";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { FROZEN, type PartProps, useFresh, useStudyChange } from "../parts";
import { SaveRefused } from "../SaveRefused";
import { AddRule } from "./AddRule";
import classes from "./Hanging.module.css";
import { HangingPreview } from "./HangingPreview";
import { PriorsSection } from "./PriorsSection";
import { RuleCard } from "./RuleCard";
import { useHangingDraft } from "./useHangingDraft";

/** How the reading room hangs the cases: rules on the left, a case hung by them on the right. */
export function HangingPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(hangingProtocolQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return <HangingEditor readerStudy={readerStudy} stored={data} />;
}

function HangingEditor({ readerStudy, stored }: PartProps & { stored: HangingProtocol }) {
  const isEditable = readerStudy.state === "DRAFT";
  const draft = useHangingDraft(stored);
  const { rules, content, setRules } = draft;
  const saving = useStudyChange(
    readerStudy.id,
    (base: HangingContent) => putHangingProtocol(readerStudy.id, content, base),
    draft.markSaved,
  );
  const fresh = useFresh(hangingProtocolQuery(readerStudy.id));
  const load = async () => {
    draft.load(await fresh());
    saving.reset();
  };
  const overwrite = async () => {
    const { version: _, ...now } = await fresh();
    await saving.mutateAsync(now);
  };
  return (
    <Grid gap="lg">
      <UnsavedGuard isDirty={isEditable && draft.isDirty} />
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Stack gap="lg">
          <Section
            title="Rules"
            about={
              isEditable
                ? "Tried from top to bottom: the first that fits hangs the case, then the built-in ones. Readers may change the layout afterwards."
                : FROZEN
            }
            actions={
              isEditable && (
                <Button
                  disabled={!draft.isDirty}
                  loading={saving.isPending}
                  onClick={() => saving.mutate(draft.base)}
                >
                  {draft.isDirty ? "Save the hanging" : "Saved"}
                </Button>
              )
            }
          >
            {saving.error && (
              <SaveRefused
                error={saving.error}
                title="The hanging was not saved"
                onLoad={load}
                onOverwrite={overwrite}
              />
            )}
            {rules.length === 0 && (
              <Text size="sm" c="dimmed">
                No rules of your own: the built-in ones hang every case. The preview shows how.
              </Text>
            )}
            {rules.map(({ id, rule }, index) => (
              <RuleCard
                key={id}
                rule={rule}
                index={index}
                count={rules.length}
                isEditable={isEditable}
                onChange={(changed) =>
                  setRules(rules.map((one) => (one.id === id ? { id, rule: changed } : one)))
                }
                onMove={(step) => setRules(moved(rules, index, step))}
                onRemove={() => setRules(rules.filter((one) => one.id !== id))}
              />
            ))}
            {isEditable && (
              <AddRule onAdd={(rule) => setRules([...rules, { id: crypto.randomUUID(), rule }])} />
            )}
          </Section>
          <PriorsSection readerStudy={readerStudy}>
            <Switch
              label="Readers see the priors"
              description="Dates stay hidden: readers are told how long before the current study each was made."
              disabled={!isEditable}
              checked={content.shows_priors}
              onChange={(event) => draft.setShowsPriors(event.currentTarget.checked)}
            />
            <Switch
              label="Readers see their own marks on priors"
              description="What a reader has signed on a prior that was a case of theirs here: grey, locked. Nobody else's."
              disabled={!isEditable || !content.shows_priors}
              checked={content.shows_prior_marks}
              onChange={(event) => draft.setShowsPriorMarks(event.currentTarget.checked)}
            />
          </PriorsSection>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }} className={classes.staying}>
        <HangingPreview readerStudy={readerStudy} rules={content.rules} showsPriors={content.shows_priors} />
      </Grid.Col>
    </Grid>
  );
}
