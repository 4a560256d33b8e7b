// The parts that every screen is made of: heads, cards, notes, figures, lists of names and values.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { word } from '../base/words.ts';
import { Icon, type IconName } from './icon.tsx';

interface HeadProps {
  readonly title: string;
  /** In the place of the title, where it has parts of its own. */
  readonly shown?: ComponentChildren;
  readonly badge?: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly crumbs?: readonly (readonly [text: string, to?: string])[];
  readonly children?: ComponentChildren;
}

/** The sentence that answers the page's question. It gets the focus when the screen changes. */
export function Head({ title, shown, badge, lead, crumbs, children }: HeadProps) {
  useEffect(() => {
    document.title = `${word(title)} · ${word('Posthorn')}`;
  }, [title]);
  return (
    <>
      {crumbs && (
        <nav aria-label="Breadcrumb">
          <ol class="crumbs">
            {crumbs.map(([text, to]) => (
              <li key={text}>{to ? <a href={to}>{text}</a> : text}</li>
            ))}
          </ol>
        </nav>
      )}
      <div class="head">
        <div>
          <div class="row">
            <h1 id="title" tabIndex={-1}>
              {shown ?? title}
            </h1>
            {badge}
          </div>
          {lead && <p>{lead}</p>}
        </div>
        {children && <div class="row">{children}</div>}
      </div>
    </>
  );
}

interface CardProps {
  readonly title?: ComponentChildren;
  readonly label?: string;
  readonly aside?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly footer?: ComponentChildren;
  readonly pad?: boolean;
  readonly id?: string;
  readonly busy?: boolean;
  readonly children?: ComponentChildren;
}

export function Card({ title, label, aside, actions, footer, pad, id, busy, children }: CardProps) {
  return (
    <section class="card" id={id} aria-label={label} aria-busy={busy}>
      {(title || aside || actions) && (
        <header>
          {title && <h2>{title}</h2>}
          {aside}
          {actions && <span class="end row">{actions}</span>}
        </header>
      )}
      {pad ? <div class="pad stack">{children}</div> : children}
      {footer && <footer class="muted">{footer}</footer>}
    </section>
  );
}

const NOTE_ICONS: Record<string, IconName> = {
  ok: 'check',
  warn: 'warn',
  bad: 'warn',
  info: 'bulb',
};

interface NoteProps {
  readonly tone: 'ok' | 'warn' | 'bad' | 'info';
  readonly icon?: IconName;
  readonly children: ComponentChildren;
  readonly live?: boolean;
}

export function Note({ tone, icon, children, live }: NoteProps) {
  return (
    <div class={`note ${tone}`} role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}>
      <Icon name={icon ?? NOTE_ICONS[tone] ?? 'info'} />
      <div>{children}</div>
    </div>
  );
}

export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly note?: ComponentChildren;
}

export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl class="kpis card">
      {figures.map(({ name, value, unit, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <div class="v">
              {value} {unit && <small>{unit}</small>}
            </div>
            <div class="tiny muted">{note ?? '\u00a0'}</div>
          </dd>
        </div>
      ))}
    </dl>
  );
}

export type Fact = readonly [name: string, value: ComponentChildren];

export function Facts({ facts }: { readonly facts: readonly (Fact | false | undefined | null)[] }) {
  return (
    <dl class="kv">
      {facts.map(
        (fact) =>
          fact && (
            <>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </>
          ),
      )}
    </dl>
  );
}

export const None = ({ children = 'none' }: { readonly children?: string }) => (
  <span class="muted">{children}</span>
);

/** Text of strangers: isolated, so that right-to-left names do not turn the row around. */
export const Text = ({ children }: { readonly children: string }) => <bdi>{children}</bdi>;

/** Another screen begins at its head, for whoever cannot see that it changed; not so the first one. */
export function useFocusOnHead(screen: string): void {
  const shown = useRef(screen);
  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    const { activeElement } = document;
    if (activeElement === document.body || activeElement?.closest('a')) {
      document.getElementById('title')?.focus({ preventScroll: true });
    }
  }, [screen]);
}
