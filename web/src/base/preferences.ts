// What a person chose for this browser: light or dark, the time zone, how times are written.
import { useEffect, useState } from 'preact/hooks';

const NAMES = { theme: 'posthorn.theme', zone: 'posthorn.zone', times: 'posthorn.times' } as const;
export type PreferenceName = keyof typeof NAMES;

/** A set, since a list of thousands of times would make an `EventTarget` look through all of them for each one. */
const watching = new Set<() => void>();

export function preference(name: PreferenceName): string | undefined {
  try {
    return localStorage.getItem(NAMES[name]) ?? undefined;
  } catch {
    return undefined;
  }
}

export function setPreference(name: PreferenceName, value: string): void {
  try {
    localStorage.setItem(NAMES[name], value);
  } catch {
    // Storage is refused: the page keeps its defaults.
  }
  if (name === 'theme') applyTheme();
  for (const look of watching) look();
}

/** Follows the system until a person chooses. */
export function applyTheme(): void {
  const theme = preference('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}

export function isDark(): boolean {
  const theme = document.documentElement.dataset.theme;
  return theme === undefined
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : theme === 'dark';
}

export function usePreference(name: PreferenceName): string | undefined {
  const [value, setValue] = useState(preference(name));
  useEffect(() => {
    const update = () => setValue(preference(name));
    watching.add(update);
    return () => void watching.delete(update);
  }, [name]);
  return value;
}
