import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import {
  asking,
  isDecided,
  keyOf,
  measuring,
  needsMargin,
  type PlanEndpoint,
  withEndpoint,
  withEndpointAt,
  withoutEndpoint,
} from "@/domain/analysisPlan";
import { FixedNumberField } from "@/ui/NumberField";
import classes from "./AnalysisPlan.module.css";
import {
  choicesOf,
  FIGURES,
  GENERALISATIONS,
  HYPOTHESES,
  METHODS,
  optionsOf,
  type PlanFieldsProps,
  saidAt,
} from "./fields";
import { PlanNumber } from "./PlanNumber";
import { PlanSelect } from "./PlanSelect";

type EndpointProps = PlanFieldsProps & { endpoint: PlanEndpoint; index: number };
interface RowProps extends EndpointProps {
  said: (field: string) => ReturnType<typeof saidAt>;
  change: (endpoint: PlanEndpoint, field?: string) => void;
}

const A_VALUE = "=";

/** One endpoint, from left to right as it is said: the figure of whom, what is asked of it, and by which method. */
export function EndpointCard(props: EndpointProps) {
  const { plan, reading, onChange, endpoint, index } = props;
  const said = (field: string) => saidAt(reading, `plan.endpoints[${index}].${field}`);
  const change = (next: PlanEndpoint, field?: string) =>
    onChange(withEndpoint(plan, index, next), field && `${index} ${field}`);
  const row = { ...props, said, change };
  const move = (by: number) => {
    onChange(withEndpointAt(plan, index, index + by));
    followTo(index + by, by);
  };
  return (
    <fieldset className={classes.endpoint}>
      <legend>Endpoint {index + 1}</legend>
      <Group
        gap={4}
        className={classes.order}
        onKeyDown={(event) => {
          const by = event.altKey ? MOVES[event.key] : undefined;
          if (by === undefined || index + by < 0 || index + by >= plan.endpoints.length) return;
          event.preventDefault();
          move(by);
        }}
      >
        <Move index={index} by={-1} isEnd={index === 0} onMove={move} />
        <Move index={index} by={1} isEnd={index === plan.endpoints.length - 1} onMove={move} />
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          aria-label={`Remove endpoint ${index + 1}`}
          onClick={() => onChange(withoutEndpoint(plan, index))}
        >
          Remove
        </Button>
      </Group>
      <Stack gap="xs">
        <Group gap="sm" align="flex-start">
          <TextInput
            id={said("key").id}
            label="Name"
            w={160}
            value={endpoint.key}
            error={said("key").error}
            onChange={(event) => change({ ...endpoint, key: keyOf(event.currentTarget.value) }, "key")}
          />
          <NativeSelect
            id={said("role").id}
            label="Role"
            size="xs"
            w={110}
            data={[
              { value: "PRIMARY", label: "primary" },
              { value: "SECONDARY", label: "secondary" },
            ]}
            value={endpoint.role}
            onChange={(event) =>
              change({ ...endpoint, role: event.currentTarget.value as PlanEndpoint["role"] })
            }
          />
          <FigureFields {...row} />
        </Group>
        <QuestionRow {...row} />
        <HowRow {...row} />
      </Stack>
    </fieldset>
  );
}

interface MoveProps {
  index: number;
  by: -1 | 1;
  isEnd: boolean;
  onMove: (by: number) => void;
}

const MOVES: Record<string, -1 | 1> = { ArrowUp: -1, ArrowDown: 1 };

/** Up or down by one place. */
function Move({ index, by, isEnd, onMove }: MoveProps) {
  const word = by < 0 ? "up" : "down";
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      color="gray"
      disabled={isEnd}
      title={`Alt ${by < 0 ? "↑" : "↓"}`}
      aria-label={`Move endpoint ${index + 1} ${word}`}
      onClick={() => onMove(by)}
    >
      {by < 0 ? "↑ Up" : "↓ Down"}
    </Button>
  );
}

