/** Tags as `name value`. */
interface Tag {
  name: string;
  value?: string | number | null;
}

export function Tags(props: { tags: readonly object[] }) {
  return (
    <span class="tags">
      {(props.tags as Tag[]).map((tag, at) => (
        <span key={at} class="tag">
          {tag.name}
          {tag.value === undefined || tag.value === null ? null : <b> {String(tag.value)}</b>}
        </span>
      ))}
    </span>
  );
}
