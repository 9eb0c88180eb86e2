/** Pictures taken beside a cloud. */
import { thumbnailUrl } from '../viewer/picture-source.ts';
import type { Photo } from './load-cloud.ts';

export function Photos(props: { photos: readonly Photo[] }) {
  if (props.photos.length === 0) return null;
  return (
    <section class="side">
      <div class="side-head">
        <h2>Pictures</h2>
        <span class="dim">{props.photos.length}</span>
      </div>
      <ul class="photos">
        {props.photos.map(({ id, name, meta }) => (
          <li key={id}>
            <a href={`/files/related-images/${id}/display`} target="_blank" rel="noopener">
              <img src={thumbnailUrl('related-images', id, 320)} alt={name} loading="lazy" />
              <span>{meta.deviceId ?? name}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
