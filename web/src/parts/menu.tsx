// A menu behind a button: the browser's popover, which closes by itself and by Escape.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

interface MenuProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly words?: ComponentChildren;
  readonly looks?: string;
  readonly children: ComponentChildren;
}

export function Menu({ label, icon, words, looks = 'btn', children }: MenuProps) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  return (
    <span class="menu-of">
      <button
        type="button"
        class={words ? looks : `${looks} icon`}
        popovertarget={id}
        aria-label={label}
      >
        {icon && <Icon name={icon} />}
        {words}
        {words && <Icon name="down" />}
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a choice closes the menu; Escape does too. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above. */}
      <div
        ref={menu}
        class="menu"
        id={id}
        popover="auto"
        onClick={(event) => {
          if ((event.target as Element).closest('button, a')) menu.current?.hidePopover();
        }}
      >
        {children}
      </div>
    </span>
  );
}
