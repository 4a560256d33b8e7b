export function Scopes({ scopes }: { readonly scopes: readonly string[] }) {
  return scopes.map((scope) => (
    <code key={scope} class="tiny">
      {scope}{' '}
    </code>
  ));
}
