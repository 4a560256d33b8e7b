// The console: everything that the operator sees.
import { render } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { Api, asOperator } from './base/api.ts';
import { asFault, type Fault } from './base/faults.ts';
import { ScopeProvider } from './base/loading.ts';
import type { Page, Tenant } from './base/models.ts';
import { applyTheme } from './base/preferences.ts';
import { href, useRoute } from './base/router.ts';
import { takeTokens, token } from './base/session.ts';
import { Patterns } from './charts/frame.tsx';
import { useFocusOnHead } from './parts/layout.tsx';
import { Failed } from './parts/states.tsx';
import { Toasts } from './parts/toasts.tsx';
import { hold, LinkOffer, whoIsHere } from './session/offer.tsx';
import { askProvider, channelHere, redeemCode } from './session/own-account.ts';
import { useRenewal } from './session/renewal.ts';
import { Elsewhere, Expired, SignIn } from './session/sign-in.tsx';
import { type Who, WhoProvider } from './session/who.ts';
import { Boundary } from './shell/boundary.tsx';
import { Jump } from './shell/jump.tsx';
import { Navigation } from './shell/navigation.tsx';
import { Screen } from './shell/screens.tsx';
import { Top } from './shell/top.tsx';

/** Where there is one tenant, the console begins with it. */
async function firstAddress(who: Who): Promise<string | undefined> {
  if (/^#\/[^/]+\/(live|test)/.test(location.hash)) return undefined;
  if (!who.isOperator)
    return href(['overview'], {}, { tenant: undefined, environment: who.environment ?? 'live' });
  const { data, next } = await new Api({ tenant: undefined, environment: 'live' }).get<
    Page<Tenant>
  >('/v1/tenants', { limit: 2 });
  const living = data.filter(({ deletedAt }) => deletedAt === null);
  const only = living.length === 1 && next === null ? living[0]?.id : undefined;
  return href(['overview'], {}, { tenant: only, environment: 'live' });
}

function Console() {
  const [who, setWho] = useState<Who>();
  const [fault, setFault] = useState<Fault>();
  const [isElsewhere, setElsewhere] = useState(channelHere() !== undefined);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    setFault(undefined);
    const begin = async () => {
      try {
        const channel = channelHere();
        if (channel !== undefined) return await askProvider({ channel });
        if ((await redeemCode()) === 'elsewhere') return setElsewhere(true);
        if (token() === undefined) return;
        const known = await whoIsHere();
        asOperator(known.isOperator);
        const address = await firstAddress(known);
        if (address !== undefined) history.replaceState(null, '', address);
        setWho(known);
      } catch (error) {
        setElsewhere(false);
        setFault(asFault(error));
      }
    };
    void begin();
  }, [turn]);
  if (who !== undefined) {
    return (
      <WhoProvider value={who}>
        <Shell onToken={again} />
      </WhoProvider>
    );
  }
  if (isElsewhere) return <Elsewhere />;
  if (fault !== undefined && fault.kind !== 'expired' && token() !== undefined) {
    return (
      <main class="door">
        <section class="card">
          <Failed fault={fault} retry={again} />
        </section>
      </main>
    );
  }
  return token() === undefined || fault !== undefined ? (
    <SignIn onToken={again} fault={fault} />
  ) : null;
}

function Shell({ onToken }: { readonly onToken: () => void }) {
  const route = useRoute();
  const [isJumping, setJumping] = useState(false);
  const openJump = useCallback(() => setJumping(true), []);
  const screen = route.path.join('/');
  useFocusOnHead(screen);
  useRenewal();
  useEffect(() => scrollTo(0, 0), [screen]);
  return (
    <ScopeProvider value={route.scope}>
      <Patterns />
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <div class="shell">
        <Top onJump={openJump} />
        <Navigation />
        <main id="main" tabIndex={-1}>
          <Boundary of={location.hash}>
            <Screen
              key={`${route.scope.tenant ?? ''} ${route.scope.environment} ${screen}`}
              route={route}
            />
          </Boundary>
        </main>
      </div>
      <Toasts />
      <Expired onToken={onToken} />
      <LinkOffer />
      {isJumping && <Jump onClose={() => setJumping(false)} />}
    </ScopeProvider>
  );
}

takeTokens(hold);
applyTheme();
const place = document.getElementById('app');
if (place) render(<Console />, place);
