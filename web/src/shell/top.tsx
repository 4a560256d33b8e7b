// The bar at the top: whose events, which environment, jump, light or dark, who is signed in.
import { useEffect } from 'preact/hooks';
import { Api } from '../base/api.ts';
import { useApi, useLoad, useScope } from '../base/loading.ts';
import type { Page, Tenant } from '../base/models.ts';
import { span } from '../base/numbers.ts';
import { href, useRoute } from '../base/router.ts';
import { dropToken } from '../base/session.ts';
import { useNow } from '../base/time.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { useWho } from '../session/who.ts';
import { ThemeButton, TimesMenuItems } from './settings.tsx';

const SHOWN_TENANTS = 50;

/** The same screen of another tenant; what belongs to one tenant only is left. */
function sameScreen(path: readonly string[]): readonly string[] {
  return path.slice(0, 1);
}

function TenantMenu() {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const { tenant } = useScope();
  const { path } = useRoute();
  const tenants = useLoad('tenants of the menu', (_, signal) =>
    api.get<Page<Tenant>>('/v1/tenants', { limit: SHOWN_TENANTS }, signal),
  );
  const known = tenants.value?.data.filter(({ deletedAt }) => deletedAt === null) ?? [];
  const name = known.find(({ id }) => id === tenant)?.name ?? tenant ?? 'All tenants';
  const link = (id: string | undefined, words: string) => (
    <a
      key={id ?? ''}
      class="btn quiet"
      href={href(sameScreen(path), {}, { tenant: id })}
      aria-current={id === tenant ? 'true' : undefined}
    >
      {words}
    </a>
  );
  return (
    <Menu
      label={`Tenant: ${name}`}
      icon="people"
      words={<bdi class="cut">{name}</bdi>}
      looks="btn slim"
    >
      {link(undefined, 'All tenants')}
      {known.map(({ id, name: words }) => link(id, words || id))}
      {tenants.value?.next && (
        <a class="btn quiet" href={href(['tenants'], {}, { tenant: undefined })}>
          All others…
        </a>
      )}
    </Menu>
  );
}

function Environments() {
  const { environment } = useScope();
  const { path } = useRoute();
  return (
    <nav class="segments" aria-label="Environment">
      {(['live', 'test'] as const).map((one) => (
        <a
          key={one}
          href={href(sameScreen(path), {}, { environment: one })}
          aria-current={one === environment ? 'true' : undefined}
        >
          {one === 'live' ? 'Live' : 'Test'}
        </a>
      ))}
    </nav>
  );
}

function UserMenu() {
  const { endsAt, role, actor } = useWho();
  const now = useNow(60_000);
  const name =
    actor ??
    (role === undefined || role === 'admin'
      ? 'Operator'
      : role === 'viewer'
        ? 'Viewer'
        : 'Support');
  const left = endsAt === null ? '' : `, ${span(Date.parse(endsAt) - now)} left`;
  const signOut = async () => {
    // A session that could not be ended ends by itself.
    await new Api({ tenant: undefined, environment: 'live' })
      .request('/v1/sessions/current', { method: 'DELETE' })
      .catch(() => undefined);
    dropToken();
    location.reload();
  };
  return (
    <Menu
      label={`Signed in: ${name}${left}`}
      icon="user"
      words={
        <span class="only-wide">
          {name}
          {left}
        </span>
      }
      looks="btn quiet slim"
    >
      <TimesMenuItems />
      <a class="btn quiet" href="/docs" target="_blank" rel="noopener noreferrer">
        <Icon name="out" />
        API reference
      </a>
      <Button kind="quiet" icon="lock" onClick={signOut}>
        Sign out
      </Button>
    </Menu>
  );
}

/** Whose events, and which: in the bar, and in the menu where the bar is narrow. */
export function Choices() {
  const { isOperator } = useWho();
  return (
    <>
      {isOperator && <TenantMenu />}
      <Environments />
    </>
  );
}

export function Top({ onJump }: { readonly onJump: () => void }) {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      onJump();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [onJump]);
  return (
    <header class="top">
      <button
        type="button"
        class="btn quiet icon only-narrow"
        popovertarget="nav"
        aria-label="Menu"
      >
        <Icon name="menu" />
      </button>
      <a class="brand" href={href(['overview'])} aria-label="Posthorn, overview">
        <Icon name="horn" />
        <span class="only-wide">Posthorn</span>
      </a>
      <span class="scope only-wide">
        <Choices />
      </span>
      <button type="button" class="btn slim jump" onClick={onJump} aria-keyshortcuts="Control+K">
        <Icon name="search" />
        <span class="words">Jump to an id, subject or tenant</span>
        <kbd class="only-wide" aria-hidden="true">
          Ctrl K
        </kbd>
      </button>
      <ThemeButton />
      <UserMenu />
    </header>
  );
}
