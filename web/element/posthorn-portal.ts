// <posthorn-portal>: the portal in a frame of a host's page. The host gives it sessions; it passes their tokens on to
// the portal's origin and to no other, asks for the next one before the last ends, and keeps the frame as high as its
// content.
import { type FromHost, type FromPortal, LOOKS, type Look } from './messages.ts';

/** What the host's server answered to: `POST /v1/portal-sessions`, as far as it matters here. */
interface Session {
  readonly token: string;
}

const ATTRIBUTES = ['src', 'path', 'theme'] as const;

class PosthornPortal extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  /** How the host's page comes by a session; without it, `session-url` is asked. */
  session?: () => Promise<Session>;
  #words: Readonly<Record<string, string>> = {};
  #frame: HTMLIFrameElement | undefined;
  #asking: Promise<void> | undefined;
  readonly #listen = (event: MessageEvent) => this.#receive(event);

  get words(): Readonly<Record<string, string>> {
    return this.#words;
  }
  set words(words: Readonly<Record<string, string>>) {
    this.#words = words;
    this.refresh();
  }

  /** The screen that is shown, such as `/endpoints`. */
  get path(): string {
    return this.getAttribute('path') ?? '';
  }
  set path(path: string) {
    this.setAttribute('path', path);
  }

  connectedCallback(): void {
    addEventListener('message', this.#listen);
    this.#open();
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.#listen);
    this.#frame?.remove();
    this.#frame = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.#frame) return;
    if (name === 'src') this.#open();
    else if (name === 'theme') this.refresh();
    else if (after !== null && after !== this.#shown) this.#send({ posthorn: 'go', path: after });
  }

  /** Passes the host's colours, theme and words on again: after its own theme has changed. */
  refresh(): void {
    const style = getComputedStyle(this);
    const look: Look = {};
    for (const name of LOOKS) {
      const value = style.getPropertyValue(`--posthorn-${name}`).trim();
      if (value !== '') look[name] = value;
    }
    const given = this.getAttribute('theme');
    const theme = given === 'light' || given === 'dark' ? given : 'auto';
    const words = this.#words;
    const lang = this.closest<HTMLElement>('[lang]')?.lang ?? '';
    this.#send({ posthorn: 'look', theme, look, words, lang, dir: style.direction });
  }

  #shown = '';

  get #address(): URL {
    return new URL(this.getAttribute('src') ?? '', document.baseURI);
  }

  #open(): void {
    this.#frame?.remove();
    const frame = document.createElement('iframe');
    frame.title = this.getAttribute('title') ?? 'Webhooks';
    frame.referrerPolicy = 'no-referrer';
    frame.allow = 'clipboard-write';
    frame.style.cssText = 'display:block;width:100%;min-height:400px;border:0;color-scheme:auto';
    const address = this.#address;
    address.hash = this.path;
    frame.src = address.href;
    this.#frame = frame;
    this.append(frame);
  }

  #send(message: FromHost): void {
    // To the portal's own origin: a page that took its place in the frame gets nothing.
    this.#frame?.contentWindow?.postMessage(message, this.#address.origin);
  }

  #receive({ source, origin, data }: MessageEvent): void {
    const frame = this.#frame;
    if (!frame || source !== frame.contentWindow || origin !== this.#address.origin) return;
    const message = data as FromPortal;
    switch (message?.posthorn) {
      case 'ready':
        this.refresh();
        this.#renew();
        return;
      case 'renew':
        this.#renew();
        return;
      case 'height':
        if (Number.isFinite(message.px)) frame.style.height = `${Math.min(message.px, 1e5)}px`;
        return;
      case 'path':
        this.#shown = String(message.path);
        this.setAttribute('path', this.#shown);
        this.#tell('posthorn-path', this.#shown);
    }
  }

  #renew(): void {
    this.#asking ??= this.#ask()
      .then(({ token }) => this.#send({ posthorn: 'session', token }))
      .catch((error) => this.#tell('posthorn-error', error))
      .finally(() => {
        this.#asking = undefined;
      });
  }

  async #ask(): Promise<Session> {
    if (this.session) return this.session();
    const response = await fetch(this.getAttribute('session-url') ?? '', { method: 'POST' });
    if (!response.ok) throw new Error(`the session's address answered ${response.status}`);
    return response.json();
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

if (!customElements.get('posthorn-portal'))
  customElements.define('posthorn-portal', PosthornPortal);
