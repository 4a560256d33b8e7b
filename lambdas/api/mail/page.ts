// The pages behind links in mails: what the link does, and a button. Programs that look at links do nothing by it.
import { escapedHtml } from '../../core/contracts/messages/email.ts';

export interface Page {
  readonly title: string;
  readonly words: string;
  /** Left out where there is nothing to do. */
  readonly button?: string;
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#16191f;background:#fff}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#0a58b8;color:#fff;cursor:pointer}@media(prefers-color-scheme:dark){body{color:#eee;background:#16191f}}';

/** @param page plain texts */
export function pageOf({ title, words, button }: Page): string {
  const form =
    button === undefined
      ? ''
      : `<form method="post"><button type="submit">${escapedHtml(button)}</button></form>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapedHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapedHtml(title)}</h1>
<p>${escapedHtml(words)}</p>
${form}
</main>
</body>
</html>
`;
}
