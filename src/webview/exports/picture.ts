import { send } from '../state/vscodeApi';

/** Properties that a chart takes from the page's styles, and that a picture of its own must carry along. */
const carried = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'font-family',
  'font-size',
  'font-weight',
  'opacity',
] as const;

/** Asks the host to save a chart as an SVG file that looks as it does now. */
export function exportSvg(chart: SVGSVGElement, name: string, title: string): void {
  send({ type: 'export', name: `${name}.svg`, encoding: 'utf8', content: standalone(chart, title) });
}

/** Asks the host to save a chart as a PNG file of twice its size on screen. */
export async function exportPng(chart: SVGSVGElement, name: string, title: string): Promise<void> {
  const { width, height } = chart.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(chart, title))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(2 * width);
  canvas.height = Math.round(2 * height);
  const drawing = canvas.getContext('2d');
  if (!drawing) return;
  drawing.scale(2, 2);
  drawing.drawImage(image, 0, 0, width, height);
  const content = canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
  send({ type: 'export', name: `${name}.png`, encoding: 'base64', content });
}

/** A copy of the chart with its computed styles as attributes, on the editor's background. */
function standalone(chart: SVGSVGElement, title: string): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const originals = [chart, ...chart.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  originals.forEach((original, index) => {
    const target = copies[index];
    if (!target) return;
    const style = getComputedStyle(original);
    for (const property of carried) target.setAttribute(property, style.getPropertyValue(property));
    for (const attribute of ['class', 'tabindex', 'role', 'aria-label', 'aria-hidden', 'data-model'])
      target.removeAttribute(attribute);
  });
  const { width, height } = chart.getBoundingClientRect();
  const namespace = 'http://www.w3.org/2000/svg';
  copy.setAttribute('xmlns', namespace);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const heading = document.createElementNS(namespace, 'title');
  heading.textContent = title;
  const background = document.createElementNS(namespace, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  copy.prepend(heading, background);
  return new XMLSerializer().serializeToString(copy);
}
