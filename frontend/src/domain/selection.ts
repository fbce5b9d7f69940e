/** What was added to and taken out of `base`, done to `current` instead: its order first, then what was added. */
export function rebased(base: string[], chosen: string[], current: string[]): string[] {
  const before = new Set(base);
  const kept = new Set(chosen);
  const removed = new Set(base.filter((id) => !kept.has(id)));
  const added = chosen.filter((id) => !before.has(id));
  return [...new Set([...current.filter((id) => !removed.has(id)), ...added])];
}
