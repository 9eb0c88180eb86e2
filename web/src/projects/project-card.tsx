/** A project in the list: its first pictures, what is in it, how old it is. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Link } from '../router.tsx';
import type { Image, Page, Project } from '../shapes.ts';
import { ago, bytes, plural } from '../words.ts';
import { thumbnailUrl } from './viewer/picture-source.ts';

const PICTURES = 3;

export function ProjectCard(props: { project: Project; now: number }) {
  const { project } = props;
  const what = project.type === 'images' ? 'image' : 'item';
  return (
    <Link to={`/projects/${project.id}`} class="card project">
      <Cover project={project} />
      <strong>{project.name}</strong>
      <span class="dim">
        {plural(project.itemsCount, what)} in {plural(project.datasetsCount, 'dataset')}
        {project.type === 'images' ? '' : `, ${project.type.replaceAll('_', ' ')}`}
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
  const wanted = seen && project.type === 'images' && project.itemsCount > 0;
  const images = useLoaded(
    async (signal) =>
      wanted
        ? call<Page<Pick<Image, 'id' | 'link'>>>(
            'images.list',
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
      {images.value?.entities
        .filter((one) => one.link === null)
        .map((one) => (
          <img key={one.id} src={thumbnailUrl(one.id, 320)} alt="" loading="lazy" decoding="async" />
        ))}
    </span>
  );
}
