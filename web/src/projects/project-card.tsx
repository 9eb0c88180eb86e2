/** A project in the list: its first pictures, what is in it, how old it is. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Link } from '../router.tsx';
import type { Item, Page, Project } from '../shapes.ts';
import { ago, bytes, plural } from '../words.ts';
import { modalityOf } from './modality.ts';
import { thumbnailUrl } from './viewer/picture-source.ts';

const PICTURES = 3;

export function ProjectCard(props: { project: Project; now: number }) {
  const { project } = props;
  const { one, many } = modalityOf(project.type);
  return (
    <Link to={`/projects/${project.id}`} class="card project">
      <Cover project={project} />
      <strong>{project.name}</strong>
      <span class="dim">
        {plural(project.itemsCount, one, many)} in {plural(project.datasetsCount, 'dataset')}
        {project.type === 'point_cloud_episodes' ? ', episodes' : ''}
      </span>
      <span class="dim">
        {bytes(project.size)}, {ago(project.updatedAt, props.now)}
      </span>
    </Link>
  );
}

/** Asked for when the card comes into view. */
function Cover(props: { project: Project }) {
  const { project } = props;
  const element = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting)) setSeen(true);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  const { methods, section, pictures } = modalityOf(project.type);
  const wanted = seen && pictures && project.itemsCount > 0;
  const items = useLoaded(
    async (signal) =>
      wanted
        ? call<Page<Pick<Item, 'id' | 'link'>>>(
            `${methods}.list`,
            {
              projectId: project.id,
              recursive: true,
              pagination_mode: 'token',
              per_page: PICTURES,
              fields: ['id', 'link'],
            },
            signal,
          )
        : undefined,
    `${project.id} ${wanted} ${project.itemsCount}`,
  );
  return (
    <span ref={element} class="cover" aria-hidden="true">
      {items.value?.entities
        .filter((one) => one.link === null)
        .map((one) => (
          <img
            key={one.id}
            src={thumbnailUrl(section, one.id, 320)}
            alt=""
            loading="lazy"
            decoding="async"
            // Of a video there may be none.
            onError={(event) => {
              event.currentTarget.hidden = true;
            }}
          />
        ))}
    </span>
  );
}
