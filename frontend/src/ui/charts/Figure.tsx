import { Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useRef, useState } from "react";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { saveBlob, saveText } from "@/ui/saveFile";
import classes from "./Figure.module.css";
import { useFileName } from "./fileNames";
import { MarkHints } from "./MarkHints";
import { pngOf } from "./pngFile";
import { svgText } from "./svgText";

interface FigureProps {
  title: string;
  /** What the figure shows and how to read it. */
  caption: ReactNode;
  /** Name of the downloaded files. */
  name: string;
  /** Address of the table as a file, or the text of one made here. */
  csv: string | (() => string);
  chart: ReactNode;
  /** Left out where the table stands beside the chart anyway. */
  table?: ReactNode;
  /** Whether the marks lead to their cases. */
  isOpening?: boolean;
}

/** A chart with its caption, the same numbers as a table, and its downloads. */
export function Figure({ title, caption, name, csv, chart, table, isOpening = false }: FigureProps) {
  const id = useId();
  const frame = useRef<HTMLElement>(null);
  const [isTable, setTable] = useState(false);
  const file = useFileName(name);
  const saving = useMutation({ mutationFn: (kind: "svg" | "png") => save(frame.current, file, kind) });
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
            <>
              <Button variant="default" size="compact-xs" onClick={() => saving.mutate("svg")}>
                SVG
              </Button>
              <Button
                variant="default"
                size="compact-xs"
                loading={saving.isPending}
                onClick={() => saving.mutate("png")}
              >
                PNG
              </Button>
            </>
          )}
          <CsvButton file={`${file}.csv`} csv={csv} />
        </Group>
      </Group>
      {saving.error && <ErrorNotice error={saving.error} />}
      {isTable ? table : <MarkHints>{chart}</MarkHints>}
      <Text component="figcaption" size="xs" c="dimmed" mt="xs">
        {caption}{" "}
        {!isTable &&
          `Point at a mark, or step through them with Tab and the arrow keys, for its values${isOpening ? "; click it, or press Enter, for its cases" : ""}.`}
      </Text>
    </figure>
  );
}

async function save(figure: HTMLElement | null, file: string, kind: "svg" | "png"): Promise<void> {
  if (!figure) return;
  const text = svgText(figure);
  if (kind === "svg") saveText(`${file}.svg`, text, "image/svg+xml");
  else saveBlob(`${file}.png`, await pngOf(text));
}

function CsvButton({ file, csv }: { file: string; csv: FigureProps["csv"] }) {
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
