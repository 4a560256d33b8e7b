// The portal: what a customer sees of their webhooks, in a page of its own or in a host's frame.
import { render } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isEmbedded, mayEmbed } from '../element/inside.ts';
import { asFault, Fault } from './base/faults.ts';
import { ScopeProvider } from './base/loading.ts';
import { applyTheme } from './base/preferences.ts';
import { useRoute } from './base/router.ts';
import { dropToken, takeTokens, token } from './base/session.ts';
import { speak } from './base/words.ts';
import { Patterns } from './charts/frame.tsx';
import { useFocusOnHead } from './parts/layout.tsx';
import { Menu } from './parts/menu.tsx';
import { Bones, Empty, Failed } from './parts/states.tsx';
import { Toasts } from './parts/toasts.tsx';
import { live, renewBefore } from './portal/host.ts';
import { Screen, Tabs } from './portal/screens.tsx';
import { hold, LinkOffer, whoIsHere } from './session/offer.tsx';
import { type Who, WhoProvider } from './session/who.ts';
import { Boundary } from './shell/boundary.tsx';
import { ThemeButton, TimesMenuItems } from './shell/settings.tsx';

/** Opened by the element, in another page: asked once, before screens change the fragment. */
const isInside = isEmbedded();

/** The session says whose page may hand it over by message. */
function refuseOrigin(who: Who, origin: string | undefined): void {
  if (origin === undefined || mayEmbed(who.embedOrigin, origin)) return;
  dropToken();
  throw new Fault('forbidden', 'This session is for another page.');
}

function Portal() {
  const [who, setWho] = useState<Who>();
  const [fault, setFault] = useState<Fault>();
  const [, setLook] = useState(0);
  const begin = useCallback(async (origin: string | undefined) => {
    setFault(undefined);
    try {
      const known = await whoIsHere();
      refuseOrigin(known, origin);
      setWho(known);
    } catch (error) {
      setFault(asFault(error));
    }
  }, []);
  const embedding = useRef<ReturnType<typeof live> | undefined>(undefined);
  useEffect(() => {
    if (isInside) embedding.current = live({ onToken: begin, onLook: () => setLook((n) => n + 1) });
    else if (token() !== undefined) void begin(undefined);
  }, [begin]);
  useEffect(() => {
    if (who?.endsAt && embedding.current) return renewBefore(who.endsAt, embedding.current);
    return undefined;
  }, [who]);
  if (who !== undefined) {
    return (
      <WhoProvider value={who}>
        <Shell who={who} />
      </WhoProvider>
    );
  }
  return (
    <main class="door" id="main">
      <section class="card">
        {fault !== undefined ? (
          <Failed fault={fault} />
        ) : isInside || token() !== undefined ? (
          <Bones label="the portal" />
        ) : (
          <>
            <h1 class="sr">Webhooks</h1>
            <Empty icon="lock" title="A link is needed">
              This page opens with a link from the product whose events you receive. Ask there for a
              new one.
            </Empty>
          </>
        )}
      </section>
    </main>
  );
}

function Shell({ who }: { readonly who: Who }) {
  const route = useRoute();
  const screen = route.path.join('/');
  useFocusOnHead(screen);
  return (
    <ScopeProvider value={{ tenant: undefined, environment: who.environment ?? 'live' }}>
      <Patterns />
      <main class={isInside ? 'portal framed stack' : 'portal stack'} id="main">
        <div class="portal-top">
          <Tabs route={route} />
          {!isInside && (
            <span class="row">
              <ThemeButton />
              <Menu label="Times" icon="clock" looks="btn quiet">
                <TimesMenuItems />
              </Menu>
            </span>
          )}
        </div>
        <div>
          <Boundary of={location.hash}>
            <Screen key={screen} route={route} />
          </Boundary>
        </div>
      </main>
      <Toasts />
      <LinkOffer />
    </ScopeProvider>
  );
}

// In a frame the token comes by message alone.
if (isInside) history.replaceState(null, '', location.pathname);
else takeTokens(hold);
applyTheme();
speak();
const place = document.getElementById('app');
if (place) render(<Portal />, place);
