// What a person chooses for this browser: light or dark, the time zone, ages or dates.
import { isDark, setPreference, usePreference } from '../base/preferences.ts';
import { LOCAL_ZONE } from '../base/time.ts';
import { Button } from '../parts/button.tsx';

export function ThemeButton() {
  return (
    <Button
      kind="quiet"
      icon="theme"
      label="Switch between light and dark"
      onClick={() => setPreference('theme', isDark() ? 'light' : 'dark')}
    />
  );
}

export function TimesMenuItems() {
  const zone = usePreference('zone') ?? 'UTC';
  const times = usePreference('times') ?? 'relative';
  return (
    <>
      <Button
        kind="quiet"
        icon="clock"
        onClick={() => setPreference('zone', zone === 'UTC' ? 'local' : 'UTC')}
      >
        {zone === 'UTC' ? `Times in ${LOCAL_ZONE}` : 'Times in UTC'}
      </Button>
      <Button
        kind="quiet"
        icon="clock"
        onClick={() => setPreference('times', times === 'relative' ? 'absolute' : 'relative')}
      >
        {times === 'relative' ? 'Show dates, not ages' : 'Show ages, not dates'}
      </Button>
    </>
  );
}
