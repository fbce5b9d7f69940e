/** Style properties a figure uses; a file on its own has no style sheet, so they are written into it. */
const PROPERTIES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  // Axis labels hang out of boxes of their own.
  "overflow",
  "visibility",
];

/** The figure's chart as a file: paper colours, every style written out, nothing from the page needed. */
export function svgText(figure: HTMLElement): string {
  const svg = figure.querySelector("svg");
  if (!svg) throw new Error("The figure has no chart to save.");
  figure.dataset.paper = "";
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copyStyles(svg, copy);
  delete figure.dataset.paper;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.removeAttribute("class");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

function copyStyles(from: Element, to: Element) {
  const style = getComputedStyle(from);
  for (const property of PROPERTIES) to.setAttribute(property, style.getPropertyValue(property));
  for (const name of ["class", "style", "tabindex", "data-mark", "data-opens"]) to.removeAttribute(name);
  const copies = to.children;
  [...from.children].forEach((child, index) => {
    const copy = copies[index];
    if (copy) copyStyles(child, copy);
  });
}
