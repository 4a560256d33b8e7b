// The icons: strokes on a grid of 16, one path each.
const SHARED = {
  again: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  ask: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM6.3 6.3c.1-1 .8-1.5 1.7-1.5s1.7.6 1.7 1.5c0 1.2-1.7 1.3-1.7 2.5M8 11v.1',
  bolt: 'M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z',
  bulb: 'M6 11.5h4M6.5 13.5h3M8 2.5a4 4 0 0 0-2.2 7.3v1.7h4.4V9.8A4 4 0 0 0 8 2.5z',
  chart: 'M2.5 13.5h11M4.5 11V8M8 11V4M11.5 11V6.5',
  check: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM5.3 8.2l1.9 1.9 3.5-3.9',
  clock: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM8 4.5V8l2.3 1.5',
  close: 'M4 4l8 8M12 4l-8 8',
  cloud: 'M4.5 12.5a3 3 0 0 1 0-6 4 4 0 0 1 7.5 1 2.5 2.5 0 0 1 0 5zM2.5 2.5l11 11',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  cross: 'M5.5 1.8h5l3.7 3.7v5l-3.7 3.7h-5l-3.7-3.7v-5zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  dots: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0z',
  down: 'M4 6l4 4 4-4',
  edit: 'M3 13l.6-3L10.8 2.8l2.4 2.4L6 12.4z',
  eye: 'M1.5 8C3.2 5 5.4 3.7 8 3.7S12.8 5 14.5 8c-1.7 3-3.9 4.3-6.5 4.3S3.2 11 1.5 8zM6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0z',
  info: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM8 7.3v3.7M8 5v.1',
  lock: 'M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  mail: 'M2 3.5h12v9h-12zM2.5 4.5l5.5 4 5.5-4',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  pause: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM6.5 5.8v4.4M9.5 5.8v4.4',
  play: 'M5 3.5v9l7-4.5z',
  plug: 'M6 2v3M10 2v3M4 5h8v2.5a4 4 0 0 1-8 0zM8 11.5V14',
  plus: 'M8 3v10M3 8h10',
  print: 'M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z',
  save: 'M8 2.5V10M5 7.5 8 10.5l3-3M2.5 13.5h11',
  search: 'M3 7a4 4 0 1 0 8 0a4 4 0 1 0-8 0zM10 10l3.5 3.5',
  send: 'M14 2 7 9M14 2 9.5 14 7 9 2 6.5z',
  shield: 'M8 2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.8 8l1.7 1.7 2.9-3.2',
  slash: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM4 12l8-8',
  stack: 'M8 2.5 14 5.5 8 8.5 2 5.5zM2 8l6 3 6-3M2 10.5l6 3 6-3',
  tag: 'M2.5 2.5h5l6 6-5 5-6-6zM5.3 5.3v.1',
  theme: 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z',
  tick: 'M3.5 8.5l3 3 6-7',
  up: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM8 11V5.2M5.5 7.5 8 5l2.5 2.5',
  user: 'M5 5.5a3 3 0 1 0 6 0a3 3 0 1 0-6 0zM2.5 13.5c.6-2.7 2.7-4 5.5-4s4.9 1.3 5.5 4',
  warn: 'M8 2.5 14.2 13H1.8zM8 6.5V9.5M8 11.3v.1',
} as const;
const OF_CONSOLE = {
  bell: 'M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3zM6.5 14h3',
  flask: 'M6 2h4M7 2v4.5L3.5 13h9L9 6.5V2M5 10.5h6',
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5',
  horn: 'M2 6.2v3.6M2 8h5.2c3 0 5-1.4 6.8-4v8c-1.8-2.6-3.8-4-6.8-4M4.2 10.4a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0z',
  key: 'M2.5 8a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0zM7.5 8H14M11.5 8v2.5M13.5 8v1.5',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  out: 'M6.5 3H3v10h10V9.5M9 2.5h4.5V7M13.5 2.5 7.5 8.5',
  people:
    'M3.5 5.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0zM1.5 13c.4-2.6 2.1-4 4.5-4s4.1 1.4 4.5 4M10.5 3.3a2.5 2.5 0 0 1 0 4.4M12 9.5c1.4.6 2.2 1.7 2.5 3.5',
  pulse: 'M1.5 8H4l2-4.5L9 12.5 11 8h3.5',
} as const;

export type IconName = keyof typeof SHARED | keyof typeof OF_CONSOLE;
const PATHS: Partial<Record<IconName, string>> = IS_PORTAL ? SHARED : { ...SHARED, ...OF_CONSOLE };

/** Decorates words; where it stands alone, its button has a label. */
export function Icon({ name, bad }: { readonly name: IconName; readonly bad?: boolean }) {
  return (
    <svg class={bad ? 'i is-bad' : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
      {name === 'theme' && <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" />}
    </svg>
  );
}
