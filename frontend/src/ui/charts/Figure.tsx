import { Button, Group, Text } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { saveText } from "@/ui/saveFile";
import classes from "./Figure.module.css";
import { svgText } from "./svgText";

interface FigureProps {
  title: string;
  /** What the figure shows and how to read it. */
  caption: string;
  /** Name of the downloaded files. */
  name: string;
  /** Address of the table as a file, or the text of one made here. */
  csv: string | (() => string);
  chart: ReactNode;
  /** Left out where the table stands beside the chart anyway. */
  table?: ReactNode;
}

/** A chart with its caption, the same numbers as a table, and its downloads. */
export function Figure({ title, caption, name, csv, chart, table }: FigureProps) {
  const id = useId();
  const frame = useRef<HTMLElement>(null);
  const [isTable, setTable] = useState(false);
  const save = () => {
    const figure = frame.current;
    if (figure) saveText(`${name}.svg`, svgText(figure), "image/svg+xml");
  };
  return (
    <figure ref={frame} className={classes.figure} aria-labelledby={id}>
      <Group justify="space-between" mb="xs" wrap="nowrap" align="flex-start">
        <Text id={id} fw={600} size="sm">
          {title}
        </Text>
        <Group gap="sm" wrap="nowrap">
          {table && (
            <Button
              variant="default"
              size="compact-xs"
              onClick={() => setTable(!isTable)}
              aria-pressed={isTable}
            >
              {isTable ? "Show as chart" : "Show as table"}
            </Button>
          )}
          {!isTable && (
            <Button variant="default" size="compact-xs" onClick={save}>
              SVG
            </Button>
          )}
          <CsvButton name={name} csv={csv} />
        </Group>
      </Group>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the chart's own buttons */}
      {isTable ? table : <div onKeyDown={moveBetweenMarks}>{chart}</div>}
      <Text component="figcaption" size="xs" c="dimmed" mt="xs">
        {caption}{" "}
        {!isTable && "Point at a mark, or step through them with Tab and the arrow keys, for its values."}
      </Text>
    </figure>
  );
}

function CsvButton({ name, csv }: Pick<FigureProps, "name" | "csv">) {
  const file = `${name}.csv`;
  if (typeof csv === "string") {
    return (
      <Button variant="default" size="compact-xs" component="a" href={csv} download={file}>
        CSV
      </Button>
    );
  }
  return (
    <Button variant="default" size="compact-xs" onClick={() => saveText(file, csv(), "text/csv")}>
      CSV
    </Button>
  );
}

const STEPS: Partial<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One Tab stop for the chart; the arrow keys go from mark to mark. */
function moveBetweenMarks(event: KeyboardEvent<HTMLElement>) {
  const step = STEPS[event.key];
  if (step === undefined) return;
  const marks = [...event.currentTarget.querySelectorAll<SVGElement>("[data-mark]")];
  const from = marks.indexOf(document.activeElement as SVGElement);
  const next = marks[(from + step + marks.length) % marks.length];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
