// The way to each screen.
import { href, useRoute } from '../base/router.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Choices } from './top.tsx';

type Entry = readonly [path: string, words: string, icon: IconName];

const GROUPS: readonly (readonly [head: string, entries: readonly Entry[]])[] = [
  [
    '',
    [
      ['overview', 'Overview', 'home'],
      ['endpoints', 'Endpoints', 'plug'],
      ['events', 'Events', 'mail'],
      ['deliveries', 'Deliveries', 'send'],
      ['issues', 'Issues', 'warn'],
      ['replays', 'Replays', 'again'],
    ],
  ],
  [
    'Understand',
    [
      ['analytics', 'Analytics', 'chart'],
      ['tail', 'Live tail', 'pulse'],
      ['workbench', 'Workbench', 'flask'],
    ],
  ],
  [
    'Set up',
    [
      ['templates', 'Templates', 'copy'],
      ['routing-rules', 'Routing rules', 'out'],
      ['notices', 'Notices', 'bell'],
      ['event-types', 'Event types', 'tag'],
      ['tenants', 'Tenants', 'people'],
      ['access', 'Keys and sessions', 'key'],
      ['queues', 'Dead letters', 'stack'],
    ],
  ],
];

export function Navigation() {
  const { path } = useRoute();
  const here = path[0] ?? 'overview';
  const close = () => {
    const nav = document.getElementById('nav');
    if (nav?.matches(':popover-open')) nav.hidePopover();
  };
  return (
    <nav class="side" id="nav" popover="auto" aria-label="Main">
      <div class="scope only-narrow">
        <Choices />
      </div>
      {GROUPS.map(([head, entries]) => (
        <div key={head}>
          {head && <h2>{head}</h2>}
          <ul>
            {entries.map(([to, words, icon]) => (
              <li key={to}>
                <a
                  href={href([to])}
                  aria-current={here === to ? 'page' : undefined}
                  onClick={close}
                >
                  <Icon name={icon} />
                  {words}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
