import { Alert, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { casesQuery } from "@/api/readerStudies";
import { type Draw, drawSample, type Frame, previewSample, type SampleWish } from "@/api/sampling";
import { missing, shareText, totals } from "@/domain/sampling";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";
import { FillFields } from "./FillFields";
import { PreviewPanel } from "./PreviewPanel";
import { StrataFields } from "./StrataFields";
import { StrataTable } from "./StrataTable";
import { useSampleForm } from "./useSampleForm";

interface NewDrawSectionProps extends PartProps {
  frame: Frame;
  draws: Draw[];
}

/** A draw that is being put together: strata, counts, a look at who is drawn, and the drawing of that. */
export function NewDrawSection({ readerStudy, frame, draws }: NewDrawSectionProps) {
  const queryClient = useQueryClient();
  const form = useSampleForm(readerStudy.id, frame);
  const looking = useMutation({
    mutationFn: ({ wish, seed }: { wish: SampleWish; seed: string }) =>
      previewSample(readerStudy.id, wish, seed),
  });
  const drawing = useStudyChange(
    readerStudy.id,
    ({ wish, seed, digest }: { wish: SampleWish; seed: string; digest: string }) =>
      drawSample(readerStudy.id, wish, seed, digest),
    () => {
      looking.reset();
      form.fill([]);
      // The picker begins with the cases that it finds: those of before the draw must not be there any more.
      queryClient.removeQueries({ queryKey: casesQuery(readerStudy.id).queryKey });
    },
  );
  const { strata, numbers, wish } = form;
  const all = totals(strata);
  const isDrawable = form.isCurrent && all.wanted > 0 && strata.every((one) => missing(one) === 0);
  // A preview of something else than what stands in the fields is not offered for drawing.
  const isSame = JSON.stringify(looking.variables?.wish) === JSON.stringify(wish);
  const look = (seed: string) => {
    drawing.reset();
    looking.mutate({ wish, seed });
  };
  return (
    <Section
      title={`New draw, number ${draws.length + 1}`}
      about={
        draws.length === 0
          ? "Choose what makes the strata and how many cases each gives; look at who is drawn; draw."
          : "Cases were drawn before, and that stays on record: this is a further draw, and the protocol tells of both."
      }
    >
      <StrataFields form={form} frame={frame} />
      <FillFields readerStudy={readerStudy} form={form} />
      {numbers.error && <ErrorNotice error={numbers.error} onRetry={() => void numbers.refetch()} />}
      {numbers.isLoading && <LoadingScreen />}
      {strata.length > 0 && (
        <StrataTable
          label="Strata of the new draw"
          columns={form.columns}
          strata={strata}
          onCount={form.setCount}
        />
      )}
      {form.isCurrent && numbers.data?.prevalence && (
        <Text size="sm">
          {form.positive?.column} is {form.positive?.values.join(" or ")} in{" "}
          {shareText(numbers.data.prevalence.frame)} of the frame and{" "}
          {shareText(numbers.data.prevalence.sample)} of the sample.
        </Text>
      )}
      <PreviewPanel
        columns={form.columns}
        preview={isSame ? looking.data : undefined}
        isLooking={looking.isPending}
        isDrawing={drawing.isPending}
        onLook={isDrawable ? look : null}
        onDraw={(seed, digest) => drawing.mutate({ wish, seed, digest })}
      />
      {looking.error && isSame && <ErrorNotice error={looking.error} title="There is no such sample" />}
      {drawing.data && (
        <Alert
          color="teal"
          variant="light"
          role="status"
          title={`Draw ${drawing.data.draws[0]?.number} is stored`}
        >
          Its {drawing.data.draws[0]?.number_drawn} cases are in the reader study.
        </Alert>
      )}
      {drawing.error && <ErrorNotice error={drawing.error} title="Nothing was drawn" />}
    </Section>
  );
}
