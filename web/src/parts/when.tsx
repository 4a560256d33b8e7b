// A point in time: how long ago, with the absolute time in its title; or the other way round, as a person chose.
import { usePreference } from '../base/preferences.ts';
import { absolute, briefly, relative, useReadFromNow } from '../base/time.ts';

interface WhenProps {
  readonly at: string | number;
  /** `both`: the time and how far away; `full`: date, time and milliseconds. */
  readonly as?: 'relative' | 'brief' | 'both' | 'full';
}

export function When({ at, as = 'relative' }: WhenProps) {
  usePreference('zone');
  const times = usePreference('times');
  const iso = new Date(at).toISOString();
  const shown = as === 'relative' && times === 'absolute' ? 'brief' : as;
  const text = useReadFromNow((now) => {
    if (shown === 'full') return absolute(at, true);
    if (shown === 'relative') return relative(at, now);
    return shown === 'brief' ? briefly(at, now) : `${briefly(at, now)}, ${relative(at, now)}`;
  });
  return (
    <time dateTime={iso} title={shown === 'full' ? undefined : absolute(at)}>
      {text}
    </time>
  );
}
