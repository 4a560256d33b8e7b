// A dotted name, such as an event type: it breaks after dots and underscores only, and a part that is too long is cut.
export function Dotted({ name }: { readonly name: string }) {
  return (
    <b class="mono dotted" title={name}>
      {name.split(/(?<=[._])/).flatMap((part, at) => (at === 0 ? part : [<wbr key={at} />, part]))}
    </b>
  );
}
