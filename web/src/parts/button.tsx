// Buttons, and links that look like them. "…" at a label's end means that a question follows.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface Looks {
  readonly icon?: IconName;
  readonly kind?: 'primary' | 'danger' | 'quiet' | 'quiet is-bad';
  readonly slim?: boolean;
  /** Where only the icon is shown. */
  readonly label?: string;
  readonly children?: ComponentChildren;
}

function classOf({ kind, slim, label, children }: Looks): string {
  const isIcon = label !== undefined && children === undefined;
  return ['btn', kind, slim && 'slim', isIcon && 'icon'].filter(Boolean).join(' ');
}

interface ButtonProps extends Looks {
  readonly onClick?: (event: MouseEvent) => void;
  readonly disabled?: boolean | undefined;
  readonly type?: 'button' | 'submit';
  readonly menu?: string;
  readonly pressed?: boolean;
  readonly title?: string;
}

export function Button(props: ButtonProps) {
  const { icon, label, children, onClick, disabled, type = 'button', menu, pressed, title } = props;
  return (
    <button
      type={type}
      class={classOf(props)}
      aria-label={label}
      aria-pressed={pressed}
      title={title ?? (children === undefined ? label : undefined)}
      disabled={disabled}
      onClick={onClick}
      popovertarget={menu}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function LinkButton(props: Looks & { readonly to: string }) {
  const { icon, children, label, to } = props;
  return (
    <a class={classOf(props)} href={to} aria-label={label}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}
