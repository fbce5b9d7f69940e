import type { LayoutName } from "./grid";
import { type HangingRule, PANES_OF_LAYOUT, type PaneRule } from "./hanging";

/** A rule being edited: its id is the editor's own and is not stored. */
export interface RuleDraft {
  id: string;
  rule: HangingRule;
}

export const NEW_PANE: PaneRule = { prior: 0, select: {}, start: { at: "FIRST" } };

export const NEW_RULE: HangingRule = {
  name: "New rule",
  when: {},
  layout: "ONE",
  panes: [NEW_PANE],
  links: [],
};

/** A rule in another layout: panes stay as far as there is room, new ones may stay empty. */
export function withRuleLayout(rule: HangingRule, layout: LayoutName): HangingRule {
  const count = PANES_OF_LAYOUT[layout];
  const panes = rule.panes.slice(0, count);
  while (panes.length < count) panes.push({ ...NEW_PANE, may_be_empty: true });
  return { ...rule, layout, panes, links: count === 1 ? [] : rule.links };
}

/** Leave out what says nothing, as the server wants it. */
export function without<T extends object>(value: T): T {
  const isSaid = (part: unknown) =>
    part !== undefined &&
    part !== null &&
    part !== "" &&
    part !== false &&
    !(Array.isArray(part) && part.length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, part]) => isSaid(part))) as T;
}

/** The words of a list as DICOM writes them. */
export function dicomWords(words: string[]): string[] {
  const clean = words.map((word) =>
    word
      .trim()
      .toUpperCase()
      .replace(/[^A-Z0-9 _/-]/g, "")
      .slice(0, 16),
  );
  return [...new Set(clean.filter(Boolean))];
}

/** Move a rule one place; rules are tried from first to last. */
export function moved<T>(list: T[], index: number, step: -1 | 1): T[] {
  const target = index + step;
  const [one, other] = [list[index], list[target]];
  if (one === undefined || other === undefined) return list;
  return list.map((entry, place) => (place === index ? other : place === target ? one : entry));
}
