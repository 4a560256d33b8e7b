// The portal in a React app. The element is loaded once; React 19 sets properties of custom elements by itself.
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

interface PortalElement extends HTMLElement {
  refresh(): void;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'posthorn-portal': {
        src: string;
        theme?: 'light' | 'dark' | 'auto';
        path?: string;
        /** Resolves to what your server got from `POST /v1/portal-sessions`. */
        session: () => Promise<{ token: string }>;
        words?: Readonly<Record<string, string>>;
        ref?: (element: PortalElement | null) => void;
      };
    }
  }
}

const HOOKS = 'https://hooks.example.com';

async function session(): Promise<{ token: string }> {
  const response = await fetch('/webhooks-session', { method: 'POST' });
  if (!response.ok) throw new Error(`no session: ${response.status}`);
  return response.json();
}

/** @param theme your app's */
function Webhooks({ theme }: { readonly theme: 'light' | 'dark' }) {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    const script = document.createElement('script');
    script.type = 'module';
    script.src = `${HOOKS}/portal/element.js`;
    document.head.append(script);
    customElements.whenDefined('posthorn-portal').then(() => setReady(true));
  }, []);
  if (!isReady) return null;
  return (
    <posthorn-portal
      src={`${HOOKS}/portal`}
      theme={theme}
      session={session}
      words={{ Endpoints: 'Webhooks' }}
    />
  );
}

const place = document.getElementById('root');
if (place) createRoot(place).render(<Webhooks theme="dark" />);