/** Keep the focus with the endpoint that moved, on the button that goes on or, at the end, on the other. */
function followTo(index: number, by: number): void {
  requestAnimationFrame(() => {
    const words = by < 0 ? ["up", "down"] : ["down", "up"];
    const buttons = words.map((word) =>
      document.querySelector<HTMLElement>(`[aria-label="Move endpoint ${index + 1} ${word}"]:enabled`),
    );
    buttons.find((button) => button)?.focus();
  });
}

function FigureFields({ plan, reading, endpoint, index, said, change }: RowProps) {
  const ofReaders = plan.subjects.some(
    ({ key, kind }) => kind === "READERS" && (key === endpoint.of || key === endpoint.against),
  );
  return (
    <>
      <PlanSelect
        label="Figure"
        width={230}
        options={optionsOf(FIGURES)}
        value={endpoint.figure}
        choices={choicesOf(reading, index, "figure")}
        said={said("figure")}
        onChange={(figure) => change(measuring(endpoint, figure))}
      />
      <PlanSelect
        label="Of whom"
        width={160}
        options={plan.subjects.map(({ key }) => ({ value: key, label: key }))}
        value={endpoint.of}
        said={said("of")}
        onChange={(of) => change({ ...endpoint, of })}
      />
      {isDecided(endpoint) && ofReaders && (
        <PlanNumber
          label="Positive from a rating of"
          width={170}
          step={1}
          placeholder="their yes/no answer"
          value={endpoint.threshold}
          said={said("threshold")}
          onChange={(threshold) => change({ ...endpoint, threshold }, "threshold")}
        />
      )}
    </>
  );
}

function QuestionRow({ plan, endpoint, said, change }: RowProps) {
  const { against } = endpoint;
  const others = plan.subjects.filter(({ key }) => key !== endpoint.of).map(({ key }) => key);
  return (
    <Group gap="sm" align="flex-start">
      <PlanSelect
        label="Hypothesis"
        width={170}
        options={optionsOf(HYPOTHESES)}
        value={endpoint.hypothesis}
        said={said("hypothesis")}
        onChange={(hypothesis) => change(asking(plan, endpoint, hypothesis))}
      />
      {endpoint.hypothesis !== "ESTIMATE" && (
        <>
          <PlanSelect
            label="Compared with"
            width={170}
            options={[
              ...others.map((key) => ({ value: key, label: key })),
              { value: A_VALUE, label: "a fixed value" },
            ]}
            value={typeof against === "number" ? A_VALUE : against}
            said={said("against")}
            onChange={(chosen) => change({ ...endpoint, against: chosen === A_VALUE ? 0.5 : chosen })}
          />
          {typeof against === "number" && (
            <FixedNumberField
              label="Value"
              w={90}
              step={0.01}
              value={against}
              onChange={(value) => change({ ...endpoint, against: value }, "against")}
            />
          )}
          {needsMargin(endpoint) && (
            <PlanNumber
              label="Margin"
              width={170}
              value={endpoint.margin}
              said={said("margin")}
              onChange={(margin) => change({ ...endpoint, margin }, "margin")}
            />
          )}
          <PlanNumber
            label={needsMargin(endpoint) ? "Alpha, one-sided" : "Alpha, two-sided"}
            width={150}
            step={0.005}
            value={endpoint.alpha}
            said={said("alpha")}
            onChange={(alpha) => change({ ...endpoint, alpha }, "alpha")}
          />
        </>
      )}
    </Group>
  );
}

function HowRow({ reading, endpoint, index, said, change }: RowProps) {
  return (
    <Group gap="sm" align="flex-start">
      <PlanSelect
        label="Method"
        width={270}
        options={optionsOf(METHODS)}
        value={endpoint.method}
        choices={choicesOf(reading, index, "method")}
        said={said("method")}
        onChange={(method) => change({ ...endpoint, method })}
      />
      <PlanSelect
        label="Holds for"
        width={200}
        options={optionsOf(GENERALISATIONS)}
        value={endpoint.generalise_to}
        choices={choicesOf(reading, index, "generalise_to")}
        said={said("generalise_to")}
        onChange={(generalise_to) => change({ ...endpoint, generalise_to })}
      />
    </Group>
  );
}
