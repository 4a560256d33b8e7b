// The host's words in the place of the portal's, such as "Webhook" for "Endpoint". They are put in where elements are
// made, so that no screen asks for its words one by one. What others wrote (names, data, ids, code) stands in elements
// of its own and stays as it is. docs/portal.md lists the words.
import { Fragment, options, type VNode } from 'preact';

export type Words = Readonly<Record<string, string>>;

let given: ReadonlyMap<string, string> = new Map();

export function setWords(words: Words): void {
  given = new Map(Object.entries(words));
}

/** A number in a text stands as `{}` in its key; `2xx` and `p95` are names. */
const NUMBER = /(?<![\w.])\d[\d.,:]*(?!\w)/g;

/** The host's words for a text of the portal's, or the text itself. White space around it stays. */
export function word(own: string): string {
  const text = own.trim();
  const numbers = text.match(NUMBER) ?? [];
  const found = given.get(text) ?? given.get(text.replaceAll(NUMBER, '{}'));
  if (typeof found !== 'string') return own;
  return own.replace(text, () => found.replaceAll('{}', () => numbers.shift() ?? ''));
}

const AS_IT_IS = /^(?:bdi|code|del|ins|textarea)$/;
const ATTRIBUTES = ['aria-label', 'data-label', 'placeholder', 'title'];

type Element = VNode<Record<string, unknown>>;

function isOurs({ type, props }: Element): boolean {
  if (type === Fragment) return true;
  return typeof type === 'string' && !AS_IT_IS.test(type) && !/\bmono\b/.test(`${props.class}`);
}

const spoken = <T>(value: T): T | string => (typeof value === 'string' ? word(value) : value);

/** From now on elements are made with the host's words. */
export function speak(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    const element = vnode as Element;
    const { props } = element;
    if (given.size > 0 && isOurs(element)) {
      for (const name of ATTRIBUTES) if (name in props) props[name] = spoken(props[name]);
      const { children } = props;
      props.children = Array.isArray(children) ? children.map(spoken) : spoken(children);
    }
    before?.(vnode);
  };
}
