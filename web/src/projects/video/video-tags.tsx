/** Tags of a video; one of some frames goes there. */
import { count } from '../../words.ts';
import { Tags } from '../viewer/tags.tsx';
import type { VideoTag } from './load-video.ts';
import type { Player } from './player.ts';

export function VideoTags(props: { tags: readonly VideoTag[]; player: Player }) {
  const { tags, player } = props;
  const frame = player.frame.value;
  if (tags.length === 0) return null;
  return (
    <section class="side">
      <div class="side-head">
        <h2>Tags</h2>
        <span class="dim">{count(tags.length)}</span>
      </div>
      <ul class="video-tags">
        {tags.map((tag) => {
          const { frameRange: range } = tag;
          const holds = range == null || (frame >= range[0] && frame <= range[1]);
          return (
            <li key={tag.id} class={holds ? 'holds' : undefined}>
              <Tags tags={[tag]} />
              {range == null ? (
                <span class="dim">whole video</span>
              ) : (
                <button type="button" class="plain" onClick={() => player.seek(range[0])}>
                  frames {count(range[0])} - {count(range[1])}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
