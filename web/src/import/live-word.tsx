/** Said to screen readers when it changes; nothing is seen of it. */
export function LiveWord(props: { text: string }) {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {props.text}
    </p>
  );
}
