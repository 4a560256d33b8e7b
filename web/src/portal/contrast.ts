// Whether words can be read in the colours that a host has set: WCAG 2.2, relative luminance and contrast.
const TEXT = 12; // so that the greys that are mixed from it stay above 4.5
const ACCENT = 4.5;

function luminance(colour: string): number {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (canvas === null) return Number.NaN;
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
  const linear = (part: number) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Of the variables as they hold now: a probe resolves `light-dark()` and names. */
export function isReadable(): boolean {
  const probe = document.createElement('span');
  probe.className = 'probe';
  document.body.append(probe);
  const shown = getComputedStyle(probe);
  const { color, backgroundColor, borderTopColor, outlineColor } = shown;
  const isFine =
    contrast(color, backgroundColor) >= TEXT &&
    contrast(borderTopColor, backgroundColor) >= ACCENT &&
    contrast(borderTopColor, outlineColor) >= ACCENT;
  probe.remove();
  return isFine;
}
