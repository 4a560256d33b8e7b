// What has just happened, in a corner, for a while.
import { useEffect, useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

const STAYS_MS = 8000;
const said = new EventTarget();

export function say(text: string): void {
  said.dispatchEvent(new CustomEvent('say', { detail: text }));
}

export function Toasts() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (event: globalThis.Event) => {
      setText((event as CustomEvent<string>).detail);
      clearTimeout(timer);
      timer = setTimeout(() => setText(''), STAYS_MS);
    };
    said.addEventListener('say', show);
    return () => said.removeEventListener('say', show);
  }, []);
  return (
    <div class="toasts" role="status">
      {text && (
        <div class="note ok toast">
          <Icon name="check" />
          <div class="row between">
            <span>{text}</span>
            <Button
              slim
              kind="quiet"
              icon="close"
              label="Close this message"
              onClick={() => setText('')}
            />
          </div>
        </div>
      )}
    </div>
  );
}
