const FIELD = "input, textarea, select, [contenteditable]";
const TICKS = 'input:is([type="checkbox"], [type="radio"], [type="button"], [type="range"])';

/** Whether letters typed there are text, or choose an option; what is only ticked leaves them to the images. */
export function isField(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && target.matches(FIELD) && !target.matches(TICKS);
}
